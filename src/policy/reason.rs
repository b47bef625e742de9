//! Why a line of a policy is there: what it does, the rule that asked for it, and the words that made the rule speak.

use crate::evidence::Evidence;
use crate::sanitize;
use std::fmt;

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What follows from it, in words.
    pub says: String,
    /// The rule's id; none where a person chose.
    pub rule: Option<String>,
    /// The words that decided, in their order.
    pub words: Vec<String>,
}

impl Reason {
    /// A reason that a rule and its words give.
    #[must_use]
    pub fn of(says: &str, rule: &str, evidence: &[Evidence]) -> Self {
        /// A reader is convinced by a few.
        const WORDS: usize = 3;
        let mut words: Vec<String> = Vec::new();
        for piece in evidence.iter().filter(|piece| !piece.text.trim().is_empty()) {
            if words.len() < WORDS && words.iter().all(|word| piece.text != *word) {
                words.push(piece.text.to_string());
            }
        }
        Self { says: says.to_owned(), rule: Some(rule.to_owned()), words }
    }

    /// A reason that needs no rule.
    #[must_use]
    pub fn plain(says: &str) -> Self {
        Self { says: says.to_owned(), rule: None, words: Vec::new() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it says may name a parameter, and a parameter may be called anything.
        f.write_str(&sanitize::shown_line(&self.says))?;
        let Some(rule) = &self.rule else { return Ok(()) };
        write!(f, " ({}", sanitize::shown_line(rule))?;
        for (at, word) in self.words.iter().enumerate() {
            let between = if at == 0 { ": " } else { ", " };
            write!(f, "{between}«{}»", sanitize::shown_line(word))?;
        }
        f.write_str(")")
    }
}
