//! The vocabulary: every word that a rule or the grammar knows, by number. A text is looked up word by word, once; from there on
//! words are compared as numbers.

use crate::grammar::{GRAMMAR, Lists};
use compact_str::CompactString;
use rustc_hash::FxHashMap;

/// The number of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(u16);

impl Id {
    /// Of every word that nothing knows.
    pub const UNKNOWN: Self = Self(0);

    /// The number, to look something up by.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What is known of a word; the default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub id: Id,
    /// The lists of the grammar it is on.
    pub lists: Lists,
}

/// Words in lower case, with what is known of each.
#[derive(Debug)]
pub struct Vocabulary {
    words: FxHashMap<CompactString, Known>,
    /// The longest word, in bytes.
    longest: usize,
}

impl Vocabulary {
    /// The words of the grammar. Rules add theirs.
    #[must_use]
    pub fn new() -> Self {
        let mut vocabulary = Self { words: FxHashMap::default(), longest: 0 };
        for (word, lists) in GRAMMAR.words() {
            vocabulary.add(word);
            vocabulary.words.entry(word.into()).and_modify(|known| known.lists = lists);
        }
        vocabulary
    }

    /// The number of a word, which is known from now on.
    ///
    /// # Panics
    /// At more words than there are numbers: rules are data of our own.
    pub fn add(&mut self, word: &str) -> Id {
        let next = u16::try_from(self.words.len() + 1).unwrap_or_else(|_| panic!("more words than numbers"));
        self.longest = self.longest.max(word.len());
        self.words.entry(word.into()).or_insert_with(|| Known { id: Id(next), lists: Lists::default() }).id
    }

    /// What is known of a word in lower case.
    #[must_use]
    pub fn known(&self, word: &str) -> Known {
        if word.len() > self.longest { Known::default() } else { self.words.get(word).copied().unwrap_or_default() }
    }

    /// What is known of an ASCII word, in whatever case.
    #[must_use]
    pub fn known_ascii(&self, word: &str) -> Known {
        if word.len() > self.longest {
            return Known::default();
        }
        let mut lower = CompactString::from(word);
        lower.make_ascii_lowercase();
        self.known(&lower)
    }

    /// Every word.
    pub fn words(&self) -> impl Iterator<Item = (&CompactString, Known)> {
        self.words.iter().map(|(word, known)| (word, *known))
    }
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self::new()
    }
}

/// Which words may stand in a text: what it does not have is mostly ruled out by one look (a Bloom filter of 256 bits).
#[derive(Clone, Copy, Debug, Default)]
pub struct Present([u64; 4]);

impl Present {
    /// Adds a word; unknown ones are never asked for.
    pub fn add(&mut self, id: Id) {
        if id != Id::UNKNOWN {
            self.0[usize::from(id.0 >> 6 & 3)] |= 1 << (id.0 & 63);
        }
    }

    /// Whether a word may be present.
    #[must_use]
    pub fn has(&self, id: Id) -> bool {
        self.0[usize::from(id.0 >> 6 & 3)] & 1 << (id.0 & 63) != 0
    }

    /// Whether a word of both may be the same.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(one, other)| one & other != 0)
    }
}

impl FromIterator<Id> for Present {
    fn from_iter<I: IntoIterator<Item = Id>>(ids: I) -> Self {
        let mut present = Self::default();
        ids.into_iter().for_each(|id| present.add(id));
        present
    }
}
