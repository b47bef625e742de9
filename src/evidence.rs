//! Evidence: the words in a tool's definition that made a rule speak.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// A text of a tool that rules may read. Shown as `name`, `description`, `parameters.<p>`, …
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The tool's `name`.
    Name,
    /// The tool's `title`, or `annotations.title` where there is none.
    Title,
    /// The tool's `description`.
    Description,
    /// A parameter, by the name of its property in `inputSchema`. Offsets count in the text the words stand in: the
    /// parameter's name, its description, an enum value or another string of its schema.
    Parameter(CompactString),
    /// An annotation, by its key. Offsets count in a value that is text; otherwise they are 0..0 and the value is the text.
    Annotation(CompactString),
    /// Another part of the definition, by its key: `outputSchema`, `_meta`. Offsets count in the string the words stand in.
    Other(CompactString),
    /// The server's `instructions`.
    Instructions,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Title => f.write_str("title"),
            Self::Description => f.write_str("description"),
            Self::Parameter(name) => write!(f, "parameters.{name}"),
            Self::Annotation(key) => write!(f, "annotations.{key}"),
            Self::Other(key) => f.write_str(key),
            Self::Instructions => f.write_str("instructions"),
        }
    }
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        match text.as_str() {
            "name" => Self::Name,
            "title" => Self::Title,
            "description" => Self::Description,
            "instructions" => Self::Instructions,
            other => match other.split_once('.') {
                Some(("annotations", key)) => Self::Annotation(key.into()),
                Some((_, name)) => Self::Parameter(name.into()),
                None => Self::Other(other.into()),
            },
        }
    }
}

impl Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Name => serializer.serialize_str("name"),
            Self::Description => serializer.serialize_str("description"),
            other => serializer.collect_str(other),
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Some words of one field. `start..end` counts Unicode scalar values into the field as the server sent it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// The field the words stand in.
    pub field: Field,
    /// Where they start, in Unicode scalar values.
    pub start: usize,
    /// Where they end, exclusive.
    pub end: usize,
    /// The words themselves.
    pub text: CompactString,
}

impl Evidence {
    /// Cuts `start..end` (Unicode scalar values) out of `source`, the whole text of `field`. What lies outside is left out.
    #[must_use]
    pub fn cut(field: Field, source: &str, start: usize, end: usize) -> Self {
        let text: CompactString = source.chars().skip(start).take(end.saturating_sub(start)).collect();
        let end = start + text.chars().count();
        Self { field, start, end, text }
    }

    /// The words that a range of bytes of `source`, the whole text of `field`, holds.
    #[must_use]
    pub fn of(field: Field, source: &str, range: Range<usize>) -> Self {
        let start = source[..range.start].chars().count();
        let text = &source[range];
        Self { field, start, end: start + text.chars().count(), text: text.into() }
    }
}

/// Sorts evidence and merges what overlaps or repeats in one field, so that marks can be put into a text and taken out again.
#[must_use]
pub fn disjoint(mut evidence: Vec<Evidence>) -> Vec<Evidence> {
    if evidence.len() < 2 {
        return evidence;
    }
    evidence.sort();
    evidence.dedup();
    let mut merged: Vec<Evidence> = Vec::with_capacity(evidence.len());
    for next in evidence {
        match merged.last_mut() {
            Some(last) if last.field == next.field && next.start < last.end && goes_on(last, &next) => {
                if next.end > last.end {
                    let overlap = last.end - next.start;
                    last.text.extend(next.text.chars().skip(overlap));
                    last.end = next.end;
                }
            }
            _ => merged.push(next),
        }
    }
    merged
}

/// Whether the words both pieces have are the same: two texts of one parameter can have the same offsets.
fn goes_on(last: &Evidence, next: &Evidence) -> bool {
    let overlap = last.end.min(next.end) - next.start;
    last.text.chars().skip(next.start - last.start).take(overlap).eq(next.text.chars().take(overlap))
}

/// Splits `text` at the spans (Unicode scalar values, any order) into pieces; `true` marks a piece inside a span.
/// Together the pieces are the text, and no two neighbours are marked alike.
#[must_use]
pub fn pieces<'t>(text: &'t str, spans: &[(usize, usize)]) -> Vec<(&'t str, bool)> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut spans: Vec<(usize, usize)> = spans.iter().copied().filter(|(start, end)| start < end).collect();
    spans.sort_unstable();
    let mut pieces = Vec::new();
    // Where the piece begins that is being cut, in bytes, and where we are, in both.
    let (mut begin, mut letters) = (0, text.char_indices().map(|(byte, _)| byte).chain([text.len()]).enumerate());
    let mut byte_of = |place: usize| letters.find(|(at, _)| *at == place).map_or(text.len(), |(_, byte)| byte);
    let mut spans = spans.into_iter().peekable();
    while let Some((start, mut end)) = spans.next() {
        // What touches is one.
        while let Some((_, more)) = spans.next_if(|(next, _)| *next <= end) {
            end = end.max(more);
        }
        let (from, to) = (byte_of(start), byte_of(end));
        pieces.extend((from > begin).then(|| (&text[begin..from], false)));
        pieces.extend((to > from).then(|| (&text[from..to], true)));
        begin = to;
    }
    pieces.extend((begin < text.len()).then(|| (&text[begin..], false)));
    pieces
}
