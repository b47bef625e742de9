//! A stranger's text with the words that decided: cut at the evidence first, made visible piece by piece after.

use crate::evidence::{Evidence, Field, pieces};
use crate::listing::Server;
use crate::sanitize;
use crate::tool::Tool;
use std::borrow::Cow;

/// How many characters an excerpt shows on each side of a mark.
const AROUND: usize = 70;

/// A piece of a text; `marked` when it decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece<'t> {
    /// The words, safe to show.
    pub(super) text: Cow<'t, str>,
    /// Whether they decided.
    pub(super) marked: bool,
    /// The rule for which they did, where the piece leads to it.
    pub(super) rule: Option<&'t str>,
}

/// Words that decided, with the rule for which they did where it has a page.
pub(super) type Decided<'t> = (Option<&'t str>, &'t Evidence);

/// One field of a definition with its marks.
#[derive(Clone, Debug)]
pub(super) struct Quote<'t> {
    /// The field, as JSON names it.
    pub(super) field: String,
    /// Its text.
    pub(super) pieces: Vec<Piece<'t>>,
}

/// A text with everything that `decided` in `field` marked, line breaks kept, but for blank space around it.
pub(super) fn whole<'t>(field: &Field, text: &'t str, decided: &[Decided<'t>]) -> Vec<Piece<'t>> {
    let spans = spans(field, decided.iter().map(|(_, found)| *found));
    let mut start = 0;
    let piece = |(piece, marked): (&'t str, bool)| {
        let end = start + piece.chars().count();
        let is_here = |found: &Evidence| found.field == *field && (start..end).contains(&found.start);
        let rule = decided.iter().find(|(_, found)| marked && is_here(found)).and_then(|(rule, _)| *rule);
        start = end;
        Piece { text: sanitize::shown_block(piece), marked, rule }
    };
    let mut pieces: Vec<Piece<'_>> = pieces(text.trim_end(), &spans).into_iter().map(piece).collect();
    if let Some(first) = pieces.first_mut() {
        first.text = match &first.text {
            Cow::Borrowed(text) => text.trim_start().into(),
            Cow::Owned(text) => text.trim_start().to_owned().into(),
        };
    }
    pieces
}

/// For each field that has evidence, its words with what stands around them.
pub(super) fn quotes<'t>(tool: &'t Tool, server: &'t Server, evidence: &'t [Evidence]) -> Vec<Quote<'t>> {
    let mut quotes: Vec<Quote<'t>> = Vec::new();
    let mut quoted: Vec<&Field> = Vec::new();
    for found in evidence {
        let field = &found.field;
        let source = match field {
            Field::Name => Some(tool.name()),
            Field::Title => tool.title(),
            Field::Description => tool.description(),
            Field::Instructions => server.instructions.as_deref(),
            Field::Parameter(_) | Field::Annotation(_) | Field::Other(_) => None,
        };
        if source.is_some() {
            if quoted.contains(&field) {
                continue;
            }
            quoted.push(field);
        }
        let pieces = match source {
            Some(source) => excerpt(mark(source, &spans(field, evidence))),
            None => vec![Piece { text: sanitize::shown_line(&found.text), marked: true, rule: None }],
        };
        let field = sanitize::line(&field.to_string());
        // Several words of one parameter – values of its enum, say – stand on one line.
        match quotes.last_mut().filter(|quote| source.is_none() && quote.field == field) {
            Some(quote) => {
                quote.pieces.push(Piece { text: ", ".into(), marked: false, rule: None });
                quote.pieces.extend(pieces);
            }
            None => quotes.push(Quote { field, pieces }),
        }
    }
    quotes
}

fn spans<'e>(field: &Field, evidence: impl IntoIterator<Item = &'e Evidence>) -> Vec<(usize, usize)> {
    evidence.into_iter().filter(|found| found.field == *field).map(|found| (found.start, found.end)).collect()
}

/// The offsets count in the text as it was sent, so it is cut before anything in it is spelled out.
fn mark<'t>(text: &'t str, spans: &[(usize, usize)]) -> Vec<Piece<'t>> {
    pieces(text, spans)
        .into_iter()
        .map(|(piece, marked)| Piece { text: sanitize::shown_block(piece), marked, rule: None })
        .collect()
}

/// Shortens what is not marked, on one line.
fn excerpt(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let last = pieces.len().saturating_sub(1);
    let shown = |(at, Piece { text, marked, .. })| {
        let text = if marked { text } else { shorten(text, at == 0, at == last) };
        let text = if text.contains('\n') { text.replace('\n', " ").into() } else { text };
        Piece { text, marked, rule: None }
    };
    pieces.into_iter().enumerate().map(shown).collect()
}

fn shorten(text: Cow<'_, str>, is_first: bool, is_last: bool) -> Cow<'_, str> {
    let room = if is_first || is_last { AROUND } else { 2 * AROUND };
    if text.chars().nth(room + 20).is_none() {
        return text;
    }
    let byte = |place: Option<(usize, char)>| place.map_or(0, |(byte, _)| byte);
    let head = &text[..byte(text.char_indices().nth(AROUND))];
    let tail = &text[byte(text.char_indices().nth_back(AROUND - 1))..];
    let head = head.rsplit_once(is_space).map_or(head, |(head, _)| head);
    let tail = tail.split_once(is_space).map_or(tail, |(_, tail)| tail);
    match (is_first, is_last) {
        (true, false) => format!("… {tail}"),
        (_, true) => format!("{head} …"),
        (false, false) => format!("{head} … {tail}"),
    }
    .into()
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(pieces: &[Piece<'_>]) -> String {
        pieces.iter().map(|piece| if piece.marked { format!("«{}»", piece.text) } else { piece.text.to_string() }).collect()
    }

    #[test]
    fn marks_stay_on_their_words_when_hidden_characters_are_spelled_out() {
        let text = "a\u{202e}b delete\u{200b}s 削除\nall";
        let found = Evidence::cut(Field::Description, text, 4, 12);
        assert_eq!(
            shown(&whole(&Field::Description, text, &[(Some("deletes"), &found)])),
            "a\\u{202e}b «delete\\u{200b}s» 削除\nall"
        );
    }

    #[test]
    fn excerpts_keep_what_is_near() {
        let text = format!("{}deletes{}", "before ".repeat(40), " after".repeat(40));
        let at = 7 * 40;
        let evidence = [Evidence::cut(Field::Description, &text, at, at + 7)];
        let tool = Tool::try_from(json!({ "name": "x", "description": text })).unwrap_or_else(|error| panic!("{error}"));
        let server = serde_json::from_value(json!({ "name": "s", "source": { "kind": "file", "path": "-" }, "complete": true }));
        let server: Server = server.unwrap_or_else(|error| panic!("{error}"));
        let quote = shown(&quotes(&tool, &server, &evidence)[0].pieces);
        assert!(
            quote.starts_with("… before") && quote.contains("before «deletes» after") && quote.ends_with("after …"),
            "{quote}"
        );
    }
}
