//! A document as text around lists of lines: what a format lays out once, and what its tools fill in.

use serde::Serialize;
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// The text around the lists.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a frame.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Piece {
    /// Words that are there whatever the tools.
    Text(Cow<'static, str>),
    /// The place of a list.
    List(List),
}

/// How a list is written.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct List {
    /// In front of its lines.
    pub open: &'static str,
    /// Between two of them, before what the first says behind itself.
    pub comma: &'static str,
    /// Behind them.
    pub close: &'static str,
    /// In the place of all this when there are none.
    pub empty: &'static str,
}

impl Frame {
    pub(super) fn text(&mut self, text: impl Into<Cow<'static, str>>) {
        self.pieces.push(Piece::Text(text.into()));
    }

    pub(super) fn list(&mut self, list: List) {
        self.pieces.push(Piece::List(list));
    }

    /// A list of lines and nothing else.
    pub(super) fn lines(&mut self) {
        self.list(List { open: "", comma: "", close: "", empty: "" });
    }

    /// A list in the brackets of JSON, `close` with what stands in front of the last of them.
    pub(super) fn json(&mut self, open: &'static str, close: &'static str) {
        self.list(List { open, comma: ",", close, empty: if open.starts_with('[') { "[]" } else { "{}" } });
    }

    /// A JSON document of one object with something for each server in it.
    pub(super) fn members(&mut self, name: &'static str, servers: &[Cow<'_, str>], each: fn(&mut Self, &str)) {
        self.whole(name, ["{", "}"], servers, each);
    }

    /// The same with a list in it.
    pub(super) fn elements(&mut self, name: &'static str, servers: &[Cow<'_, str>], each: fn(&mut Self, &str)) {
        self.whole(name, ["[", "]"], servers, each);
    }

    fn whole(&mut self, name: &str, [open, close]: [&str; 2], servers: &[Cow<'_, str>], each: fn(&mut Self, &str)) {
        self.text(format!("{{\n  \"{name}\": {open}"));
        for (at, server) in servers.iter().enumerate() {
            self.text(if at == 0 { "\n" } else { ",\n" });
            each(self, server);
        }
        self.text(format!("{}{close}\n}}\n", if servers.is_empty() { "" } else { "\n  " }));
    }

    /// Writes the document.
    pub(super) fn fill(&self, lines: &Lines, out: &mut String) {
        let mut filled = lines.0.iter();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::List(list) => match filled.next().filter(|filled| !filled.text.is_empty()) {
                    None => out.push_str(list.empty),
                    Some(filled) => out.extend([list.open, &filled.text, list.close]),
                },
            }
        }
    }
}

/// How many bytes a line has, about.
const LINE: usize = 64;

/// The lines of each list of a frame.
pub(super) struct Lines(Vec<Filled>);

/// The lines of one list, as they are written.
struct Filled {
    text: String,
    comma: &'static str,
    /// Where the last line ends and what stands behind its comma begins.
    end: usize,
}

impl Lines {
    pub(super) fn new(frame: &Frame) -> Self {
        let filled = |piece: &Piece| match piece {
            Piece::Text(_) => None,
            Piece::List(list) => Some(Filled { text: String::new(), comma: list.comma, end: 0 }),
        };
        Self(frame.pieces.iter().filter_map(filled).collect())
    }

    /// Adds a line to a list, by its place among the lists, and what stands behind its comma: a the end of the line.
    pub(super) fn add(&mut self, list: usize, line: fmt::Arguments<'_>, tail: impl fmt::Display) {
        let Filled { text, comma, end } = &mut self.0[list];
        if text.is_empty() {
            text.reserve(LINE);
        } else {
            text.insert_str(*end, comma);
        }
        // Writing to a String cannot fail.
        let _ = text.write_fmt(line);
        *end = text.len();
        let _ = write!(text, "{tail}");
    }

    /// The line of each list that has any.
    pub(super) fn added(self) -> Vec<Added> {
        let added = |(list, filled): (usize, Filled)| {
            let Filled { mut text, end, .. } = filled;
            let tail = text.split_off(end);
            Added(list, text, tail)
        };
        self.0.into_iter().enumerate().filter(|(_, filled)| !filled.text.is_empty()).map(added).collect()
    }
}

/// What one tool adds to a list, by its place among the lists: a line, and what stands behind its comma.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Added(pub usize, pub String, pub String);
