//! Markup: tags, marks and comments that a model may take for more than text.

use super::Found;
use super::order::Reading;
use crate::rules::{Way, When};

/// A tag's name is no longer than this, in characters.
const NAME: usize = 40;

/// Calls `found` for every tag, mark and comment a rule names.
pub(super) fn find(when: &When, way: &Way, reading: &mut Reading<'_>, mut found: impl FnMut(Found)) {
    let text = reading.passage.source;
    if !when.tag.is_empty() {
        tags(&when.tag, text, &mut |tag: Found, alone: bool| {
            if !(alone && reading.reports(tag.start)) {
                found(tag);
            }
        });
    }
    if !when.marker.is_empty() {
        markers(&when.marker, text.as_bytes(), &mut found);
    }
    if !way.comment.is_empty() {
        for (start, end) in comments(text) {
            if reading.says(&way.comment, start, end) {
                found(Found { start, end, fill: Some("<!-- … -->".to_owned()) });
            }
        }
    }
}

/// Marks of other kinds, in any case.
fn markers(markers: &[String], text: &[u8], found: &mut impl FnMut(Found)) {
    // Letters are everywhere, what a mark has besides them is not: it is looked for around that.
    let anchor =
        |marker: &String| marker.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b' ').unwrap_or_default();
    let mut is_anchor = [false; 256];
    markers.iter().for_each(|marker| is_anchor[usize::from(marker.as_bytes()[anchor(marker)])] = true);
    let anchors: Vec<usize> = (0..text.len()).filter(|&at| is_anchor[usize::from(text[at])]).collect();
    for marker in markers {
        let before = anchor(marker);
        let byte = marker.as_bytes()[before];
        let stands = |start: &usize| {
            let here = text.get(*start..start + marker.len());
            here.is_some_and(|here| here.eq_ignore_ascii_case(marker.as_bytes()))
        };
        let starts = anchors.iter().filter(|at| text[**at] == byte).filter_map(|at| at.checked_sub(before));
        for start in starts.filter(stands) {
            found(Found { start, end: start + marker.len(), fill: Some(marker.clone()) });
        }
    }
}

/// `<name>`, `</name>`, `<name with="attributes">`: known names, in any case; and whether none is closed, so that none holds a text.
fn tags(names: &[String], text: &str, found: &mut impl FnMut(Found, bool)) {
    for (start, _) in text.match_indices('<') {
        let inside = &text[start + 1..];
        let inside = inside.strip_prefix('/').unwrap_or(inside);
        let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
        let length = inside.chars().take(NAME).take_while(|character| is_name(*character)).count();
        let name = inside[..length].to_ascii_lowercase();
        let wanted = |wanted: &String| match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
            (Some(inner), Some(_)) => name.contains(inner.trim_end_matches('*')),
            (None, Some(beginning)) => name.starts_with(beginning),
            _ => name == *wanted,
        };
        let rest = &inside[length..];
        let closes = rest.char_indices().take(NAME).find(|(_, character)| matches!(character, '>' | '<' | '\n'));
        if let (Some((closes, '>')), true) = (closes, names.iter().any(wanted)) {
            let end = text.len() - rest.len() + closes + 1;
            found(Found { start, end, fill: Some(format!("<{name}>")) }, !text.contains("</"));
        }
    }
}

/// The ranges of HTML comments; one that is never closed goes on to the end.
fn comments(text: &str) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("<!--").map(|at| from + at) {
        let end = text[start..].find("-->").map_or(text.len(), |at| start + at + 3);
        ranges.push((start, end));
        from = end;
    }
    ranges
}
