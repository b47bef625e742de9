//! A format as it is for one server: its tools one at a time.

use super::frame::{Frame, Lines};
use super::naming::{Names, alone};
use super::{FORMATS, Format};
use crate::policy::plan::ToolPlan;

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
