//! A format as it is for one server: its tools one at a time.

use super::frame::{Added, Frame, Lines, Piece};
use super::naming::{Names, alone};
use super::{FORMATS, Format};
use crate::policy::plan::ToolPlan;
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
