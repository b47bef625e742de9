//! Other languages than English: what their words mean, in the English words that rules are written with. Languages without spaces
//! between words are known by the `foreign` lists of rules instead.
//!
//! `data/languages/` has a file a language. A test makes of them an [`fst`], which is read in place, and the list of English words that
//! it counts by: 128,000 words in a hash map would cost more time and memory than the rest of a scan. `UPDATE=1 cargo test` writes both anew.

use crate::grammar::Lists;
use fst::Map;
use std::sync::LazyLock;

static WORDS: LazyLock<Map<&'static [u8]>> = LazyLock::new(|| {
    let bytes: &[u8] = include_bytes!("../data/languages.fst");
    Map::new(bytes).expect("the embedded words are an fst")
});

/// The English words that others are translated to: a line each, numbered from 1.
const ENGLISH: &str = include_str!("../data/languages.txt");

/// Verbs of several words, each with the English verb that it is a form of: a line each, cut by a tab.
const PHRASES: &str = include_str!("../data/languages-phrases.txt");

/// What a word of another language means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The English verb that it is a form of, by its number in [`english`]; 0 for none.
    pub verb: u16,
    /// The English noun or adjective that it means, likewise.
    pub noun: u16,
    /// The lists of the grammar that it is on.
    pub lists: Lists,
}

impl Meaning {
    /// One number that says all of it.
    #[must_use]
    pub fn pack(self) -> u64 {
        u64::from(self.verb) << 48 | u64::from(self.noun) << 32 | u64::from(self.lists.bits())
    }

    /// What [`Meaning::pack`] made a number of.
    #[must_use]
    pub fn unpack(number: u64) -> Self {
        let [verb, noun] = [48, 32].map(|shift| (number >> shift & 0xffff) as u16);
        Self { verb, noun, lists: Lists::from_bits(number as u32) }
    }
}

/// What a word means in some language, given in lower case.
#[must_use]
pub fn meaning(word: &[u8]) -> Option<Meaning> {
    WORDS.get(word).map(Meaning::unpack)
}

/// The English words, each with its number.
pub fn english() -> impl Iterator<Item = (u16, &'static str)> {
    (1..).zip(ENGLISH.lines())
}

/// Verbs of several words ("satın alır"), each with the English verb that it is a form of.
pub fn phrases() -> impl Iterator<Item = (&'static str, &'static str)> {
    PHRASES.lines().filter_map(|line| line.split_once('\t'))
}
