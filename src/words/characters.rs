//! Characters: a text that is read character by character without a copy of it. Places are bytes where a character starts.

/// A text to look at by place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Characters<'a>(pub(crate) &'a str);

impl<'a> Characters<'a> {
    /// The first so many characters of a text.
    pub(crate) fn first(text: &'a str, most: usize) -> Self {
        let end = if text.len() <= most { None } else { text.char_indices().nth(most) };
        Self(end.map_or(text, |(end, _)| &text[..end]))
    }

    /// The character that starts at a place: `None` behind the end.
    pub(crate) fn at(self, place: usize) -> Option<char> {
        match *self.0.as_bytes().get(place)? {
            byte if byte.is_ascii() => Some(char::from(byte)),
            _ => self.0[place..].chars().next(),
        }
    }

    /// The character that starts at a place; behind the end, a space.
    pub(crate) fn or_space(self, place: usize) -> char {
        self.at(place).unwrap_or(' ')
    }

    /// The character that ends at a place: `None` at the start.
    pub(crate) fn before(self, place: usize) -> Option<char> {
        self.0[..place].chars().next_back()
    }

    /// The text from one place to another.
    pub(crate) fn cut(self, start: usize, end: usize) -> &'a str {
        &self.0[start..end]
    }
}

/// Combining marks continue a word.
pub(super) fn is_mark(character: char) -> bool {
    use unicode_general_category::{GeneralCategory, get_general_category};
    !character.is_ascii()
        && matches!(
            get_general_category(character),
            GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark
        )
}

/// Scripts written without spaces between words: Han, Kana, Thai, Lao, Khmer, Myanmar.
pub(super) fn is_spaceless(character: char) -> bool {
    !character.is_ascii()
        && matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFF66..=0xFF9F | 0x20000..=0x3FFFF)
}
