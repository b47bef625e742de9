//! The stack view as Markdown: a section a client.

use super::{Callable, Stack, by_client};
use crate::installed::{Config, Installed, Server};
use crate::report::markdown::{code, not_scanned, signals, text};
use crate::report::tally;
use std::io::{self, Write};

/// Prints a section for each client, riskiest tools first, and what failed.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(stack: &Stack<'_>, out: &mut dyn Write) -> io::Result<()> {
    for part in stack.parts() {
        writeln!(out, "## {}\n", text(&part.client.name))?;
        servers(&part.configs, &|server| stack.scanned(server).map(|found| found.slug.clone()), out)?;
        if part.tools.is_empty() {
            continue;
        }
        writeln!(out, "{}\n", tally::tools(part.tools.iter().map(|callable| callable.tool)))?;
        writeln!(out, "| Class | Severity | Score | Tool | Server | Tokens | Signals |")?;
        writeln!(out, "|---|---|---|---|---|--:|---|")?;
        for callable in &part.tools {
            writeln!(out, "{}", row(callable))?;
        }
        writeln!(out)?;
    }
    not_scanned(&stack.report.failures, out)?;
    writeln!(out, "{}", tally::line(&stack.report.servers))
}

/// Prints a table of the servers that were found for each client.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_found(installed: &Installed, out: &mut dyn Write) -> io::Result<()> {
    for group in by_client(installed) {
        writeln!(out, "## {}\n", text(&group[0].client.name))?;
        servers(&group, &|_| None, out)?;
    }
    not_scanned(&installed.failures(), out)
}

fn servers(configs: &[&Config], slug: &dyn Fn(&Server) -> Option<String>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| Config | Scope | Server | State | Source |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for config in configs {
        let path = code(&config.path);
        let scope = config
            .folder
            .as_deref()
            .map_or(config.scope.name().to_owned(), |folder| format!("{} {}", config.scope.name(), code(folder)));
        if config.servers.is_empty() {
            let state = config.failure.as_ref().map_or("no servers".to_owned(), |failure| text(&failure.message));
            writeln!(out, "| {path} | {scope} | | {state} | |")?;
        }
        for server in &config.servers {
            let reason = server.state.reason().map(|reason| format!(": {}", text(reason))).unwrap_or_default();
            let source = server.source.as_ref().map(|source| code(&source.text())).unwrap_or_default();
            let name =
                slug(server).filter(|slug| *slug != server.name).map(|slug| format!(" ({})", code(&slug))).unwrap_or_default();
            let name = format!("{}{name}", code(&server.name));
            writeln!(out, "| {path} | {scope} | {name} | {}{reason} | {source} |", server.state.name())?;
        }
    }
    writeln!(out)
}

fn row(callable: &Callable<'_>) -> String {
    let verdict = &callable.tool.verdict;
    let unasked = if callable.is_unasked { "**runs unasked** · " } else { "" };
    format!(
        "| {} | {} | {}/5 | {} | {} | {} | {unasked}{} |",
        verdict.class,
        verdict.severity,
        verdict.score,
        code(callable.tool.tool.name()),
        code(&callable.server.slug),
        tally::thousands(callable.tool.tokens),
        signals(callable.tool)
    )
}
