//! A text of a tool that is read for what it says: its name, title or description, with its words.

use crate::evidence::Field;
use crate::tool::Tool;
use crate::words::{self, Word};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

/// A field and its words.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// Which field.
    pub field: Field,
    /// The whole text, as the server sent it.
    pub source: &'a str,
    /// Its words.
    pub words: Vec<Word>,
    /// Which words may be among them.
    pub present: Present,
}

/// Which words may stand in a text: most phrases of most rules are ruled out by one look (a Bloom filter of 256 bits).
#[derive(Clone, Copy, Debug, Default)]
pub struct Present([u64; 4]);

impl Present {
    /// Where a word stands in every filter.
    #[must_use]
    pub fn place(word: &str) -> u8 {
        // The high bits of this hash are the mixed ones.
        (FxBuildHasher.hash_one(word) >> 56) as u8
    }

    /// Whether a word with this place may be present.
    #[must_use]
    pub fn has(&self, place: u8) -> bool {
        self.0[usize::from(place >> 6)] & 1 << (place & 63) != 0
    }

    fn of(words: &[Word]) -> Self {
        let mut present = Self::default();
        for place in words.iter().map(|word| Self::place(&word.text)) {
            present.0[usize::from(place >> 6)] |= 1 << (place & 63);
        }
        present
    }
}

/// Words that a description must add to its name not to be thin.
const ADDED: usize = 3;

/// The name of a tool, then its title and description where it has them.
#[must_use]
pub fn texts(tool: &Tool) -> Vec<Text<'_>> {
    let text = |field, source, words: Vec<Word>| Text { field, source, present: Present::of(&words), words };
    let name = text(Field::Name, tool.name(), words::split(tool.name()));
    let prose = |field, source| text(field, source, words::prose(source));
    let title = tool.title().map(|title| prose(Field::Title, title));
    let description = tool.description().map(|description| prose(Field::Description, description));
    [Some(name), title, description].into_iter().flatten().collect()
}

/// Whether a definition is thin: no description, or one that adds next to nothing to the name.
#[must_use]
pub fn is_thin(texts: &[Text<'_>]) -> bool {
    let of = |field: &Field| texts.iter().find(|text| text.field == *field).map_or(&[][..], |text| &text.words);
    let name = of(&Field::Name);
    let adds = |word: &&Word| name.iter().all(|known| known.text != word.text);
    of(&Field::Description).iter().filter(adds).take(ADDED).count() < ADDED
}
