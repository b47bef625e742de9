//! Numbers to try: between two neighbouring operands all numbers get the same answers, so one of each kind stands for them all.

use super::digits::Digits;
use super::formula::Literal;
use crate::policy::condition::{Exact, Scalar, Test};
use crate::policy::number::Decimal;
use serde_json::{Number, Value};

/// A number too large for any comparison.
const BEYOND: &str = "1e9999999999";

/// Numbers of which, if any number satisfies the literals, one does.
///
/// The operands cut the numbers into themselves and the gaps between them. In a gap only counted amounts tell numbers apart, by
/// their decimal places: for every count of places that matters two neighbours are tried – no two are multiples of a larger
/// step – and one with more places than any.
pub(super) fn candidates(literals: &[Literal<'_>]) -> Vec<Value> {
    let mut operands: Vec<Decimal> = literals.iter().flat_map(operands).collect();
    // No gap contains zero: away from zero is then one direction in each.
    operands.extend(Decimal::parse("0"));
    operands.sort();
    operands.dedup();
    let mut places: Vec<usize> = literals.iter().filter_map(scale).chain([0]).collect();
    places.sort_unstable();
    places.dedup();
    let finest = places.iter().copied().chain(operands.iter().map(|operand| Digits::of(operand).places())).max().unwrap_or(0) + 1;

    let mut candidates = Vec::new();
    for operand in &operands {
        candidates.push(Digits::of(operand).literal(operand.is_negative()));
        let beyond = |places| Digits::of(operand).next(places);
        let signs: &[bool] = match operand.parts().0 {
            "" => &[false, true],
            _ => &[operand.is_negative()],
        };
        for negative in signs {
            let steps = places.iter().flat_map(|places| [beyond(*places), beyond(*places).next(*places)]);
            candidates.extend(steps.chain([beyond(finest)]).map(|digits| digits.literal(*negative)));
        }
    }
    candidates.push(BEYOND.to_owned());
    // Zero and small whole numbers are the plainest witnesses.
    candidates.sort_by_key(|literal| (literal.len(), literal.starts_with('-')));
    candidates.iter().filter_map(|literal| literal.parse::<Number>().ok()).map(Value::Number).collect()
}

fn operands(literal: &Literal<'_>) -> Vec<Decimal> {
    let of = |scalars: &[Scalar]| {
        let numbers = scalars.iter().filter_map(|scalar| match scalar {
            Scalar::Number(number) => Some(number.value.clone()),
            _ => None,
        });
        numbers.collect()
    };
    let one = |number: &Exact| vec![number.value.clone()];
    match literal {
        Literal::Answers { condition, .. } => match &condition.test {
            Test::Lt(number) | Test::Lte(number) | Test::Gt(number) | Test::Gte(number) => one(number),
            Test::Eq(scalar) | Test::Neq(scalar) => of(std::slice::from_ref(scalar)),
            Test::In(scalars) | Test::NotIn(scalars) => of(scalars),
            Test::Regex(_) | Test::Contains(_) | Test::Exists(_) => Vec::new(),
        },
        // The most that fits, which is written with as many places as are counted.
        Literal::Counted { scale, max, .. } => Decimal::parse(&format!("{max}e-{scale}")).into_iter().collect(),
    }
}

fn scale(literal: &Literal<'_>) -> Option<usize> {
    match literal {
        Literal::Counted { scale, .. } => usize::try_from(*scale).ok(),
        Literal::Answers { .. } => None,
    }
}
