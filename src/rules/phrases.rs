//! Phrases: the patterns of one condition, of which one is enough.

use super::Pattern;
use crate::rules;
use crate::vocabulary::{Id, Sets, Vocabulary};
use crate::words::{Word, Words};
use serde::Deserialize;
use std::ops::Range;

/// Patterns that may stand anywhere in a text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<Pattern>")]
pub struct Phrases {
    patterns: Vec<Pattern>,
    /// The number that texts know them by.
    set: usize,
    /// By its first words, each pattern.
    firsts: Index,
}

impl From<Vec<Pattern>> for Phrases {
    fn from(patterns: Vec<Pattern>) -> Self {
        Self { patterns, ..Self::default() }
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
        self.set = vocabulary.open_set();
        for pattern in &mut self.patterns {
            pattern.enter(vocabulary);
            pattern.words().first().into_iter().flatten().for_each(|first| vocabulary.add_first(*first, self.set));
        }
        self.firsts = Index::new(self.patterns.iter().map(|pattern| pattern.words().first()));
    }

    /// The number that texts know them by, where there are some.
    pub(super) fn set(&self) -> Option<usize> {
        (!self.is_empty()).then_some(self.set)
    }

    /// Whether a phrase may stand in a text that opens these sets: whether its first word does.
    pub(crate) fn may_stand(&self, opened: &Sets) -> bool {
        !self.is_empty() && opened.has(self.set)
    }

    /// The first phrase that stands in a text, and where: a range of words.
    pub(crate) fn find(&self, words: &Words<'_>) -> Option<Range<usize>> {
        self.find_where(words, |_| true)
    }

    /// The same, where each word of the phrase is one that `fits`.
    pub(crate) fn find_where(&self, words: &Words<'_>, fits: impl Fn(&Word<'_>) -> bool) -> Option<Range<usize>> {
        if self.is_empty() || !self.may_stand(words.opened()) {
            return None;
        }
        let vocabulary = rules::vocabulary();
        let mut found: Option<(usize, Range<usize>)> = None;
        for (at, word) in words.iter().enumerate().filter(|(_, word)| vocabulary.opens(&word.known, self.set) && fits(word)) {
            for pattern in self.firsts.of(word) {
                if found.as_ref().is_some_and(|(first, _)| *first <= pattern) {
                    break;
                }
                let all_fit = |length: &usize| words[at..at + length].iter().all(&fits);
                if let Some(length) = self.patterns[pattern].goes_on(words, at).filter(all_fit) {
                    found = Some((pattern, at..at + length));
                }
            }
        }
        found.map(|(_, range)| range)
    }
}

/// Patterns that a run of words ends in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<Pattern>")]
pub struct Endings {
    patterns: Vec<Pattern>,
    /// The number that words know them by.
    set: usize,
    /// By its last words, each pattern.
    lasts: Index,
}

impl From<Vec<Pattern>> for Endings {
    fn from(patterns: Vec<Pattern>) -> Self {
        Self { patterns, ..Self::default() }
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
        if self.is_empty() {
            return;
        }
        self.set = vocabulary.close_set();
        for pattern in &mut self.patterns {
            pattern.enter(vocabulary);
            pattern.words().last().into_iter().flatten().for_each(|last| vocabulary.add_last(*last, self.set));
        }
        self.lasts = Index::new(self.patterns.iter().map(|pattern| pattern.words().last()));
    }

    /// The number that words know them by, where there are some.
    pub(super) fn set(&self) -> Option<usize> {
        (!self.is_empty()).then_some(self.set)
    }

    /// A bit for the numbers of their last words, modulo 64.
    pub(super) fn last_words(&self) -> u64 {
        self.lasts.bits
    }

    /// The first phrase that some words end in, as a range of them.
    pub(crate) fn find(&self, words: &[Word<'_>]) -> Option<Range<usize>> {
        self.lasts.of(words.last()?).find_map(|pattern| {
            let pattern = &self.patterns[pattern];
            let start = words.len().checked_sub(pattern.words().len())?;
            pattern.at(words, start).map(|_| start..words.len())
        })
    }

    /// Whether some words are one of the phrases, and nothing else.
    pub(crate) fn are_all_of(&self, words: &[Word<'_>]) -> bool {
        let Some(last) = words.last() else { return false };
        let all = |pattern: &Pattern| pattern.words().len() == words.len() && pattern.at(words, 0).is_some();
        self.lasts.of(last).any(|pattern| all(&self.patterns[pattern]))
    }
}

/// Patterns of a list, found by one of their words, in the order of the list.
#[derive(Clone, Debug, Default)]
struct Index {
    /// The words, each with the number of a pattern that has it, sorted: small, since they are looked through for every word.
    patterns: Vec<(Id, u16)>,
    /// A bit for the numbers of these words, modulo 64: most words of a text are ruled out by it.
    bits: u64,
}

impl Index {
    /// Of patterns by the spellings of one word of each.
    fn new<'a>(words: impl Iterator<Item = Option<&'a Vec<Id>>>) -> Self {
        let spelled = (0..).zip(words).flat_map(|(pattern, word)| word.into_iter().flatten().map(move |id| (*id, pattern)));
        let mut index: Vec<(Id, u16)> = spelled.collect();
        index.sort_unstable();
        index.dedup();
        let bits = index.iter().fold(0, |bits, (id, _)| bits | id.bit());
        Self { patterns: index, bits }
    }

    /// The patterns that have this word there.
    fn of(&self, word: &Word<'_>) -> impl Iterator<Item = usize> {
        let id = word.known.id;
        let possible = if self.bits & id.bit() == 0 { &[][..] } else { &self.patterns };
        let start = possible.partition_point(|(known, _)| *known < id);
        possible[start..].iter().take_while(move |(known, _)| *known == id).map(|(_, pattern)| usize::from(*pattern))
    }
}
