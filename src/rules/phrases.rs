//! Phrases: the patterns of one condition, of which one is enough.

use super::Pattern;
use crate::vocabulary::{Id, Vocabulary};
use crate::words::{Word, Words};
use serde::Deserialize;
use std::ops::Range;

/// Patterns that may stand anywhere in a text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<Pattern>")]
pub struct Phrases {
    patterns: Vec<Pattern>,
    /// The number that texts know them by.
    set: u16,
}

impl From<Vec<Pattern>> for Phrases {
    fn from(patterns: Vec<Pattern>) -> Self {
        Self { patterns, set: 0 }
    }
}

impl Phrases {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Adds their words to the vocabulary of all rules.
    pub(super) fn enter(&mut self, vocabulary: &mut Vocabulary) {
        if self.is_empty() {
            return;
        }
        self.set = vocabulary.add_set();
        for pattern in &mut self.patterns {
            pattern.enter(vocabulary);
            pattern.spellings().first().into_iter().flatten().for_each(|first| vocabulary.add_first(first, self.set));
        }
    }

    /// The first phrase that stands in a text, and where: a range of words.
    pub(crate) fn find(&self, words: &Words<'_>) -> Option<Range<usize>> {
        self.find_where(words, |_| true)
    }

    /// The same, where the phrase's first word is one that `fits`.
    pub(crate) fn find_where(&self, words: &Words<'_>, fits: impl Fn(&Word<'_>) -> bool) -> Option<Range<usize>> {
        if self.is_empty() || !words.opened.has(self.set) {
            return None;
        }
        self.patterns.iter().find_map(|pattern| {
            let mut starts = (0..words.len()).filter(|&at| fits(&words[at]));
            starts.find_map(|at| Some(at..at + pattern.at(words, at)?))
        })
    }
}

/// Patterns that a run of words ends in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<Pattern>")]
pub struct Endings {
    patterns: Vec<Pattern>,
    /// The words that one of them may end in, sorted.
    lasts: Vec<Id>,
}

impl From<Vec<Pattern>> for Endings {
    fn from(patterns: Vec<Pattern>) -> Self {
        Self { patterns, lasts: Vec::new() }
    }
}

impl Endings {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Adds their words to the vocabulary of all rules.
    pub(super) fn enter(&mut self, vocabulary: &mut Vocabulary) {
        self.patterns.iter_mut().for_each(|pattern| pattern.enter(vocabulary));
        self.lasts = self.patterns.iter().filter_map(|pattern| pattern.words().last()).flatten().copied().collect();
        self.lasts.sort_unstable();
    }

    /// The first phrase that some words end in, as a range of them.
    pub(crate) fn find(&self, words: &[Word<'_>]) -> Option<Range<usize>> {
        self.lasts.binary_search(&words.last()?.known.id).ok()?;
        self.patterns.iter().find_map(|pattern| {
            let start = words.len().checked_sub(pattern.words().len())?;
            pattern.at(words, start).map(|_| start..words.len())
        })
    }

    /// Whether some words are one of the phrases, and nothing else.
    pub(crate) fn are_all_of(&self, words: &[Word<'_>]) -> bool {
        let is_last = |last: &Word<'_>| self.lasts.binary_search(&last.known.id).is_ok();
        let all = |pattern: &Pattern| pattern.words().len() == words.len() && pattern.at(words, 0).is_some();
        words.last().is_some_and(is_last) && self.patterns.iter().any(all)
    }
}
