//! A text of a tool that is read for what it says: its name, title or description, with its words.

use crate::evidence::Field;
use crate::tool::Tool;
use crate::words::{self, Word, Words};

/// A field and its words.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// Which field.
    pub field: Field,
    /// The whole text, as the server sent it.
    pub source: &'a str,
    /// Its words.
    pub words: Words<'a>,
}

impl<'a> Text<'a> {
    fn new(field: Field, source: &'a str, words: Vec<Word<'a>>) -> Self {
        Self { field, source, words: words.into() }
    }
}

/// Words that a description must add to its name not to be thin.
const ADDED: usize = 3;

/// The name of a tool, then its title and description where it has them.
#[must_use]
pub fn texts(tool: &Tool) -> Vec<Text<'_>> {
    read(tool.name(), tool.title(), tool.description())
}

/// The same.
#[must_use]
pub fn read<'a>(name: &'a str, title: Option<&'a str>, description: Option<&'a str>) -> Vec<Text<'a>> {
    let name = Text::new(Field::Name, name, words::split(name));
    let prose = |field, source| Text::new(field, source, words::prose(source));
    let title = title.map(|title| prose(Field::Title, title));
    let description = description.map(|description| prose(Field::Description, description));
    [Some(name), title, description].into_iter().flatten().collect()
}

/// Whether a definition is thin: no description, or one that adds next to nothing to the name.
#[must_use]
pub fn is_thin(texts: &[Text<'_>]) -> bool {
    let of = |field: &Field| texts.iter().find(|text| text.field == *field).map_or(&[][..], |text| &*text.words);
    let name = of(&Field::Name);
    let adds = |word: &&Word<'_>| !name.iter().any(|known| known.same(word));
    of(&Field::Description).iter().filter(adds).take(ADDED).count() < ADDED
}
