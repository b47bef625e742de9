//! The sidecar of a generated policy: for each tool what holds and why, as Markdown.

use super::format::{Written, quote};
use super::plan::{Plan, Standing, ToolPlan};
use std::fmt::Write as _;

/// Explains a plan, and what its document does not hold of it.
#[must_use]
pub fn write(plan: &Plan, written: &Written) -> String {
    let mut text = format!("# Why this policy is as it is\n\nProfile: {}.\n", plan.profile.name());
    if !written.notes.is_empty() {
        text.push_str("\n## What its format does not hold\n\n");
        for note in &written.notes {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "- {note}.");
        }
    }
    for server in &plan.servers {
        let _ = write!(text, "\n## {}\n\n| tool | what holds | why |\n|---|---|---|\n", cell(&server.name));
        for tool in &server.tools {
            let _ = writeln!(text, "| `{}` | {} | {} |", cell(&tool.name), holds(tool), cell(tool.because()));
        }
    }
    text
}

fn holds(tool: &ToolPlan) -> &'static str {
    match (tool.standing(), tool.rules()) {
        (Standing::Free, Some(rules)) if rules.require.is_empty() && rules.deny_if.is_empty() && rules.limits.is_empty() => {
            "allowed"
        }
        (Standing::Free, _) => "allowed within its rules",
        (Standing::Limited, _) => "allowed, counted",
        (Standing::Checked, _) => "allowed, arguments checked",
        (Standing::Approval, _) => "refused until a person lets it through",
        (Standing::Refused, _) => "refused",
        (Standing::Hidden, _) => "hidden",
    }
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    quote::line(text).replace('|', "\\|").replace('`', "'")
}
