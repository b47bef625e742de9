//! How much limits let through in each window, so that limits that are written differently can be compared.

use super::decide::{Standing, standing};
use super::model::{Increment, Limit, Policy, Scope, Window};
use std::collections::BTreeMap;

/// What is bounded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// How many calls.
    Calls,
    /// The sum of an argument, by its path.
    Sum(String),
}

/// For whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Each identity by itself.
    Identity,
    /// All together.
    Everyone,
}

/// The most that goes through, in thousand-millionths: the smallest unit a limit can count.
pub type Most = u128;

/// Nine decimal places, as many as a limit may have.
const UNIT: Most = 1_000_000_000;

/// The most of each quantity that a policy lets through for a tool in each window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds(BTreeMap<(Quantity, Reach, Window), Most>);

/// A quantity that two policies bound differently, in the shortest window in which they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// What is bounded.
    pub quantity: Quantity,
    /// For whom.
    pub reach: Reach,
    /// In which window.
    pub window: Window,
    /// The most before; `None` is no bound.
    pub before: Option<Most>,
    /// The most after.
    pub after: Option<Most>,
}

impl Bounds {
    /// What a policy's limits let through for a tool: its own and those of all tools.
    #[must_use]
    pub fn of(policy: &Policy, tool: &str) -> Self {
        let own = match standing(policy, tool) {
            Standing::Ruled(rules) => rules.limits.as_slice(),
            _ => &[],
        };
        Self::of_limits(own.iter().chain(&policy.all_tools))
    }

    /// What limits let through together.
    #[must_use]
    pub fn of_limits<'l>(limits: impl IntoIterator<Item = &'l Limit>) -> Self {
        let mut bounds = BTreeMap::new();
        for limit in limits {
            let (quantity, most) = match &limit.increment {
                Increment::Fixed { units, .. } => (Quantity::Calls, Most::from(limit.max.units / (*units).max(1)) * UNIT),
                Increment::From(path) => {
                    let scale = 10_u128.pow(limit.max.scale);
                    (Quantity::Sum(path.to_string()), Most::from(limit.max.units) * (UNIT / scale))
                }
            };
            // What all share binds each of them.
            let reaches: &[Reach] = match limit.scope {
                Scope::Grant => &[Reach::Identity],
                Scope::Shared => &[Reach::Identity, Reach::Everyone],
            };
            for (reach, window) in reaches.iter().flat_map(|reach| Window::ALL.map(|window| (*reach, window))) {
                // Windows are aligned: a longer one is made of whole shorter ones, a shorter one lies within one longer.
                let times = Most::try_from(window.seconds() / limit.window.seconds()).unwrap_or(1).max(1);
                let bound = bounds.entry((quantity.clone(), reach, window)).or_insert(Most::MAX);
                *bound = most.saturating_mul(times).min(*bound);
            }
        }
        Self(bounds)
    }

    /// Where other bounds differ from these.
    #[must_use]
    pub fn shifts(&self, after: &Self) -> Vec<Shift> {
        let mut shifts: Vec<Shift> = Vec::new();
        let mut keys: Vec<_> = self.0.keys().chain(after.0.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (quantity, reach, window) = key.clone();
            let (before, after) = (self.0.get(key).copied(), after.0.get(key).copied());
            let told = shifts.last().is_some_and(|last| (&last.quantity, last.reach) == (&quantity, reach));
            if before != after && !told {
                shifts.push(Shift { quantity, reach, window, before, after });
            }
        }
        // What changes for all together changes for each: it is told once.
        let same = |one: &Shift, all: &Shift| {
            let of = |shift: &Shift| (shift.quantity.clone(), shift.window, shift.before, shift.after);
            all.reach == Reach::Everyone && of(one) == of(all)
        };
        let all = shifts.clone();
        shifts.retain(|shift| shift.reach == Reach::Everyone || !all.iter().any(|other| same(shift, other)));
        shifts
    }
}

impl Shift {
    /// Whether more goes through after.
    #[must_use]
    pub fn is_more(&self) -> bool {
        self.after.unwrap_or(Most::MAX) > self.before.unwrap_or(Most::MAX)
    }
}

/// A bound in words: `30 calls`, `500.5 of args.amount`, `any number of calls`.
#[must_use]
pub fn describe(quantity: &Quantity, most: Option<Most>) -> String {
    match (quantity, most) {
        (Quantity::Calls, None) => "any number of calls".to_owned(),
        (Quantity::Calls, Some(most)) => crate::report::tally::count(usize::try_from(most / UNIT).unwrap_or(usize::MAX), "call"),
        (Quantity::Sum(path), None) => format!("any sum of `{path}`"),
        (Quantity::Sum(path), Some(most)) => {
            let fraction = format!("{:09}", most % UNIT);
            let fraction = fraction.trim_end_matches('0');
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{}{point}{fraction} of `{path}`", most / UNIT)
        }
    }
}
