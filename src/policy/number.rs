//! An exact decimal number, as JSON spells it: compared digit by digit, never rounded, never expanded.

use compact_str::CompactString;
use std::cmp::Ordering;

/// A decimal number in one normal form, so that equal numbers are equal values: `1`, `1.0` and `10e-1` are one number, and so are
/// `0` and `-0` (RFC 8259, section 6, leaves both open).
///
/// It keeps the digits and where the point stands: `1e999999999` costs as little memory as `1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    /// The value is `0.DIGITS × 10^point`.
    point: i64,
    /// Without zeros at either end; empty for zero.
    digits: CompactString,
}

/// The farthest that the point of a number may stand from its first digit. No quantity needs more, and what lies beyond is no
/// number to any server either.
const FARTHEST: i64 = 1_000_000_000;

impl Decimal {
    /// Reads a JSON number (RFC 8259, section 6). `None` for anything else – NaN, infinities, hexadecimal – and for a number whose
    /// exponent is beyond reason.
    #[must_use]
    pub fn parse(literal: &str) -> Option<Self> {
        let (negative, rest) = literal.strip_prefix('-').map_or((false, literal), |rest| (true, rest));
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], Some(&rest[at + 1..])),
            None => (rest, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        if !is_digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        let unsigned = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
        if unsigned.is_some_and(|text| !is_digits(text)) {
            return None;
        }
        let mut digits = CompactString::with_capacity(whole.len() + fraction.len());
        digits.push_str(whole);
        digits.push_str(fraction);
        let leading = digits.len() - digits.trim_start_matches('0').len();
        let significant = digits.trim_matches('0');
        if significant.is_empty() {
            // Whatever its exponent.
            return Some(Self { negative: false, point: 0, digits: CompactString::const_new("") });
        }
        let exponent: i64 = exponent.map_or(Some(0), |text| text.parse().ok())?;
        let point = exponent.checked_add(i64::try_from(whole.len()).ok()?)?.checked_sub(i64::try_from(leading).ok()?)?;
        (point.abs() <= FARTHEST).then(|| Self { negative, point, digits: significant.into() })
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The digits, without zeros at either end, and the power of ten their point stands at: the value is `0.DIGITS × 10^point`.
    #[must_use]
    pub fn parts(&self) -> (&str, i64) {
        (&self.digits, self.point)
    }

    /// How many digits stand before or after the point when it is written out, whichever are more.
    #[must_use]
    pub fn reach(&self) -> i64 {
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        self.point.max(length.saturating_sub(self.point))
    }

    /// The value in units of `10^-scale`, for counting.
    ///
    /// # Errors
    /// When it is negative, lies between two units, or is more than a counter holds.
    pub fn units(&self, scale: u32) -> Result<u64, NoUnits> {
        if self.negative {
            return Err(NoUnits::Negative);
        }
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let places = self.point.saturating_add(i64::from(scale));
        let zeros = places - length;
        if zeros < 0 {
            return Err(NoUnits::Fractional);
        }
        if self.digits.is_empty() {
            return Ok(0);
        }
        // Before anything is multiplied: the number may have a billion digits.
        let zeros = u32::try_from(zeros).map_err(|_| NoUnits::TooLarge)?;
        let value: u64 = self.digits.parse().map_err(|_| NoUnits::TooLarge)?;
        let units = 10_u64.checked_pow(zeros).and_then(|power| value.checked_mul(power)).ok_or(NoUnits::TooLarge)?;
        if units > LARGEST { Err(NoUnits::TooLarge) } else { Ok(units) }
    }
}

/// The most a counter holds: what a signed 64-bit integer can, so that every store can.
pub const LARGEST: u64 = i64::MAX as u64;

/// Why a number cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoUnits {
    /// It would give quota back.
    #[error("negative")]
    Negative,
    /// It has more decimal places than are counted.
    #[error("fractional where the limit counts whole units")]
    Fractional,
    /// It is more than [`LARGEST`] units.
    #[error("too large to be counted")]
    TooLarge,
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let (mine, theirs) = (sign(self), sign(other));
        if mine != theirs || mine == 0 {
            return mine.cmp(&theirs);
        }
        // No zeros at the end, so of two texts the shorter prefix is the smaller number.
        let size = self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        if self.negative { size.reverse() } else { size }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(literal: &str) -> Decimal {
        Decimal::parse(literal).unwrap_or_else(|| panic!("{literal}"))
    }

    #[test]
    fn one_number_has_one_form() {
        for same in [
            &["1", "1.0", "10e-1", "0.1E+1", "0.00100e3"][..],
            &["0", "-0", "0.000", "0e999999999999999999999"],
            &["-12.5", "-125e-1", "-0.0125e3"],
        ] {
            for literal in same {
                assert_eq!(decimal(literal), decimal(same[0]), "{literal}");
            }
        }
    }

    #[test]
    fn order_is_that_of_numbers() {
        let ascending = [
            "-1e999",
            "-9007199254740993",
            "-9007199254740992",
            "-1.5",
            "-1",
            "-1e-999999999",
            "0",
            "1e-999999999",
            "0.3",
            "0.30000000000000001",
            "1",
            "1.01",
            "1.1",
            "9",
            "10",
            "9007199254740992",
            "9007199254740993",
            "123456789012345678901234567890",
            "123456789012345678901234567891",
            "1e999",
            "1e999999999",
        ];
        for (at, smaller) in ascending.iter().enumerate() {
            for larger in &ascending[at + 1..] {
                assert!(decimal(smaller) < decimal(larger), "{smaller} < {larger}");
            }
        }
    }

    #[test]
    fn what_json_does_not_call_a_number_is_none() {
        for literal in
            ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "NaN", "Infinity", "-Infinity", "0x10", "1_000", "1e1e1", "１"]
        {
            assert_eq!(Decimal::parse(literal), None, "{literal}");
        }
        assert_eq!(Decimal::parse("1e9999999999"), None);
        assert_eq!(Decimal::parse("1e-99999999999999999999999"), None);
    }

    #[test]
    fn units_are_whole_positive_and_not_too_many() {
        assert_eq!(decimal("9223372036854775807").units(0), Ok(LARGEST));
        assert_eq!(decimal("9223372036854775808").units(0), Err(NoUnits::TooLarge));
        assert_eq!(decimal("1e300").units(0), Err(NoUnits::TooLarge));
        assert_eq!(decimal("1e999999999").units(0), Err(NoUnits::TooLarge));
        assert_eq!(decimal("-1").units(0), Err(NoUnits::Negative));
        assert_eq!(decimal("-0").units(0), Ok(0));
        assert_eq!(decimal("0.99").units(0), Err(NoUnits::Fractional));
        assert_eq!(decimal("0.99").units(2), Ok(99));
        assert_eq!(decimal("0.999").units(2), Err(NoUnits::Fractional));
        assert_eq!(decimal("1e-999999999").units(2), Err(NoUnits::Fractional));
        assert_eq!(decimal("120").units(0), Ok(120));
        assert_eq!(decimal("5.00").units(0), Ok(5));
    }
}
