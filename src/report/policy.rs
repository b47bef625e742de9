//! What was found out about policies, as text and as data: `policy check` and `policy diff`.

use super::tally::count;
use crate::policy::check::{Finding, Level};
use crate::policy::claim::{Proof, Proved};
use crate::policy::diff::{Change, Difference};
use crate::policy::model::{Fallback, Policy};
use crate::policy::problem::Problem;
use crate::sanitize;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, Write};

/// What `policy check` found.
#[derive(Debug, Serialize)]
pub struct Checked<'a> {
    /// Our version.
    pub toolgrade: &'static str,
    /// The file.
    pub policy: &'a str,
    /// Whether it is a policy.
    pub valid: bool,
    /// Why it is none.
    pub problems: Vec<&'a Problem>,
    /// What is questionable about it.
    pub findings: Vec<Placed>,
    /// What was proved of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

/// A finding and where it stands.
#[derive(Debug, Serialize)]
pub struct Placed {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// What `policy diff` found.
#[derive(Debug, Serialize)]
pub struct Compared<'a> {
    /// Our version.
    pub toolgrade: &'static str,
    /// The file before.
    pub before: &'a str,
    /// The file after.
    pub after: &'a str,
    /// The differences.
    #[serde(flatten)]
    pub difference: &'a Difference,
}

/// Writes what was found for people.
///
/// # Errors
/// When `out` cannot be written.
pub fn check_text(checked: &Checked<'_>, policy: &Policy, out: &mut dyn Write) -> io::Result<()> {
    let default = match policy.default {
        Fallback::Allow => "every other tool is let through",
        Fallback::Deny => "every other tool is refused",
    };
    let (ruled, hidden) = (count(policy.tools().len(), "tool"), policy.hidden().len());
    writeln!(out, "{}: a policy for {ruled}, {hidden} hidden; {default}", sanitize::line(checked.policy))?;
    for Placed { line, column, finding } in &checked.findings {
        let level = match finding.level {
            Level::Danger => "danger",
            Level::Warning => "warning",
        };
        writeln!(out, "{level}: line {line}, column {column}: {}", sanitize::line(&finding.message))?;
    }
    if let Some(proof) = &checked.proof {
        writeln!(out)?;
        proof_text(proof, out)?;
    }
    writeln!(out)?;
    let of = |level| checked.findings.iter().filter(|placed| placed.finding.level == level).count();
    let (dangers, warnings) = (of(Level::Danger), of(Level::Warning));
    writeln!(out, "{}, {}", count(dangers, "danger"), count(warnings, "warning"))
}

fn proof_text(proof: &Proof, out: &mut dyn Write) -> io::Result<()> {
    let width = proof.tools.iter().map(|proved| name(proved.tool.as_ref()).chars().count()).max().unwrap_or(0);
    for proved in &proof.tools {
        let Proved { tool, class, callable, arguments, why, .. } = proved;
        let what = match (arguments, why) {
            (Some(arguments), _) => format!("callable with {}", excerpt(arguments)),
            (None, Some(why)) => format!("unknown: {why}"),
            (None, None) if *callable == "no" => "never callable".to_owned(),
            (None, None) => (*callable).to_owned(),
        };
        let class = class.map_or("-", |class| class.name());
        writeln!(out, "{class:<11}  {:<width$}  {what}", name(tool.as_ref()))?;
    }
    let verdict = match proof.holds {
        Some(true) => "proved",
        Some(false) => "refuted",
        None => "not decided",
    };
    writeln!(out, "{verdict}: {}", proof.claim)?;
    for proved in proof.counterexamples() {
        writeln!(out, "  {}", name(proved.tool.as_ref()))?;
    }
    Ok(())
}

/// Writes the differences for people.
///
/// # Errors
/// When `out` cannot be written.
pub fn diff_text(compared: &Compared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Difference { possible, impossible, undecided } = compared.difference;
    let all = || possible.iter().chain(impossible).chain(undecided);
    let width = all().map(|change| name(change.tool.as_ref()).chars().count()).max().unwrap_or(0);
    for (title, changes) in [("possible now", possible), ("impossible now", impossible), ("not decided", undecided)] {
        if changes.is_empty() {
            continue;
        }
        writeln!(out, "{title}")?;
        for Change { tool, class, arguments, message, .. } in changes {
            let class = class.map_or("-", |class| class.name());
            let example = arguments.as_ref().map_or_else(String::new, |arguments| format!(": {}", excerpt(arguments)));
            writeln!(out, "  {class:<11}  {:<width$}  {}{example}", name(tool.as_ref()), sanitize::line(message))?;
        }
        writeln!(out)?;
    }
    if all().next().is_none() {
        writeln!(out, "no call became possible or impossible")?;
        return Ok(());
    }
    writeln!(out, "{} became possible, {} impossible", count(possible.len(), "thing"), impossible.len())
}

/// A tool's name as a terminal may see it.
fn name(tool: Option<&String>) -> String {
    tool.map_or_else(|| "(any other tool)".to_owned(), |name| sanitize::line(name))
}

/// Arguments on one line, cut where they go on for long.
fn excerpt(arguments: &Value) -> String {
    const LONGEST: usize = 200;
    let text = sanitize::line(&arguments.to_string());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
