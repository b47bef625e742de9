//! Makes strangers' text safe to print: nothing a server says can move the cursor, hide a word or turn the reading direction.

use std::fmt::Write as _;
use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether a terminal should see an escape in place of this character: controls, format characters (bidi, zero-width, tags),
/// private use, unassigned, and separators that break lines.
#[must_use]
pub fn is_hostile(character: char) -> bool {
    matches!(
        get_general_category(character),
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
