//! Patterns: the words and phrases of a rule, matched with the words of a text.

use crate::grammar::{self, Form};
use crate::text::Present;
use crate::words::{self, Gap, Word};
use compact_str::CompactString;
use serde::Deserialize;

/// A word or phrase. `refund` matches `refund` and `refunds`; `delete~` every form of the verb.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Pattern {
    /// For each word of the phrase, the spellings it may have.
    words: Vec<Vec<CompactString>>,
    /// The phrase as the rule wrote it.
    text: String,
    /// Where the spellings of its first word stand in a [`Present`].
    places: Vec<u8>,
    /// Whether its words must be parts of one path: `etc/passwd` does not match "etc passwd".
    path: bool,
    /// Whether something of the path must stand before its first word: `~/.ssh` does not match "SSH".
    rooted: bool,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        let words: Vec<Vec<CompactString>> = text.split_whitespace().flat_map(spellings).collect();
        let places = words.first().into_iter().flatten().map(|spelling| Present::place(spelling)).collect();
        let path = text.contains('/');
        let rooted = text.starts_with(['~', '.', '/']) && path;
        Self { words, text, places, path, rooted }
    }
}

/// The spellings of one written word; a compound (`set-up`, 削除) is several words.
fn spellings(written: &str) -> Vec<Vec<CompactString>> {
    let (word, bends) = written.strip_suffix('~').map_or((written, false), |word| (word, true));
    let parts = words::split(word);
    let single = parts.len() == 1;
    parts
        .into_iter()
        .map(|part| {
            let forms = grammar::forms(&part.text).into_iter();
            forms
                .filter(|(_, form)| *form == Form::Base || single && (bends || *form == Form::Third))
                .map(|(text, _)| text)
                .collect()
        })
        .collect()
}

impl Pattern {
    /// The phrase as the rule wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The spellings of its first word.
    #[must_use]
    pub fn firsts(&self) -> &[CompactString] {
        self.words.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the phrase has words at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether the first word of the phrase may be among the words of a text.
    #[must_use]
    pub fn may_stand_in(&self, present: &Present) -> bool {
        self.places.iter().any(|place| present.has(*place))
    }

    /// Whether the phrase stands at `at`: the number of words it takes. A phrase never spans two sentences.
    #[must_use]
    pub fn at(&self, words: &[Word], at: usize) -> Option<usize> {
        let here = words.get(at..at + self.words.len())?;
        let matches =
            self.words.iter().zip(here).enumerate().all(|(index, (spellings, word))| {
                (index == 0 && !self.rooted || self.joins(word)) && spellings.contains(&word.text)
            });
        matches.then_some(self.words.len())
    }

    /// Whether a word may follow another one of the phrase.
    fn joins(&self, word: &Word) -> bool {
        word.gap < Gap::Sentence && (!self.path || word.gap == Gap::Or || word.code)
    }

    /// The first place where the phrase stands, as a range of words.
    #[must_use]
    pub fn find(&self, words: &[Word]) -> Option<std::ops::Range<usize>> {
        (0..words.len()).find_map(|at| Some(at..at + self.at(words, at)?))
    }

    /// Where the phrase ends right before `end`, as a range of words.
    #[must_use]
    pub fn ending_at(&self, words: &[Word], end: usize) -> Option<std::ops::Range<usize>> {
        let start = end.checked_sub(self.words.len())?;
        self.at(words, start).map(|_| start..end)
    }
}
