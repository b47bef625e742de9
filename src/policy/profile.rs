//! A profile: what a starter policy lets each class of tools do. Generating and checking read the same one.

use super::model::{Limit, Predicate, ToolRules, Window};
use crate::verdict::Class;

/// How far a starter policy goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Tools that read, and no others.
    ReadOnly,
    /// What can be put back is limited; the rest is for a person to open.
    #[default]
    Guarded,
    /// Everything can be called; what cannot be put back, rarely.
    Open,
}

/// What a profile says of a tool.
#[derive(Clone, Debug, PartialEq)]
pub enum Stance {
    /// It goes into `hide`.
    Hidden,
    /// It goes into `tools`.
    Ruled(ToolRules),
}

impl Profile {
    /// The profile's stance on a tool of a class.
    #[must_use]
    pub fn stance(self, name: &str, class: Class) -> Stance {
        let free = || Stance::Ruled(ToolRules::default());
        let at_most = |max| Stance::Ruled(ToolRules { limits: vec![rate(name, max)], ..ToolRules::default() });
        match (self, class) {
            (_, Class::Read) => free(),
            (Self::ReadOnly, _) | (Self::Guarded, Class::Destructive) => Stance::Hidden,
            (Self::Guarded, Class::Write) => at_most(30),
            (Self::Guarded, Class::Execute) => at_most(10),
            (Self::Guarded, Class::Financial) => {
                let deny_if = vec![Predicate::always("Requires human approval.")];
                Stance::Ruled(ToolRules { deny_if, ..ToolRules::default() })
            }
            (Self::Open, Class::Write) => at_most(60),
            (Self::Open, Class::Execute) => at_most(30),
            (Self::Open, Class::Destructive | Class::Financial) => at_most(1),
        }
    }

    /// Its name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Guarded => "guarded",
            Self::Open => "open",
        }
    }

    /// The stance on a tool that a person opened by name: that of the first profile, from this one on, that lets it be called.
    #[must_use]
    pub fn opened(self, name: &str, class: Class) -> Stance {
        let from = [Self::ReadOnly, Self::Guarded, Self::Open].into_iter().skip_while(|profile| *profile != self);
        let mut stances = from.map(|profile| profile.stance(name, class));
        let open = stances.find(|stance| matches!(stance, Stance::Ruled(rules) if rules.deny_if.is_empty()));
        open.unwrap_or(Stance::Ruled(ToolRules::default()))
    }

    /// Whether a person is to let each call of a class through.
    #[must_use]
    pub fn asks(self, class: Class) -> bool {
        self == Self::Guarded && class == Class::Financial
    }
}

/// So many calls of a tool a minute, each identity by itself.
fn rate(name: &str, max: u32) -> Limit {
    Limit::calls(&format!("{name}_rate"), Window::Minute, max)
}
