//! Strings as each syntax quotes them. What a person could not see in an editor is written as an escape.

use crate::report::safe_json;
use crate::sanitize;
use std::fmt::Write as _;

/// A text on one line, for comments and notes.
#[must_use]
pub fn line(text: &str) -> String {
    sanitize::line(text)
}

/// A JSON string (RFC 8259, section 7).
#[must_use]
pub fn json(text: &str) -> String {
    if is_plain(text) {
        return ["\"", text, "\""].concat();
    }
    safe_json::line_text(&text)
}

/// Whether a text stands in quotes as it is, in every syntax.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}

/// A string in quotes, as TOML (basic strings) and YAML (double-quoted scalars) both read it.
#[must_use]
pub fn toml_or_yaml(text: &str) -> String {
    quoted(text, |out, character| match u32::from(character) {
        small @ 0..=0xffff => write!(out, "\\u{small:04x}"),
        large => write!(out, "\\U{large:08x}"),
    })
}

/// A Cedar string literal (Cedar policy grammar, `STR`).
#[must_use]
pub fn cedar(text: &str) -> String {
    quoted(text, |out, character| write!(out, "\\u{{{:x}}}", u32::from(character)))
}

fn quoted(text: &str, escape: impl Fn(&mut String, char) -> std::fmt::Result) -> String {
    if is_plain(text) {
        return ["\"", text, "\""].concat();
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            // Writing to a String cannot fail.
            hostile if sanitize::is_hostile(hostile) => drop(escape(&mut out, hostile)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
