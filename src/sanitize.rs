//! Makes strangers' text safe to print: nothing a server says can move the cursor, hide a word or turn the reading direction.

use std::borrow::Cow;
use std::fmt::Write as _;
use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether a terminal should see an escape in place of this character: controls, format characters (bidi, zero-width, tags),
/// private use, unassigned, separators that break lines, and letters and marks that only pretend to be nothing.
#[must_use]
pub fn is_hostile(character: char) -> bool {
    match character {
        ' '..='~' => false,
        '\0'..='\x1f' | '\x7f' => true,
        _ => is_invisible(character) || is_hostile_category(get_general_category(character)),
    }
}

/// Fillers, blanks and variation selectors: letters, symbols and marks by category, nothing to the eye, enough to hide a message in.
/// U+FE0F stays: ordinary emoji end in it, and in it alone nothing can be spelled.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
            | '\u{fe00}'..='\u{fe0e}' | '\u{e0100}'..='\u{e01ef}'
    )
}

fn is_hostile_category(category: GeneralCategory) -> bool {
    matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

/// The text on one line: line breaks and tabs become spaces, hostile characters become `\u{…}`.
#[must_use]
pub fn line(text: &str) -> String {
    shown_line(text).into_owned()
}

/// The text with its line breaks kept; hostile characters become `\u{…}`.
#[must_use]
pub fn block(text: &str) -> String {
    shown_block(text).into_owned()
}

/// The same as [`line`], without a copy of a text that needs nothing.
#[must_use]
pub fn shown_line(text: &str) -> Cow<'_, str> {
    escape(text, |character| matches!(character, '\n' | '\r' | '\t').then_some(' '))
}

/// The same as [`block`], without a copy of a text that needs nothing.
#[must_use]
pub fn shown_block(text: &str) -> Cow<'_, str> {
    escape(text, |character| match character {
        '\n' => Some('\n'),
        '\t' => Some(' '),
        _ => None,
    })
}

fn escape(text: &str, keep: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    // Most texts need nothing.
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
        return text.into();
    }
    let mut safe = String::new();
    let mut written = 0;
    for (at, character) in text.char_indices() {
        let kept = keep(character);
        if kept == Some(character) || kept.is_none() && !is_hostile(character) {
            continue;
        }
        safe.push_str(&text[written..at]);
        match kept {
            Some(kept) => safe.push(kept),
            // Writing to a String cannot fail.
            None => drop(write!(safe, "\\u{{{:x}}}", u32::from(character))),
        }
        written = at + character.len_utf8();
    }
    if written == 0 {
        return text.into();
    }
    safe.push_str(&text[written..]);
    safe.into()
}
