//! Markup: tags, marks and comments that a model may take for more than text.

use super::Found;
use super::order::Reading;
use crate::rules::{Way, When};

/// A tag's name is no longer than this.
const NAME: usize = 40;

/// Calls `found` for every tag, mark and comment a rule names.
pub(super) fn find(when: &When, way: &Way, reading: &mut Reading<'_>, mut found: impl FnMut(Found)) {
    let text: Vec<char> = reading.characters().to_vec();
    if !when.tag.is_empty() {
        tags(&when.tag, &text, &mut found);
    }
    for marker in &when.marker {
        let wanted: Vec<char> = marker.chars().collect();
        let same = |here: &[char]| here.iter().zip(&wanted).all(|(a, b)| a.eq_ignore_ascii_case(b));
        for start in (0..=text.len().saturating_sub(wanted.len())).filter(|&at| at + wanted.len() <= text.len()) {
            if same(&text[start..start + wanted.len()]) {
                found(Found { start, end: start + wanted.len(), fill: Some(marker.clone()) });
            }
        }
    }
    if !way.comment.is_empty() {
        for (start, end) in comments(&text) {
            if reading.says(&way.comment, start, end) {
                found(Found { start, end, fill: Some("<!-- … -->".to_owned()) });
            }
        }
    }
}

/// `<name>`, `</name>`, `<name with="attributes">`: known names, in any case.
fn tags(names: &[String], text: &[char], found: &mut impl FnMut(Found)) {
    for (start, _) in text.iter().enumerate().filter(|(_, c)| **c == '<') {
        let slash = usize::from(text.get(start + 1) == Some(&'/'));
        let rest = &text[start + 1 + slash..];
        let length = rest.iter().take(NAME).take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).count();
        let name: String = rest[..length].iter().map(char::to_ascii_lowercase).collect();
        let wanted = |wanted: &String| match wanted.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == *wanted,
        };
        let closes =
            rest[length..].iter().take(NAME).position(|c| matches!(c, '>' | '<' | '\n')).filter(|at| rest[length + at] == '>');
        if let (Some(closes), true) = (closes, names.iter().any(wanted)) {
            found(Found { start, end: start + 1 + slash + length + closes + 1, fill: Some(format!("<{name}>")) });
        }
    }
}

/// The ranges of HTML comments; one that is never closed goes on to the end.
fn comments(text: &[char]) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(start) = position(&text[from..], &['<', '!', '-', '-']).map(|at| from + at) {
        let end = position(&text[start..], &['-', '-', '>']).map_or(text.len(), |at| start + at + 3);
        ranges.push((start, end));
        from = end;
    }
    ranges
}

fn position(text: &[char], wanted: &[char]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
