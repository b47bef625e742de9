//! Proofs about a policy: whether any arguments get a call through, and arguments that do.
//!
//! A rule set is a formula over conditions, and a condition speaks of one place of the arguments. So the question is decided exactly:
//! [`search`] chooses for every `deny_if` a condition that is to fail, [`solve`] looks for arguments that answer all chosen
//! conditions as chosen. Where a limit of size or time ends the search the answer is "unknown", and no answer of "yes" is
//! given that the decision function did not confirm.

mod arrays;
mod automata;
mod digits;
mod formula;
mod numbers;
mod search;
mod solve;
mod strings;

use super::counters::Counters;
use super::decide::{Call, Outcome, Standing, decide, standing};
use super::model::{Increment, Limit, Policy, ToolRules};
use automata::Automata;
use formula::{Clause, Literal};
use serde_json::{Map, Value};
use std::fmt;

/// The answer to "is there such a call?".
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// There is: these arguments.
    Yes(Value),
    /// There is none.
    No,
    /// It was not found out, and why.
    Unknown(Undecided),
}

/// Why a question was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// A pattern has no automaton of bearable size: Unicode word boundaries, large repetitions.
    Pattern,
    /// Patterns together have too many states.
    Patterns,
    /// There are too many ways to pass all `deny_if`.
    Search,
    /// A list is asked for items by place and by value, or by a place far beyond its start.
    List,
}

/// Answers questions about policies, and keeps the automata it has built for the next one.
#[derive(Default)]
pub struct Prover {
    automata: Automata,
}

impl Prover {
    /// Whether a policy lets any call of a tool through, its counters being empty.
    #[must_use]
    pub fn callable(&self, policy: &Policy, tool: &str) -> Answer {
        let (rules, limits) = match standing(policy, tool) {
            Standing::Hidden(_) | Standing::Unlisted => return Answer::No,
            Standing::Open => (None, &[][..]),
            Standing::Ruled(rules) => (Some(rules), rules.limits.as_slice()),
        };
        if limits.iter().chain(&policy.all_tools).any(is_shut) {
            return Answer::No;
        }
        let clauses = rules.map(allowing).unwrap_or_default();
        confirmed(search::search(clauses, &self.automata), &[(policy, true)], tool)
    }

    /// Whether there are arguments that `after` lets through and `before` does not, counters being empty.
    #[must_use]
    pub fn gained(&self, before: &Policy, after: &Policy, tool: &str) -> Answer {
        let possible = self.callable(after, tool);
        let Answer::Yes(_) = possible else { return possible };
        if self.callable(before, tool) == Answer::No {
            return possible;
        }
        let rules = |policy| match standing(policy, tool) {
            Standing::Ruled(rules) => Some(rules),
            _ => None,
        };
        let clauses = rules(after).map(allowing).unwrap_or_default();
        let mut unknown = None;
        for refusal in rules(before).map(refusing).unwrap_or_default() {
            let together = clauses.iter().cloned().chain(refusal).collect();
            match confirmed(search::search(together, &self.automata), &[(after, true), (before, false)], tool) {
                Answer::Yes(arguments) => return Answer::Yes(arguments),
                Answer::Unknown(why) => unknown = Some(why),
                Answer::No => {}
            }
        }
        unknown.map_or(Answer::No, Answer::Unknown)
    }
}

/// Whether no call at all stays within a limit.
fn is_shut(limit: &Limit) -> bool {
    matches!(limit.increment, Increment::Fixed { units, .. } if units > limit.max.units)
}

/// What must hold of arguments that rules let through.
fn allowing(rules: &ToolRules) -> Vec<Clause<'_>> {
    let required = rules.require.iter().flat_map(|predicate| &predicate.conditions);
    let required = required.map(|condition| vec![Literal::holds(condition)]);
    let refused = rules.deny_if.iter().map(|predicate| predicate.conditions.iter().map(Literal::fails).collect());
    let counted = rules.limits.iter().filter_map(|limit| Some(vec![Literal::counted(limit, true)?]));
    required.chain(refused).chain(counted).collect()
}

/// The ways in which rules refuse arguments: one of them must be taken.
fn refusing(rules: &ToolRules) -> Vec<Vec<Clause<'_>>> {
    let required = rules.require.iter().flat_map(|predicate| &predicate.conditions);
    let required = required.map(|condition| vec![vec![Literal::does_not_hold(condition)]]);
    let refused = rules
        .deny_if
        .iter()
        .map(|predicate| predicate.conditions.iter().map(|condition| vec![Literal::does_not_fail(condition)]).collect());
    let counted = rules.limits.iter().filter_map(|limit| Some(vec![vec![Literal::counted(limit, false)?]]));
    required.chain(refused).chain(counted).collect()
}

/// An answer, after the decision function has said the same of its arguments.
fn confirmed(answer: Answer, expected: &[(&Policy, bool)], tool: &str) -> Answer {
    let Answer::Yes(arguments) = &answer else { return answer };
    let right = expected.iter().all(|(policy, allowed)| {
        let call = Call { tool, arguments, identity: None, at: 0 };
        (decide(policy, &call, &Counters::default()).outcome == Outcome::Allow) == *allowed
    });
    debug_assert!(right, "{tool}: {arguments}");
    if right { answer } else { Answer::Unknown(Undecided::Search) }
}

/// The arguments of a call that gives none.
fn nothing() -> Value {
    Map::new().into()
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pattern => "a regular expression is too large, or has Unicode word boundaries",
            Self::Patterns => "regular expressions on one argument are too large together",
            Self::Search => "there are too many ways to pass every `deny_if`",
            Self::List => "a list is asked for items by place and by value, or by a very large place",
        })
    }
}
