//! The report as data: the objects of `--format json` and `jsonl`, of the catalogue's JSON files and of the store.

use super::{Report, safe_json};
use crate::listing::Source;
use crate::verdict::{Class, GradedServer, GradedTool, Verdict};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Prints the whole report as one document, failures included.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    safe_json::pretty(out, &document(report))
}

/// Prints one line for each server.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.servers.iter().try_for_each(|entry| safe_json::line(out, &server(entry)))
}

/// The whole report as one document.
#[must_use]
pub fn document(report: &Report) -> Value {
    serde_json::json!({
        "toolgrade": env!("CARGO_PKG_VERSION"),
        "servers": report.servers.iter().map(server).collect::<Vec<_>>(),
        "failures": report.failures,
    })
}

/// One server with all its tools.
#[must_use]
pub fn server(server: &GradedServer) -> Value {
    // Strings, numbers and lists only: this cannot fail.
    serde_json::to_value(entry(server)).unwrap_or_default()
}

/// One server with all its tools, as it is serialised: without making a value of it first.
#[must_use]
pub fn entry(server: &GradedServer) -> impl Serialize {
    ServerEntry {
        server: &server.slug,
        name: &server.server.name,
        title: server.server.title.as_deref(),
        version: server.server.version.as_deref(),
        instructions: server.server.instructions.as_deref(),
        source: &server.server.source,
        protocol: server.server.protocol.as_deref(),
        complete: server.server.complete,
        isolation: server.server.isolation.as_deref(),
        counts: server.counts(),
        grade: server.grade,
        tokens: server.tokens(),
        tools: server.tools.iter().map(tool_entry).collect(),
    }
}

#[derive(Serialize)]
struct ServerEntry<'a> {
    server: &'a str,
    name: &'a str,
    title: Option<&'a str>,
    version: Option<&'a str>,
    instructions: Option<&'a str>,
    source: &'a Source,
    protocol: Option<&'a str>,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    isolation: Option<&'a str>,
    counts: BTreeMap<Class, usize>,
    grade: char,
    tokens: usize,
    tools: Vec<ToolEntry<'a>>,
}

#[derive(Serialize)]
struct ToolEntry<'a> {
    name: &'a str,
    title: Option<&'a str>,
    description: Option<&'a str>,
    parameters: usize,
    tokens: usize,
    #[serde(flatten)]
    verdict: &'a Verdict,
}

fn tool_entry(tool: &GradedTool) -> ToolEntry<'_> {
    ToolEntry {
        name: tool.tool.name(),
        title: tool.tool.title(),
        description: tool.tool.description(),
        parameters: tool.tool.parameters().len(),
        tokens: tool.tokens,
        verdict: &tool.verdict,
    }
}
