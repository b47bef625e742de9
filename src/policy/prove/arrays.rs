//! Lists to try where only `contains` looks into them: which of the operands are items, and what else is.

use super::Undecided;
use super::formula::Literal;
use super::solve::{Solved, all_admit};
use crate::policy::condition::{Exact, Scalar, Test, Truth, decimal};
use serde_json::{Value, json};

/// How many operands may be left open: each doubles the lists to try.
const MOST_OPEN: usize = 10;

/// A list of which all literals hold.
///
/// An answer depends on which operands are items, and on whether items of other types are. Two further types say no more than an
/// object does, which no operand is; so beside the operands at most one more item is needed.
pub(super) fn solve(literals: &[Literal<'_>]) -> Solved {
    let mut needed: Vec<Value> = Vec::new();
    let mut open: Vec<Value> = Vec::new();
    for literal in literals {
        let Literal::Answers { condition, yes, no, neither } = literal else { continue };
        let Test::Contains(operand) = &condition.test else { continue };
        let value = Value::from(operand);
        let list = match (*yes, *no || *neither) {
            (true, false) => &mut needed,
            (true, true) => &mut open,
            // It must not be an item.
            (false, _) => continue,
        };
        if !list.iter().any(|known| operand.equals(known) == Truth::True) {
            list.push(value);
        }
    }
    if open.len() > MOST_OPEN {
        return Solved::Unknown(Undecided::List);
    }
    let others = others(literals);
    for chosen in 0..1_usize << open.len() {
        let taken = open.iter().enumerate().filter(|(at, _)| chosen & 1 << at != 0).map(|(_, value)| value);
        let items: Vec<Value> = needed.iter().chain(taken).cloned().collect();
        for other in &others {
            let list = Value::Array(items.iter().chain(other).cloned().collect());
            if all_admit(literals, &list) {
                return Solved::Value(list);
            }
        }
    }
    Solved::Nothing
}

/// What one further item may be: nothing, or a value of each type that is no operand.
fn others(literals: &[Literal<'_>]) -> Vec<Option<Value>> {
    // Longer than every text, larger than every number: equal to none.
    let mut text = String::from("x");
    let mut numbers: Vec<&Exact> = Vec::new();
    for literal in literals {
        let Literal::Answers { condition, .. } = literal else { continue };
        match &condition.test {
            Test::Contains(Scalar::Text(operand)) if operand.len() >= text.len() => text = format!("{operand}x"),
            Test::Contains(Scalar::Number(operand)) => numbers.push(operand),
            _ => {}
        }
    }
    let number = (0_u64..).map(Value::from).find(|value| {
        let number = decimal(value);
        numbers.iter().all(|operand| Some(&operand.value) != number.as_ref())
    });
    vec![None, Some(text.into()), number, Some(true.into()), Some(false.into()), Some(Value::Null), Some(json!({}))]
}
