//! What became possible and what impossible from one policy to another: calls, not words.

use super::bounds::{Bounds, Shift, describe};
use super::claim::unnamed;
use super::decide::{Standing, standing};
use super::model::{EVERY_TOOL, Policy};
use super::prove::{Answer, callable, gained};
use crate::verdict::Class;
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
    let mut order: Vec<(&str, Class)> = tools.to_vec();
    order.sort_by_key(|(_, class)| std::cmp::Reverse(*class));
    for (name, class) in order {
        compare(before, after, name, &mut |to, change, arguments, message| {
            let (tool, message) = (Some(name.to_owned()), message.to_owned());
            to(&mut difference).push(Change { tool, class: Some(class), change, arguments, message });
        });
    }
    let longer = unnamed(before, tools);
    let other = format!("{longer}{}", unnamed(after, tools));
    compare(before, after, &other, &mut |to, change, arguments, message| {
        to(&mut difference).push(Change { tool: None, class: None, change, arguments, message: message.to_owned() });
    });
    difference
}

/// The names that two policies have something to say of, in their order.
#[must_use]
pub fn names<'p>(policies: &[&'p Policy]) -> Vec<&'p str> {
    let mut seen = rustc_hash::FxHashSet::default();
    let all =
        policies.iter().flat_map(|policy| policy.tools().map(|(name, _)| name).chain(policy.hidden().iter().map(String::as_str)));
    all.filter(|name| *name != EVERY_TOOL && seen.insert(*name)).collect()
}

/// Which list of a difference a change goes into.
type List = fn(&mut Difference) -> &mut Vec<Change>;

/// What is told of a change: its list, what it is about, a witness, and words.
type Tell<'a> = dyn FnMut(List, Aspect, Option<Value>, &str) + 'a;

fn compare(before: &Policy, after: &Policy, name: &str, tell: &mut Tell<'_>) {
    let possible: List = |difference| &mut difference.possible;
    let impossible: List = |difference| &mut difference.impossible;
    let undecided: List = |difference| &mut difference.undecided;
    match (callable(before, name), callable(after, name)) {
        (Answer::No, Answer::No) => {
            let hidden = |policy| matches!(standing(policy, name), Standing::Hidden(_));
            match (hidden(before), hidden(after)) {
                (true, false) => {
                    tell(possible, Aspect::Listing, None, "no longer hidden, though no call goes through");
                }
                (false, true) => tell(impossible, Aspect::Listing, None, "hidden now; no call went through before"),
                _ => {}
            }
        }
        (Answer::No, Answer::Yes(arguments)) => tell(possible, Aspect::Call, Some(arguments), "can be called now"),
        (Answer::Yes(arguments), Answer::No) => {
            tell(impossible, Aspect::Call, Some(arguments), "can no longer be called");
        }
        _ => {
            let sides: [(List, Answer, &str); 2] = [
                (possible, gained(before, after, name), "these arguments get through now"),
                (impossible, gained(after, before, name), "these arguments no longer get through"),
            ];
            for (list, answer, message) in sides {
                match answer {
                    Answer::Yes(arguments) => tell(list, Aspect::Arguments, Some(arguments), message),
                    Answer::Unknown(why) => tell(undecided, Aspect::Arguments, None, &why.to_string()),
                    Answer::No => {}
                }
            }
            for shift in Bounds::of(before, name).shifts(&Bounds::of(after, name)) {
                tell(if shift.is_more() { possible } else { impossible }, Aspect::Limit, None, &shift.to_string());
            }
        }
    }
}

impl std::fmt::Display for Shift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (before, after) = (describe(&self.quantity, self.before), describe(&self.quantity, self.after));
        let reach = match self.reach {
            super::bounds::Reach::Identity => "for each identity",
            super::bounds::Reach::Everyone => "for all together",
        };
        write!(f, "{after} in a {}, {reach}, where it was {before}", self.window.name())
    }
}
