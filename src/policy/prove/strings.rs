//! A text of which given literals hold: one of their operands, or one that an automaton finds.

use super::automata::{Automata, Wanted};
use super::formula::Literal;
use super::solve::{Solved, all_admit, first};
use crate::policy::condition::{Scalar, Test};
use serde_json::Value;

/// A text of which all literals hold.
pub(super) fn solve(literals: &[Literal<'_>], automata: &Automata) -> Solved {
    let operands: Vec<&str> = literals.iter().flat_map(operands).collect();
    // What is equal to an operand is told apart by being equal to it; all other texts only by patterns and parts.
    if let Solved::Value(value) = first(operands.iter().map(|text| Value::from(*text)), literals) {
        return Solved::Value(value);
    }
    let (patterns, plain): (Vec<Literal<'_>>, Vec<Literal<'_>>) =
        literals.iter().partition(|literal| wanted(literal, true).is_some());
    // Any text that is no operand speaks for all of them.
    let other = Value::from(format!("{}x", operands.iter().max_by_key(|text| text.len()).unwrap_or(&"")));
    if !all_admit(&plain, &other) {
        return Solved::Nothing;
    }
    let mut all = Vec::new();
    for literal in &patterns {
        let Literal::Answers { yes, no, .. } = literal else { continue };
        match (yes, no) {
            (true, true) => {}
            (false, false) => return Solved::Nothing,
            (matches, _) => all.extend(wanted(literal, *matches)),
        }
    }
    match automata.text(&all, &operands) {
        Ok(Some(text)) => Solved::Value(text.into()),
        Ok(None) => Solved::Nothing,
        Err(why) => Solved::Unknown(why),
    }
}

/// The texts that a literal compares with as a whole.
fn operands<'p>(literal: &Literal<'p>) -> Vec<&'p str> {
    let of = |scalars: &'p [Scalar]| -> Vec<&'p str> {
        let texts = scalars.iter().filter_map(|scalar| match scalar {
            Scalar::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    };
    match literal {
        Literal::Answers { condition, .. } => match &condition.test {
            Test::Eq(scalar) | Test::Neq(scalar) => of(std::slice::from_ref(scalar)),
            Test::In(scalars) | Test::NotIn(scalars) => of(scalars),
            _ => Vec::new(),
        },
        Literal::Counted { .. } => Vec::new(),
    }
}

/// A condition on a text as a pattern that is to match or not, if it is one.
fn wanted(literal: &Literal<'_>, matches: bool) -> Option<Wanted> {
    let Literal::Answers { condition, .. } = literal else { return None };
    let pattern = match &condition.test {
        Test::Regex(pattern) => pattern.anchored(),
        Test::Contains(Scalar::Text(part)) => format!(r"\A(?s:.)*{}(?s:.)*\z", regex::escape(part)),
        _ => return None,
    };
    Some(Wanted { pattern, matches })
}
