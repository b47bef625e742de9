//! A stranger's text with the words that decided: cut at the evidence first, made visible piece by piece after.

use crate::evidence::{Evidence, Field, pieces};
use crate::listing::Server;
use crate::sanitize;
use crate::tool::Tool;

/// How many characters an excerpt shows on each side of a mark.
const AROUND: usize = 70;

/// A piece of a text; `marked` when it decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The words, safe to show.
    pub(super) text: String,
    /// Whether they decided.
    pub(super) marked: bool,
}

/// One field of a definition with its marks.
#[derive(Clone, Debug)]
pub(super) struct Quote {
    /// The field, as JSON names it.
    pub(super) field: String,
    /// Its text.
    pub(super) pieces: Vec<Piece>,
}

/// A text with every span of `evidence` in `field` marked, line breaks kept, but for blank space around it.
pub(super) fn whole<'e>(field: &Field, text: &str, evidence: impl IntoIterator<Item = &'e Evidence>) -> Vec<Piece> {
    let mut pieces = mark(text.trim_end(), &spans(field, evidence));
    if let Some(first) = pieces.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    pieces
}

/// For each field that has evidence, its words with what stands around them.
pub(super) fn quotes(tool: &Tool, server: &Server, evidence: &[Evidence]) -> Vec<Quote> {
    let mut quotes: Vec<Quote> = Vec::new();
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
            None => vec![Piece { text: sanitize::line(&found.text), marked: true }],
        };
        let field = sanitize::line(&field.to_string());
        // Several words of one parameter – values of its enum, say – stand on one line.
        match quotes.last_mut().filter(|quote| source.is_none() && quote.field == field) {
            Some(quote) => {
                quote.pieces.push(Piece { text: ", ".to_owned(), marked: false });
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
fn mark(text: &str, spans: &[(usize, usize)]) -> Vec<Piece> {
    pieces(text, spans).into_iter().map(|(piece, marked)| Piece { text: sanitize::block(&piece), marked }).collect()
}

/// Shortens what is not marked, on one line.
fn excerpt(pieces: Vec<Piece>) -> Vec<Piece> {
    let last = pieces.len().saturating_sub(1);
    let shorten = |(at, piece): (usize, Piece)| {
        let text = piece.text.replace('\n', " ");
        let letters: Vec<char> = text.chars().collect();
        let room = if at == 0 || at == last { AROUND } else { 2 * AROUND };
        if piece.marked || letters.len() <= room + 20 {
            return Piece { text, ..piece };
        }
        let head: String = letters[..AROUND].iter().collect();
        let tail: String = letters[letters.len() - AROUND..].iter().collect();
        let head = head.rsplit_once(' ').map_or(head.as_str(), |(head, _)| head);
        let tail = tail.split_once(' ').map_or(tail.as_str(), |(_, tail)| tail);
        let text = match at {
            0 if last == 0 => format!("{head} …"),
            0 => format!("… {tail}"),
            at if at == last => format!("{head} …"),
            _ => format!("{head} … {tail}"),
        };
        Piece { text, ..piece }
    };
    pieces.into_iter().enumerate().map(shorten).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| if piece.marked { format!("«{}»", piece.text) } else { piece.text.clone() }).collect()
    }

    #[test]
    fn marks_stay_on_their_words_when_hidden_characters_are_spelled_out() {
        let text = "a\u{202e}b delete\u{200b}s 削除\nall";
        let found = Evidence::cut(Field::Description, text, 4, 12);
        assert_eq!(shown(&whole(&Field::Description, text, [&found])), "a\\u{202e}b «delete\\u{200b}s» 削除\nall");
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
