//! Makes strangers' text safe to print: nothing a server says can move the cursor, hide a word or turn the reading direction.

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
    escape(text, |character| matches!(character, '\n' | '\r' | '\t').then_some(' '))
}

/// The text with its line breaks kept; hostile characters become `\u{…}`.
#[must_use]
pub fn block(text: &str) -> String {
    escape(text, |character| match character {
        '\n' => Some('\n'),
        '\t' => Some(' '),
        _ => None,
    })
}

fn escape(text: &str, keep: impl Fn(char) -> Option<char>) -> String {
    // Most texts need nothing.
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match keep(character) {
            Some(kept) => safe.push(kept),
            None if is_hostile(character) => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
            }
            None => safe.push(character),
        }
    }
    safe
}
