//! The report as CSV: one row a tool, for spreadsheets and scripts.
//!
//! Spreadsheets run a cell that starts like a formula. Text from servers that does (`=`, `+`, `-`, `@`, a tab or a line break,
//! full-width forms included) gets a `'` in front, which spreadsheets hide (OWASP, *CSV Injection*). Scripts that need
//! the exact text read JSON.

use super::Report;
use crate::sanitize;
use crate::verdict::{Class, GradedServer, GradedTool};
use std::io::{self, Write};

pub(super) const HEADINGS: [&str; 11] =
    ["server", "name", "class", "severity", "score", "confidence", "effects", "signals", "parameters", "tokens", "complete"];

/// Prints the headings and one row for each tool: servers in order, riskiest tools first.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADINGS)?;
    for server in &report.servers {
        for tool in server.riskiest() {
            writer.write_record(row(server, tool))?;
        }
    }
    writer.flush()
}

pub(super) fn row(server: &GradedServer, tool: &GradedTool) -> [String; 11] {
    let verdict = &tool.verdict;
    let signals: Vec<&str> = verdict.signals.iter().map(|signal| signal.text.as_str()).collect();
    [
        server.slug.clone(),
        cell(tool.tool.name()),
        verdict.class.to_string(),
        verdict.severity.to_string(),
        verdict.score.to_string(),
        format!("{:.2}", verdict.confidence),
        verdict.effects.iter().copied().map(Class::name).collect::<Vec<_>>().join(" "),
        cell(&signals.join(" · ")),
        tool.tool.parameters().len().to_string(),
        tool.tokens.to_string(),
        server.server.complete.to_string(),
    ]
}

/// Text from a server, safe in a terminal and in a spreadsheet.
pub(super) fn cell(text: &str) -> String {
    let formula = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let quote = if text.trim_start_matches(' ').starts_with(formula) { "'" } else { "" };
    format!("{quote}{}", sanitize::line(text))
}
