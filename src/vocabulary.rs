//! The vocabulary: every word that a rule or the grammar knows, by number. A text is looked up word by word, once; from there on
//! words are compared as numbers.

use crate::grammar::{GRAMMAR, Lists};
use compact_str::CompactString;
use rustc_hash::FxHashMap;

/// Sets of phrases that there may be.
const SETS: usize = 512;

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
    /// Whether phrases start with it.
    pub opens: bool,
    /// The lists of the grammar it is on.
    pub lists: Lists,
}

/// Words in lower case, with what is known of each.
#[derive(Debug, Default)]
pub struct Vocabulary {
    words: FxHashMap<CompactString, Known>,
    /// The longest word, in bytes.
    longest: usize,
    /// How many sets of phrases there are.
    sets: u16,
    /// By the number of a word, the sets in which a phrase starts with it.
    opened: Vec<Vec<u16>>,
}

impl Vocabulary {
    /// The words of the grammar. Rules add theirs.
    #[must_use]
    pub fn new() -> Self {
        let mut vocabulary = Self::default();
        for (word, lists) in GRAMMAR.words() {
            vocabulary.entry(word).lists = lists;
        }
        vocabulary
    }

    /// The number of a word, which is known from now on.
    pub fn add(&mut self, word: &str) -> Id {
        self.entry(word).id
    }

    /// Adds a word that a phrase of this set starts with.
    pub fn add_first(&mut self, word: &str, set: u16) {
        let known = self.entry(word);
        known.opens = true;
        let index = known.id.index();
        self.opened.resize(self.opened.len().max(index + 1), Vec::new());
        self.opened[index].push(set);
    }

    /// The number of one more set of phrases.
    ///
    /// # Panics
    /// At more sets than a text can tell apart: rules are data of our own.
    pub fn add_set(&mut self) -> u16 {
        assert!(usize::from(self.sets) < SETS, "more sets of phrases than numbers");
        self.sets += 1;
        self.sets - 1
    }

    fn entry(&mut self, word: &str) -> &mut Known {
        let next = u16::try_from(self.words.len() + 1).unwrap_or_else(|_| panic!("more words than numbers"));
        self.longest = self.longest.max(word.len());
        self.words.entry(word.into()).or_insert_with(|| Known { id: Id(next), ..Known::default() })
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

    /// The sets of phrases that some words may open.
    #[must_use]
    pub fn opened<'a>(&self, words: impl Iterator<Item = &'a Known>) -> Opened {
        let mut opened = Opened::default();
        for set in words.filter(|known| known.opens).flat_map(|known| &self.opened[known.id.index()]) {
            opened.0[usize::from(set >> 6)] |= 1 << (set & 63);
        }
        opened
    }
}

/// The sets of phrases whose first words a text has, a bit for each: what it does not say is mostly ruled out by one look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opened([u64; SETS / 64]);

impl Opened {
    /// Whether a phrase of this set may stand in the text.
    #[must_use]
    pub fn has(&self, set: u16) -> bool {
        self.0[usize::from(set >> 6)] & 1 << (set & 63) != 0
    }
}
