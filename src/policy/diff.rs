//! What became possible and what impossible from one policy to another: calls, not words.

use super::bounds::{Bounds, Reach, Shift, describe};
use super::claim::unnamed;
use super::decide::{Standing, standing};
use super::model::{EVERY_TOOL, Policy};
use super::prove::{Answer, Prover};
use crate::verdict::Class;
use rustc_hash::FxHashSet;
use serde::Serialize;
use serde_json::Value;

/// The differences.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// What the policy after lets through and the one before does not.
    pub possible: Vec<Change>,
    /// What the policy before lets through and the one after does not.
    pub impossible: Vec<Change>,
    /// What was not found out.
    pub undecided: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The tool; `null` stands for every tool that is not named.
    pub tool: Option<String>,
    /// Its class, where it is known.
    pub class: Option<Class>,
    /// What changed.
    pub change: Aspect,
    /// Arguments of a call that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// The change in words.
    pub message: String,
}

/// What of a tool changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// Whether it can be called at all.
    Call,
    /// With which arguments.
    Arguments,
    /// How often, or how much.
    Limit,
    /// Whether it is in the list of tools.
    Listing,
}

/// What changed from `before` to `after`, for these tools and every other; most severe class first, then in the tools' order.
#[must_use]
pub fn diff(before: &Policy, after: &Policy, tools: &[(&str, Class)]) -> Difference {
    let mut difference = Difference::default();
    let prover = Prover::default();
    let mut order: Vec<(&str, Class)> = tools.to_vec();
    order.sort_by_key(|(_, class)| std::cmp::Reverse(*class));
    for (name, class) in order {
        Teller { prover: &prover, difference: &mut difference, tool: Some(name), class: Some(class) }
            .compare(before, after, name);
    }
    let other = format!("{}{}", unnamed(before, tools), unnamed(after, tools));
    Teller { prover: &prover, difference: &mut difference, tool: None, class: None }.compare(before, after, &other);
    difference
}

/// The names that two policies have something to say of, in their order.
#[must_use]
pub fn names<'p>(policies: &[&'p Policy]) -> Vec<&'p str> {
    let mut seen = FxHashSet::default();
    let all =
        policies.iter().flat_map(|policy| policy.tools().map(|(name, _)| name).chain(policy.hidden().iter().map(String::as_str)));
    all.filter(|name| *name != EVERY_TOOL && seen.insert(*name)).collect()
}

/// Which list of a difference a change goes into.
#[derive(Clone, Copy)]
enum List {
    Possible,
    Impossible,
    Undecided,
}

/// Tells what changed for one tool.
struct Teller<'d> {
    prover: &'d Prover,
    difference: &'d mut Difference,
    tool: Option<&'d str>,
    class: Option<Class>,
}

impl Teller<'_> {
    fn tell(&mut self, list: List, change: Aspect, arguments: Option<Value>, message: &str) {
        let changes = match list {
            List::Possible => &mut self.difference.possible,
            List::Impossible => &mut self.difference.impossible,
            List::Undecided => &mut self.difference.undecided,
        };
        let (tool, message) = (self.tool.map(str::to_owned), message.to_owned());
        changes.push(Change { tool, class: self.class, change, arguments, message });
    }

    fn compare(&mut self, before: &Policy, after: &Policy, name: &str) {
        match (self.prover.callable(before, name), self.prover.callable(after, name)) {
            (Answer::No, Answer::No) => self.compare_listing(before, after, name),
            (Answer::No, Answer::Yes(arguments)) => {
                self.tell(List::Possible, Aspect::Call, Some(arguments), "can be called now");
            }
            (Answer::Yes(arguments), Answer::No) => {
                self.tell(List::Impossible, Aspect::Call, Some(arguments), "can no longer be called");
            }
            _ => {
                self.tell_gained(List::Possible, self.prover.gained(before, after, name), "these arguments get through now");
                self.tell_gained(
                    List::Impossible,
                    self.prover.gained(after, before, name),
                    "these arguments no longer get through",
                );
                for shift in Bounds::of(before, name).shifts(&Bounds::of(after, name)) {
                    let list = if shift.is_more() { List::Possible } else { List::Impossible };
                    self.tell(list, Aspect::Limit, None, &shift.to_string());
                }
            }
        }
    }

    fn compare_listing(&mut self, before: &Policy, after: &Policy, name: &str) {
        let hidden = |policy| matches!(standing(policy, name), Standing::Hidden(_));
        match (hidden(before), hidden(after)) {
            (true, false) => {
                self.tell(List::Possible, Aspect::Listing, None, "no longer hidden, though no call goes through");
            }
            (false, true) => {
                self.tell(List::Impossible, Aspect::Listing, None, "hidden now; no call went through before");
            }
            _ => {}
        }
    }

    fn tell_gained(&mut self, list: List, answer: Answer, message: &str) {
        match answer {
            Answer::Yes(arguments) => self.tell(list, Aspect::Arguments, Some(arguments), message),
            Answer::Unknown(why) => self.tell(List::Undecided, Aspect::Arguments, None, &why.to_string()),
            Answer::No => {}
        }
    }
}

impl std::fmt::Display for Shift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (before, after) = (describe(&self.quantity, self.before), describe(&self.quantity, self.after));
        let reach = match self.reach {
            Reach::Identity => "for each identity",
            Reach::Everyone => "for all together",
        };
        write!(f, "{after} in a {}, {reach}, where it was {before}", self.window.name())
    }
}
