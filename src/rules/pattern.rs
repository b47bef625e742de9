//! Patterns: the words and phrases of a rule, matched with the words of a text.

use crate::grammar::{self, Form};
use crate::vocabulary::{Id, Present, Vocabulary};
use crate::words::{self, Gap, Word, Words};
use serde::Deserialize;
use std::ops::Range;

/// A word or phrase. `refund` matches `refund` and `refunds`; `delete~` every form of the verb.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Pattern {
    /// The phrase as the rule wrote it.
    text: String,
    /// For each word of the phrase, the spellings it may have; none before the phrase is part of a vocabulary.
    words: Vec<Vec<Id>>,
    /// Whether its words must be parts of one path: `etc/passwd` does not match "etc passwd".
    path: bool,
    /// Whether something of the path must stand before its first word: `~/.ssh` does not match "SSH".
    rooted: bool,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        let path = text.contains('/');
        let rooted = text.starts_with(['~', '.', '/']) && path;
        Self { text, words: Vec::new(), path, rooted }
    }
}

impl Pattern {
    /// The phrase as the rule wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds its words to the vocabulary of all rules.
    pub(super) fn enter(&mut self, vocabulary: &mut Vocabulary) {
        self.words = self.text.split_whitespace().flat_map(|written| spellings(written, vocabulary)).collect();
    }

    /// The spellings of its first word.
    pub(super) fn firsts(&self) -> &[Id] {
        self.words.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// The spellings of its last word.
    fn lasts(&self) -> &[Id] {
        self.words.last().map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the phrase stands at `at`: the number of words it takes. A phrase never spans two sentences.
    pub(super) fn at(&self, words: &[Word<'_>], at: usize) -> Option<usize> {
        let here = words.get(at..at + self.words.len())?;
        let matches = self.words.iter().zip(here).enumerate().all(|(index, (spellings, word))| {
            spellings.contains(&word.known.id) && (index == 0 && !self.rooted || self.joins(word))
        });
        matches.then_some(self.words.len())
    }

    /// Whether a word may follow another one of the phrase.
    fn joins(&self, word: &Word<'_>) -> bool {
        word.gap < Gap::Sentence && (!self.path || word.gap == Gap::Or || word.code)
    }
}

/// The spellings of one written word; a compound (`set-up`, 削除) is several words.
fn spellings(written: &str, vocabulary: &mut Vocabulary) -> Vec<Vec<Id>> {
    let (word, bends) = written.strip_suffix('~').map_or((written, false), |word| (word, true));
    let parts = words::spellings(word);
    let single = parts.len() == 1;
    let fits = |form| form == Form::Base || single && (bends || form == Form::Third);
    let forms = |part: &str| grammar::forms(part).into_iter().filter(|(_, form)| fits(*form));
    parts.iter().map(|part| forms(part).map(|(text, _)| vocabulary.add(&text)).collect()).collect()
}

/// The phrases of one condition: one of them is enough.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<Pattern>")]
pub struct Phrases {
    patterns: Vec<Pattern>,
    /// The words that one of them may start with.
    firsts: Present,
    /// The words that one of them may end in.
    lasts: Present,
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
        self.patterns.iter_mut().for_each(|pattern| pattern.enter(vocabulary));
        self.firsts = self.patterns.iter().flat_map(Pattern::firsts).copied().collect();
        self.lasts = self.patterns.iter().flat_map(Pattern::lasts).copied().collect();
    }

    /// The first phrase that stands in a text, and where: a range of words.
    pub(crate) fn find(&self, words: &Words<'_>) -> Option<Range<usize>> {
        self.find_where(words, |_| true)
    }

    /// The same, where the phrase's first word is one that `fits`.
    pub(crate) fn find_where(&self, words: &Words<'_>, fits: impl Fn(&Word<'_>) -> bool) -> Option<Range<usize>> {
        if !self.firsts.meets(&words.present) {
            return None;
        }
        let may = |pattern: &&Pattern| pattern.firsts().iter().any(|first| words.present.has(*first));
        self.patterns.iter().filter(may).find_map(|pattern| {
            let mut starts = (0..words.len()).filter(|&at| fits(&words[at]));
            starts.find_map(|at| Some(at..at + pattern.at(words, at)?))
        })
    }

    /// Where a phrase ends right behind the last of some words, as a range of them.
    pub(crate) fn end_of(&self, words: &[Word<'_>]) -> Option<Range<usize>> {
        if !self.lasts.has(words.last()?.known.id) {
            return None;
        }
        self.patterns.iter().find_map(|pattern| {
            let start = words.len().checked_sub(pattern.words.len())?;
            pattern.at(words, start).map(|_| start..words.len())
        })
    }

    /// Whether a phrase is all of some words.
    pub(crate) fn are(&self, words: &[Word<'_>]) -> bool {
        words.last().is_some_and(|last| self.lasts.has(last.known.id))
            && self.patterns.iter().any(|pattern| pattern.words.len() == words.len() && pattern.at(words, 0).is_some())
    }
}
