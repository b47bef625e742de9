//! Excerpts: the words that decided, marked, with as much of the text around them as fits.

use super::layout::width;
use crate::evidence::{Evidence, Field, pieces};
use crate::sanitize;
use crate::verdict::{GradedServer, GradedTool};

/// Part of a field in pieces, safe to print; `true` marks evidence.
pub(super) type Excerpt = Vec<(String, bool)>;

/// At most so many excerpts of one field are shown.
const MOST_EXCERPTS: usize = 3;

/// Marks beyond these are only counted: a hostile definition can hold a hundred thousand.
const MOST_MARKS: usize = 100;

/// Excerpts of a field, each at most about `columns` wide, and how many marks are in none of them. All evidence is of one
/// field, sorted.
pub(super) fn excerpts(
    server: &GradedServer,
    tool: &GradedTool,
    evidence: &[&Evidence],
    columns: usize,
) -> (Vec<Excerpt>, usize) {
    let Some(first) = evidence.first() else { return (Vec::new(), 0) };
    let source = source(&first.field, server, tool).unwrap_or_default();
    let shown = &evidence[..evidence.len().min(MOST_MARKS)];
    // Words without a place, or a stored verdict on a text that has changed since: the words themselves are all there is.
    let in_place = |found: &Evidence| {
        found.start < found.end && Evidence::cut(first.field.clone(), source, found.start, found.end) == *found
    };
    let mut excerpts = Vec::new();
    let mut left = shown;
    while let Some((mark, rest)) = left.split_first().filter(|_| excerpts.len() < MOST_EXCERPTS) {
        if !in_place(mark) {
            excerpts.push(vec![(squeeze(&sanitize::line(&mark.text)), true)]);
            left = rest;
            continue;
        }
        // Two columns for the marks, one for each cut.
        let (from, to) = window(source, mark, columns.saturating_sub(4));
        excerpts.push(cut(source, from, to, shown));
        left = &rest[rest.partition_point(|found| found.start < to)..];
    }
    (excerpts, left.len() + evidence.len() - shown.len())
}

/// The characters `from..to` of a text, with the marks that lie there.
fn cut(text: &str, from: usize, to: usize, evidence: &[&Evidence]) -> Excerpt {
    let shown: String = text.chars().skip(from).take(to - from).collect();
    let inside = evidence.iter().filter(|found| found.start < to && found.end > from);
    let marks: Vec<(usize, usize)> = inside.map(|found| (found.start.saturating_sub(from), found.end.min(to) - from)).collect();
    let pieces = pieces(&shown, &marks).into_iter().map(|(piece, marked)| (squeeze(&sanitize::line(piece)), marked));
    let before = (from > 0).then(|| ("…".to_owned(), false));
    let after = text.chars().nth(to).map(|_| ("…".to_owned(), false));
    before.into_iter().chain(pieces).chain(after).collect()
}

/// The whole text a field's offsets count in, where it is at hand.
fn source<'a>(field: &'a Field, server: &'a GradedServer, tool: &'a GradedTool) -> Option<&'a str> {
    match field {
        Field::Name => Some(tool.tool.name()),
        Field::Title => tool.tool.title(),
        Field::Description => tool.tool.description(),
        Field::Parameter(name) => Some(name),
        Field::Annotation(_) | Field::Other(_) => None,
        Field::Instructions => server.server.instructions.as_deref(),
    }
}

/// The characters (from, to) of a text that hold `mark` and fit into `columns`; up to a quarter of the room goes before it.
fn window(text: &str, mark: &Evidence, columns: usize) -> (usize, usize) {
    let columns = columns.max(20);
    let wide = |character: char| width(&sanitize::line(character.encode_utf8(&mut [0; 4])));
    // Enough to tell whether it all fits, however long the text is.
    if text.chars().map(wide).take(columns + 1).sum::<usize>() <= columns && text.chars().nth(columns).is_none() {
        return (0, text.chars().count());
    }
    let before: Vec<char> = text.chars().take(mark.start).collect();
    let marked: usize = mark.text.chars().take(columns).map(wide).sum();
    let room = (columns / 4).min(columns.saturating_sub(marked));
    let kept = fitting(before.iter().rev().copied().map(wide), room);
    let used: usize = before[before.len() - kept..].iter().copied().map(wide).sum();
    let after = fitting(text.chars().skip(mark.start).map(wide), columns - used).max(1);
    (mark.start - kept, mark.start + after)
}

/// How many of the widths fit into the room.
fn fitting(widths: impl Iterator<Item = usize>, room: usize) -> usize {
    let mut left = room;
    widths.map_while(|wide| left.checked_sub(wide).inspect(|rest| left = *rest)).count()
}

/// The text with each run of spaces as one: line breaks and indentation take no room.
fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for character in text.chars() {
        if character != ' ' || !squeezed.ends_with(' ') {
            squeezed.push(character);
        }
    }
    squeezed
}
