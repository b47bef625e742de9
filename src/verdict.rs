//! A verdict: everything toolgrade says about one tool, and about one server.

use crate::evidence::Evidence;
use crate::listing::Server;
use crate::tool::Tool;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// What a call can do. Ordered by precedence: Financial > Destructive > Execute > Write > Read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Only retrieves or computes; nothing that lasts changes.
    Read,
    /// Creates or modifies, in a way another call could put back.
    Write,
    /// Runs what the caller supplies, or starts and stops processes, jobs, devices.
    Execute,
    /// Removes something so that it cannot be put back.
    Destructive,
    /// Moves money, or changes an obligation to pay.
    Financial,
}

impl Class {
    /// Every class, mildest first: the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Execute, Self::Destructive, Self::Financial];

    /// The severity that follows from the class.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::Read => Severity::Low,
            Self::Write => Severity::Medium,
            Self::Execute => Severity::High,
            Self::Destructive | Self::Financial => Severity::Critical,
        }
    }

    /// The class's name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Write => "Write",
            Self::Execute => "Execute",
            Self::Destructive => "Destructive",
            Self::Financial => "Financial",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How bad a wrong call can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Nothing changes.
    Low,
    /// It can be put back.
    Medium,
    /// It depends on the arguments.
    High,
    /// It cannot be put back.
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The severity's name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A rule that spoke for a class, with the words that made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id: the stem of its file in `rules/`.
    pub rule: String,
    /// The class it speaks for.
    pub effect: Class,
    /// The words, sorted and disjoint in each field.
    pub evidence: Vec<Evidence>,
}

/// A risk signal: something worth knowing that does not decide the class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The id of the rule that raised it.
    pub id: String,
    /// The signal in words, such as `High parameter count (46 properties)`.
    pub text: String,
    /// How bad it is by itself, whatever the class; absent where the class decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The words that raised it, if any.
    pub evidence: Vec<Evidence>,
}

/// Everything said about one tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The most severe thing one successful call can directly do.
    pub class: Class,
    /// Follows from the class.
    pub severity: Severity,
    /// 1 (harmless) to 5.
    pub score: u8,
    /// 0.0 to 1.0: how sure the class is, see [`crate::confidence`].
    pub confidence: f64,
    /// Every class one call may reach, most severe first.
    pub effects: Vec<Class>,
    /// Risk signals, in rule order.
    pub signals: Vec<Signal>,
    /// The rules that spoke, those for the class first.
    pub findings: Vec<Finding>,
    /// Slugs of the documented attack patterns that fit; those the signals are a sign of come first.
    pub attacks: Vec<String>,
}

impl Verdict {
    /// A class that is right less often than this is one to check by hand: one in twelve.
    const UNSURE: f64 = 0.9;

    /// Whether a person should look at the class.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        self.confidence < Self::UNSURE
    }
}

/// A tool with its verdict and its cost in tokens.
#[derive(Clone, Debug)]
pub struct GradedTool {
    /// The definition, as the server sent it.
    pub tool: Tool,
    /// What toolgrade says of it.
    pub verdict: Verdict,
    /// Tokens (o200k_base) of the definition as a `tools/list` entry.
    pub tokens: usize,
}

impl GradedTool {
    /// Puts the riskier of two tools first: by class, then score, then name.
    #[must_use]
    pub fn riskiest_first(&self, other: &Self) -> Ordering {
        let risk = |tool: &Self| (tool.verdict.class, tool.verdict.score);
        risk(other).cmp(&risk(self)).then_with(|| self.tool.name().cmp(other.tool.name()))
    }
}

/// A server with all its tools graded.
#[derive(Clone, Debug)]
pub struct GradedServer {
    /// Its slug, unique in the run or the catalogue.
    pub slug: String,
    /// Who it says it is, where it was found, how it was read.
    pub server: Server,
    /// Its tools, in the server's order.
    pub tools: Vec<GradedTool>,
    /// A (harmless) to F.
    pub grade: char,
}

impl GradedServer {
    /// How many tools are in each class; every class is present.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Class, usize> {
        let mut counts: BTreeMap<Class, usize> = Class::ALL.into_iter().map(|class| (class, 0)).collect();
        for tool in &self.tools {
            *counts.entry(tool.verdict.class).or_default() += 1;
        }
        counts
    }

    /// The grade as people are shown it: `None` where there was nothing to grade.
    #[must_use]
    pub fn letter(&self) -> Option<char> {
        (!self.tools.is_empty()).then_some(self.grade)
    }

    /// Tokens of all definitions together: what a client pays on every request.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.tools.iter().map(|tool| tool.tokens).sum()
    }

    /// The tools, riskiest first.
    #[must_use]
    pub fn riskiest(&self) -> Vec<&GradedTool> {
        let mut tools: Vec<&GradedTool> = self.tools.iter().collect();
        tools.sort_by(|a, b| a.riskiest_first(b));
        tools
    }
}
