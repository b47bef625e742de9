//! One server while its pages are made: its definitions and verdicts in full, and each tool's number in the survey.

use super::survey::{Row, ServerCard, Survey};
use crate::attacks::{Attack, attack};
use crate::circumstances::Circumstances;
use crate::store::{Listed, Observed};
use crate::verdict::{Class, GradedServer, GradedTool, Verdict};
use anyhow::Context as _;

/// A server with what its pages need.
pub(super) struct Entry<'c> {
    pub(super) graded: GradedServer,
    /// How it was visited.
    pub(super) circumstances: Circumstances,
    pub(super) card: &'c ServerCard,
    pub(super) survey: &'c Survey,
}

/// A tool with its server.
#[derive(Clone, Copy)]
pub(super) struct ToolRef<'c> {
    pub(super) entry: &'c Entry<'c>,
    pub(super) at: usize,
}

impl<'c> Entry<'c> {
    /// Reads what is stored of a server.
    pub(super) fn new(card: &'c ServerCard, survey: &'c Survey, listed: Listed) -> anyhow::Result<Self> {
        let Listed { slug, server, grade, circumstances, tools, .. } = listed;
        let tools = tools
            .iter()
            .map(|tool| {
                Ok(GradedTool {
                    tool: serde_json::from_str(&tool.tool)?,
                    verdict: serde_json::from_str(&tool.verdict)?,
                    tokens: tool.tokens,
                })
            })
            .collect::<anyhow::Result<Vec<GradedTool>>>()
            .with_context(|| format!("tools of server `{slug}` in the catalogue"))?;
        Ok(Self { graded: GradedServer { slug, server, tools, grade }, circumstances, card, survey })
    }

    /// When it was seen.
    pub(super) fn observed(&self) -> Option<&'c Observed> {
        self.card.observed.as_ref()
    }

    /// Its tools, in the server's order.
    pub(super) fn tools(&'c self) -> impl Iterator<Item = ToolRef<'c>> {
        (0..self.graded.tools.len()).map(|at| ToolRef { entry: self, at })
    }
}

impl<'c> ToolRef<'c> {
    /// The tool.
    pub(super) fn graded(&self) -> &'c GradedTool {
        &self.entry.graded.tools[self.at]
    }

    /// Its number in the survey.
    pub(super) fn number(&self) -> usize {
        self.entry.card.tools.start + self.at
    }

    /// What is said of it.
    pub(super) fn verdict(&self) -> &'c Verdict {
        &self.graded().verdict
    }

    /// Its class.
    pub(super) fn class(&self) -> Class {
        self.verdict().class
    }

    /// Its name, as sent.
    pub(super) fn name(&self) -> &'c str {
        self.graded().tool.name()
    }

    /// Its description, as sent; empty when there is none.
    pub(super) fn description(&self) -> &'c str {
        self.graded().tool.description().unwrap_or_default()
    }

    /// Its server's name, as sent.
    pub(super) fn server(&self) -> &'c str {
        &self.entry.card.name
    }

    /// Where its page is.
    pub(super) fn path(&self) -> String {
        self.row().path()
    }

    /// It in lists.
    pub(super) fn row(&self) -> Row<'c> {
        self.entry.survey.row(self.number())
    }

    /// The documented attacks that fit it.
    pub(super) fn attacks(&self) -> Vec<&'static Attack> {
        self.verdict().attacks.iter().filter_map(|slug| attack(slug)).collect()
    }
}
