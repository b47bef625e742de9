//! The rules: data in `rules/`, one file a rule, embedded.

use crate::verdict::Class;

/// One rule file.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The stem of its file.
    pub id: String,
    /// What it says, as a title.
    pub title: String,
    /// What a match means.
    pub says: Says,
    /// The Markdown below the front matter, examples included.
    pub body: String,
}

/// What a rule says when it matches.
#[derive(Clone, Debug)]
pub enum Says {
    /// A call can have this effect.
    Effect(Class),
    /// The tool deserves this signal; `{…}` stands for what matched.
    Signal(String),
}

/// All rules, in id order.
#[must_use]
pub fn all() -> &'static [Rule] {
    &[]
}
