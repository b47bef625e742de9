//! A format as it is for one server: its tools one at a time.

use super::frame::{Added, Frame, Lines, Piece};
use super::naming::{Names, alone};
use super::quote::is_plain;
use super::{FORMATS, Format};
use crate::policy::plan::ToolPlan;
use std::borrow::Cow;
use std::collections::HashSet;

/// A format, ready for the tools of one server.
pub struct Sheet {
    /// The format.
    pub format: &'static Format,
    /// The key of the server; `None` where the format cannot name it.
    key: Option<String>,
    frame: Frame,
}

impl Sheet {
    /// Every format, for the server of this name.
    #[must_use]
    pub fn all(server: &str) -> Vec<Self> {
        FORMATS.iter().map(|format| Self::new(format, server)).collect()
    }

    fn new(format: &'static Format, server: &str) -> Self {
        let key = match format.names {
            Names::Tools(_) => Some("".into()),
            Names::Keys { server: key, .. } => key(server),
        };
        let mut frame = Frame::default();
        (format.frame)(&mut frame, key.as_slice());
        Self { format, key: key.map(Into::into), frame }
    }

    /// Whether two tools' names, each spelled by this format, differ in nothing but themselves.
    #[must_use]
    pub fn spells_alike(&self, one: &str, other: &str) -> bool {
        let (Names::Keys { tool: key, .. }, Some(server)) = (self.format.names, &self.key) else { return true };
        match (key(server, one), key(server, other)) {
            (Some(one_key), Some(other_key)) => {
                one_key.strip_suffix(one).is_some_and(|before| other_key.strip_suffix(other) == Some(before))
            }
            (one_key, other_key) => one_key.is_none() && other_key.is_none(),
        }
    }

    /// The key of the server; `None` where the format cannot name it.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether this is the sheet of another server but for the server's key, for tools that are spelled like this one.
    #[must_use]
    pub fn is_like(&self, other: &Self, tool: &str) -> bool {
        let (Some(own), Some(others)) = (&self.key, &other.key) else { return false };
        let spelled = |text: &str| if others.is_empty() { text.to_owned() } else { text.replace(&**others, own) };
        let is_alike = |(one, other): (&Piece, &Piece)| match (one, other) {
            (Piece::Text(one), Piece::Text(other)) => **one == *spelled(other),
            (Piece::List(_), Piece::List(_)) => true,
            _ => false,
        };
        let pieces = || self.frame.pieces.iter().zip(&other.frame.pieces);
        let are_alike = self.frame.pieces.len() == other.frame.pieces.len() && pieces().all(is_alike);
        are_alike && is_plain(own) && self.tool_key(tool) == other.tool_key(tool).map(|key| spelled(&key).into())
    }

    fn tool_key<'n>(&self, tool: &'n str) -> Option<Cow<'n, str>> {
        match self.format.names {
            Names::Tools(fits) => fits(tool).then_some(tool.into()),
            Names::Keys { tool: key, .. } => key(self.key.as_ref()?, tool),
        }
    }

    /// The pieces of a document: text, and places of lists.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.frame.pieces
    }

    /// What a tool adds to the lists, without comments; `None` where it has no name in this format.
    #[must_use]
    pub fn added(&self, tool: &ToolPlan) -> Option<Vec<Added>> {
        let mut lines = Lines::new(&self.frame);
        (self.format.add)(&alone(self.key.as_ref()?, tool, self.format.names)?, &mut lines);
        Some(lines.added())
    }

    /// Whether two of these tools have one name in this format.
    #[must_use]
    pub fn confuses(&self, tools: &[ToolPlan]) -> bool {
        let (Names::Keys { tool: key, .. }, Some(server)) = (self.format.names, &self.key) else { return false };
        let mut known = HashSet::new();
        !tools.iter().filter_map(|tool| key(server, &tool.name)).all(|key| known.insert(key))
    }

    /// The document for one tool alone, without comments; `None` where it has no name in this format.
    #[must_use]
    pub fn sample(&self, tool: &ToolPlan) -> Option<String> {
        let mut lines = Lines::new(&self.frame);
        (self.format.add)(&alone(self.key.as_ref()?, tool, self.format.names)?, &mut lines);
        let mut text = String::with_capacity(512);
        self.frame.fill(&lines, &mut text);
        Some(text)
    }
}
