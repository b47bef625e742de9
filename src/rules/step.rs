//! Steps: the stations of a sentence that a rule looks for, in order – phrases, groups of phrases, kinds of words.

use super::Pattern;
use crate::vocabulary::Vocabulary;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The named groups of `data/phrases.toml`.
static GROUPS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/phrases.toml")).unwrap_or_else(|error| panic!("data/phrases.toml: {error}"))
});

/// The words that orders are made of, to be known in disguise.
static DISGUISED: LazyLock<HashSet<String>> = LazyLock::new(|| GROUPS["disguised"].iter().cloned().collect());

/// The words that orders are made of.
pub(crate) fn disguised_words() -> &'static HashSet<String> {
    &DISGUISED
}

/// One station: `before | prior to`, `@force`, `3: <tool>`. Alternatives are parted by `|`; `@name` stands for a group of
/// `data/phrases.toml`, `<kind>` for a [`Kind`] of words; a leading number says how many words may stand in between.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Step {
    /// The step as the rule wrote it, without the number.
    pub text: String,
    /// Its phrases, groups resolved.
    pub phrases: Vec<Pattern>,
    /// Its kinds of words.
    pub kinds: Vec<Kind>,
    /// At most so many words between the step before and this one.
    pub gap: Option<usize>,
}

/// A kind of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or a quoted name that is not the tool's own.
    Tool,
    /// The name of one of the tool's own parameters.
    Parameter,
    /// The same, written as a name: in quotes, of several words, or before `argument`.
    Slot,
    /// What lies below somebody's home: the first word after `~/`.
    Home,
    /// No word: the end of the sentence.
    End,
    /// A quoted word that is not the tool's own.
    Value,
    /// A mail address.
    Mail,
    /// A web address.
    Url,
    /// A number of at least seven digits, of an account or a telephone: letters may stand in it.
    Number,
    /// An argument that is written out, and says whom or what a call is about: `event_id='E-1'`, `amount=5000`.
    Fixed,
}

impl TryFrom<String> for Step {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let (gap, text) = match written.split_once(": ") {
            Some((number, text)) => (Some(number.parse().map_err(|_| format!("`{written}`: `{number}` is no number"))?), text),
            None => (None, written.as_str()),
        };
        let mut step = Self { text: text.to_owned(), phrases: Vec::new(), kinds: Vec::new(), gap };
        for part in text.split(" | ") {
            step.add(part.trim())?;
        }
        Ok(step)
    }
}

impl Step {
    /// What a sentence that only speaks about attacks has: a verb of examining, and what attacks are called.
    pub(super) fn reports(vocabulary: &mut Vocabulary) -> [Self; 2] {
        ["@examines", "@attack-words"].map(|group| {
            let mut step = Self::try_from(group.to_owned()).unwrap_or_else(|message| panic!("{message}"));
            step.phrases.iter_mut().for_each(|pattern| pattern.enter(vocabulary));
            step
        })
    }

    fn add(&mut self, part: &str) -> Result<(), String> {
        if let Some(name) = part.strip_prefix('@') {
            let group = GROUPS.get(name).ok_or_else(|| format!("no group `{name}` in data/phrases.toml"))?;
            return group.iter().try_for_each(|part| self.add(part));
        }
        let kind = match part {
            "<tool>" => Kind::Tool,
            "<end>" => Kind::End,
            "<parameter>" => Kind::Parameter,
            "<slot>" => Kind::Slot,
            "<home>" => Kind::Home,
            "<value>" => Kind::Value,
            "<mail>" => Kind::Mail,
            "<url>" => Kind::Url,
            "<number>" => Kind::Number,
            "<fixed>" => Kind::Fixed,
            _ if part.starts_with('<') => return Err(format!("no kind `{part}`")),
            phrase => {
                self.phrases.push(Pattern::from(phrase.to_owned()));
                return Ok(());
            }
        };
        self.kinds.push(kind);
        Ok(())
    }
}
