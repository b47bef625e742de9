//! What is asked of arguments: answers that conditions must give, at the places they look at.

use crate::policy::condition::{Condition, Truth, decimal};
use crate::policy::model::{Increment, Limit};
use crate::policy::path::{Found, Path};

/// Literals of which one must hold.
pub(super) type Clause<'p> = Vec<Literal<'p>>;

/// One condition with the answers it may give, or one amount that must or must not be countable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Literal<'p> {
    /// The condition answers one of these.
    Answers { condition: &'p Condition, yes: bool, no: bool, neither: bool },
    /// The amount can be counted and stays within the limit, or not.
    Counted { path: &'p Path, scale: u32, max: u64, fits: bool },
}

impl<'p> Literal<'p> {
    /// The condition holds: what a `require` asks for.
    pub(super) fn holds(condition: &'p Condition) -> Self {
        Self::Answers { condition, yes: true, no: false, neither: false }
    }

    /// The condition plainly does not hold: what lets a call past a `deny_if`.
    pub(super) fn fails(condition: &'p Condition) -> Self {
        Self::Answers { condition, yes: false, no: true, neither: false }
    }

    /// The opposite of [`Literal::holds`].
    pub(super) fn does_not_hold(condition: &'p Condition) -> Self {
        Self::Answers { condition, yes: false, no: true, neither: true }
    }

    /// The opposite of [`Literal::fails`].
    pub(super) fn does_not_fail(condition: &'p Condition) -> Self {
        Self::Answers { condition, yes: true, no: false, neither: true }
    }

    /// What a limit asks of the amount it counts, if it counts one.
    pub(super) fn counted(limit: &'p Limit, fits: bool) -> Option<Self> {
        match &limit.increment {
            Increment::From(path) => Some(Self::Counted { path, scale: limit.max.scale, max: limit.max.units, fits }),
            Increment::Fixed { .. } => None,
        }
    }

    /// The place it looks at.
    pub(super) fn path(&self) -> &'p Path {
        match self {
            Self::Answers { condition, .. } => &condition.path,
            Self::Counted { path, .. } => path,
        }
    }

    /// Whether it holds of what is found there.
    pub(super) fn admits(&self, found: Found<'_>) -> bool {
        match self {
            Self::Answers { condition, yes, no, neither } => match condition.test.truth(found) {
                Truth::True => *yes,
                Truth::False => *no,
                Truth::Mismatch => *neither,
            },
            Self::Counted { scale, max, fits, .. } => {
                let units = match found {
                    Found::Value(value) => decimal(value).and_then(|number| number.units(*scale).ok()),
                    Found::Missing | Found::Mismatch => None,
                };
                units.is_some_and(|units| units <= *max) == *fits
            }
        }
    }
}
