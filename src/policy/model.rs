//! A policy: policy.json version "1" as typed data, in the order it was written.

use super::condition::Condition;
use super::path::Path;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Number;
use std::sync::Arc;

/// What stands for every tool in `hide`.
pub const EVERY_TOOL: &str = "*";

/// A policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// What happens to a call of a tool that `tools` does not name.
    pub default: Fallback,
    /// Limits that count the calls of all tools together.
    pub all_tools: Vec<Limit>,
    hide: Vec<String>,
    hidden: FxHashSet<String>,
    tools: Vec<(String, ToolRules)>,
    at: FxHashMap<String, usize>,
}

/// `default`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// The call goes through.
    Allow,
    /// The call is refused.
    Deny,
}

/// What a policy says of one tool; nothing at all is `{}`, an allowance without checks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolRules {
    /// Each must hold.
    pub require: Vec<Predicate>,
    /// None may hold.
    pub deny_if: Vec<Predicate>,
    /// How much is too much.
    pub limits: Vec<Limit>,
}

/// An entry of `require` or `deny_if`: conditions that hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    /// Every one of them must hold. None at all always holds: an unconditional `deny_if`.
    pub conditions: Vec<Condition>,
    /// What the caller is told.
    pub on_deny: Option<String>,
}

/// An entry of `limits`: at most so much in a window of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// The counter's name, unique among the limits of its tool.
    pub counter: Arc<str>,
    /// The window, aligned to the calendar in UTC.
    pub window: Window,
    /// The most that one window may hold.
    pub max: Amount,
    /// What one call adds.
    pub increment: Increment,
    /// Who shares the counter.
    pub scope: Scope,
    /// What the caller is told.
    pub on_deny: Option<String>,
}

/// A number that is counted up to, in units of its last decimal place: `"max": 500` counts whole ones, `"max": 500.00` hundredths.
#[derive(Clone, Debug)]
pub struct Amount {
    /// As written.
    pub written: Number,
    /// How many decimal places are counted.
    pub scale: u32,
    /// The number, in units of the last of them.
    pub units: u64,
}

/// What one call adds to a counter.
#[derive(Clone, Debug, PartialEq)]
pub enum Increment {
    /// One, unless `increment` says otherwise.
    Fixed {
        /// In units of the limit's last decimal place.
        units: u64,
        /// What `increment` said.
        written: Option<Number>,
    },
    /// The number at this path of the arguments (`increment_from`).
    From(Path),
}

/// `window`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// From second 0 to second 59.
    Minute,
    /// From the full hour.
    Hour,
    /// From midnight.
    Day,
}

/// `scope`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Each identity has a counter of its own; all calls without one share one.
    Grant,
    /// All share one: what no `scope` means.
    Shared,
}

impl Policy {
    /// A policy that says nothing of any tool.
    #[must_use]
    pub fn new(default: Fallback) -> Self {
        Self {
            default,
            all_tools: Vec::new(),
            hide: Vec::new(),
            hidden: FxHashSet::default(),
            tools: Vec::new(),
            at: FxHashMap::default(),
        }
    }

    /// Hides a tool; `*` hides every tool. A name that is hidden already stays where it is.
    pub fn hide(&mut self, name: &str) {
        if self.hidden.insert(name.to_owned()) {
            self.hide.push(name.to_owned());
        }
    }

    /// Says what holds for a tool, in place of what was said before.
    pub fn set(&mut self, name: &str, rules: ToolRules) {
        match self.at.get(name) {
            Some(at) => self.tools[*at].1 = rules,
            None => {
                self.at.insert(name.to_owned(), self.tools.len());
                self.tools.push((name.to_owned(), rules));
            }
        }
    }

    /// What is said of a tool, if anything is.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&ToolRules> {
        self.at.get(name).map(|at| &self.tools[*at].1)
    }

    /// The tools something is said of, in the policy's order.
    pub fn tools(&self) -> impl ExactSizeIterator<Item = (&str, &ToolRules)> {
        self.tools.iter().map(|(name, rules)| (name.as_str(), rules))
    }

    /// The entries of `hide`, in the policy's order.
    #[must_use]
    pub fn hidden(&self) -> &[String] {
        &self.hide
    }

    /// The entry of `hide` that covers a tool: its name, or else `*`.
    #[must_use]
    pub fn hiding<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        // Most policies hide little; what is looked up first costs least.
        if self.hidden.is_empty() {
            return None;
        }
        [name, EVERY_TOOL].into_iter().find(|entry| self.hidden.contains(*entry))
    }
}

impl Window {
    /// Every window, shortest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// The window's name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// How long it is. (POSIX seconds: a day always has 86,400.)
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }
}

impl Limit {
    /// So many calls in a window, each identity by itself: what starter policies are made of.
    #[must_use]
    pub fn calls(counter: &str, window: Window, max: u32) -> Self {
        Self {
            counter: counter.into(),
            window,
            max: Amount { written: max.into(), scale: 0, units: max.into() },
            increment: Increment::Fixed { units: 1, written: None },
            scope: Scope::Grant,
            on_deny: None,
        }
    }
}

impl Predicate {
    /// A `deny_if` that always holds.
    #[must_use]
    pub fn always(on_deny: &str) -> Self {
        Self { conditions: Vec::new(), on_deny: Some(on_deny.to_owned()) }
    }
}

impl Amount {
    /// Takes a number that can be counted up to; its decimal places say in which units.
    ///
    /// # Errors
    /// When it is negative, too large, or has more than nine decimal places.
    pub fn new(written: Number) -> Result<Self, String> {
        const PLACES: usize = 9;
        let literal = written.as_str();
        let places = literal.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        if literal.contains(['e', 'E']) || places > PLACES {
            return Err(format!("write it out, with at most {PLACES} decimal places"));
        }
        let scale = u32::try_from(places).unwrap_or(u32::MAX);
        let units = super::number::Decimal::parse(literal).map(|number| number.units(scale));
        match units {
            Some(Ok(units)) => Ok(Self { written, scale, units }),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("no number".to_owned()),
        }
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        (self.scale, self.units) == (other.scale, other.units)
    }
}
