//! Numbers near a number, digit by digit: what lies just beyond it, away from zero, in steps of a decimal place.

use crate::policy::number::Decimal;

/// A number written out: digits before its point, digits after it, and no sign.
#[derive(Clone, Debug)]
pub(super) struct Digits {
    whole: Vec<u8>,
    fraction: Vec<u8>,
}

impl Digits {
    /// Writes a number out, without its sign. Its reach must be bounded: the numbers of a policy are.
    pub(super) fn of(number: &Decimal) -> Self {
        let (digits, point) = number.parts();
        let digits = digits.as_bytes();
        if point <= 0 {
            let zeros = usize::try_from(-point).unwrap_or_default();
            return Self { whole: vec![b'0'], fraction: [&vec![b'0'; zeros][..], digits].concat() };
        }
        let point = usize::try_from(point).unwrap_or_default();
        let mut whole = digits[..point.min(digits.len())].to_vec();
        whole.resize(point, b'0');
        Self { whole, fraction: digits.get(point..).unwrap_or_default().to_vec() }
    }

    /// The next number with so many decimal places that is farther from zero.
    pub(super) fn next(mut self, places: usize) -> Self {
        self.fraction.truncate(places);
        self.fraction.resize(places, b'0');
        for digit in self.fraction.iter_mut().rev().chain(self.whole.iter_mut().rev()) {
            if *digit < b'9' {
                *digit += 1;
                return self;
            }
            *digit = b'0';
        }
        self.whole.insert(0, b'1');
        self
    }

    /// How many decimal places are written out.
    pub(super) fn places(&self) -> usize {
        self.fraction.len()
    }

    /// As JSON spells it.
    pub(super) fn literal(&self, negative: bool) -> String {
        let sign = if negative { "-" } else { "" };
        let text = |digits: &[u8]| String::from_utf8_lossy(digits).into_owned();
        let whole = text(&self.whole);
        if self.fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{}", text(&self.fraction)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_number_is_the_next() {
        let check = |literal: &str, places, next: &str| {
            let digits = Digits::of(&Decimal::parse(literal).unwrap()).next(places);
            assert_eq!(digits.literal(false), next, "{literal} {places}");
        };
        check("0", 0, "1");
        check("9", 0, "10");
        check("99.99", 2, "100.00");
        check("1.5", 0, "2");
        check("1.5", 3, "1.501");
        check("0.001", 0, "1");
        check("0.001", 2, "0.01");
        check("120", 0, "121");
        check("1e3", 1, "1000.1");
        check("123.456", 1, "123.5");
    }
}
