//! The stack view as Markdown: a section a client.

use super::{Callable, Stack, by_client};
use crate::installed::{Config, Installed, Server, State};
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
        servers(&part.configs, Some(stack), out)?;
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
        servers(&group, None, out)?;
    }
    not_scanned(&installed.failures(), out)
}

fn servers(configs: &[&Config], stack: Option<&Stack<'_>>, out: &mut dyn Write) -> io::Result<()> {
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
            let source = server.source.as_ref().map(|source| code(&source.text())).unwrap_or_default();
            let (name, state) = said(server, stack);
            writeln!(out, "| {path} | {scope} | {name} | {state} | {source} |")?;
        }
    }
    writeln!(out)
}

/// A server's name, with the one it has in the tables of tools, and what became of it.
fn said(server: &Server, stack: Option<&Stack<'_>>) -> (String, String) {
    let reason = server.state.reason().map(|reason| format!(": {}", text(reason))).unwrap_or_default();
    let state = format!("{}{reason}", server.state.name());
    match (stack, &server.state) {
        (Some(stack), State::Ready(_)) => match stack.scanned(server) {
            Some(found) => {
                let slug = if found.slug == server.name { String::new() } else { format!(" ({})", code(&found.slug)) };
                let grade = found.letter().map_or("no tools".to_owned(), |letter| format!("grade **{letter}**"));
                (format!("{}{slug}", code(&server.name)), grade)
            }
            None => (code(&server.name), "failed".to_owned()),
        },
        _ => (code(&server.name), state),
    }
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
