//! The stack view for people: for each client its configs, their servers, and the tools, riskiest first.

use super::{Part, Stack, by_client};
use crate::installed::{Config, Installed, Server, State};
use crate::report::layout::{pad, width};
use crate::report::style::{BOLD, DIM, WARNING};
use crate::report::table::{self, Row, View};
use crate::report::tally;
use crate::sanitize;
use std::io::{self, Write};

/// Names wider than this stick out of their column.
const WIDEST: usize = 30;

/// Prints what was found: clients, configs and servers, with what becomes of each.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_found(installed: &Installed, out: &mut dyn Write) -> io::Result<()> {
    for group in by_client(installed) {
        writeln!(out, "{BOLD}{}{BOLD:#}", group[0].client.name)?;
        for config in group {
            found(config, &|server| before(installed, server), out)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", counts(installed))
}

/// Prints the stack.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(stack: &Stack<'_>, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let parts = stack.parts();
    for part in &parts {
        write_part(stack, part, view, out)?;
    }
    match stack.installed.configs.is_empty() {
        true => writeln!(out, "{}", counts(stack.installed)),
        false => writeln!(
            out,
            "{} · {} · {}",
            tally::count(parts.len(), "client"),
            tally::count(stack.report.servers.len(), "server"),
            tally::line(&stack.report.servers)
        ),
    }
}

fn write_part(stack: &Stack<'_>, part: &Part<'_>, view: &View, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{BOLD}{}{BOLD:#}", part.client.name)?;
    if !part.tools.is_empty() {
        write!(out, " · {}", tally::tools(part.tools.iter().map(|callable| callable.tool)))?;
    }
    if part.hidden > 0 {
        write!(out, " · {} hidden by its configs", tally::count(part.hidden, "tool"))?;
    }
    writeln!(out)?;
    for config in &part.configs {
        found(config, &|server| after(stack, server), out)?;
    }
    writeln!(out)?;
    if part.tools.is_empty() {
        return Ok(());
    }
    let rows: Vec<Row<'_>> = part
        .tools
        .iter()
        .map(|callable| Row {
            server: callable.server,
            tool: callable.tool,
            of: Some(callable.server.slug.clone()),
            is_unasked: callable.is_unasked,
        })
        .collect();
    table::rows(&rows, view, out)?;
    writeln!(out)
}

/// Prints a config and its servers, each with what `say` says of it.
fn found(config: &Config, say: &dyn Fn(&Server) -> (String, String), out: &mut dyn Write) -> io::Result<()> {
    write!(out, "  {} {DIM}· {}", sanitize::line(&config.path), config.scope.name())?;
    if let Some(folder) = &config.folder {
        write!(out, " · {}", sanitize::line(folder))?;
    }
    writeln!(out, "{DIM:#}")?;
    match &config.failure {
        Some(failure) => writeln!(out, "    {WARNING}{}{WARNING:#}", sanitize::line(&failure.message))?,
        None if config.servers.is_empty() => writeln!(out, "    {DIM}no servers{DIM:#}")?,
        None => {}
    }
    let lines: Vec<[String; 3]> = config
        .servers
        .iter()
        .map(|server| {
            let (state, rest) = say(server);
            [&server.name, &state, &rest].map(|text| sanitize::line(text))
        })
        .collect();
    let widest = |column: usize| lines.iter().map(|line| width(&line[column]).min(WIDEST)).max().unwrap_or_default();
    let widths = [widest(0), widest(1)];
    for [name, state, rest] in &lines {
        let line = format!("    {}  {}  {rest}", pad(name, widths[0]), pad(state, widths[1]));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What is known of a server before it is visited.
fn before(installed: &Installed, server: &Server) -> (String, String) {
    let source = server.source.as_ref();
    match &server.state {
        State::Ready(_) => {
            let kind = source.map_or("", |source| source.kind()).to_owned();
            let text = source.map(|source| source.text()).unwrap_or_default();
            (kind, if installed.is_first(server) { text } else { format!("{text} · the same server as above") })
        }
        state => (state.name().to_owned(), state.reason().unwrap_or_default().to_owned()),
    }
}

/// What is known of a server after the scan.
fn after(stack: &Stack<'_>, server: &Server) -> (String, String) {
    let text = server.source.as_ref().map(|source| source.text()).unwrap_or_default();
    match (&server.state, stack.scanned(server)) {
        (State::Ready(_), Some(graded)) => {
            let grade = graded.letter().map_or("no tools".to_owned(), |letter| format!("grade {letter}"));
            let cut = if graded.server.complete { "" } else { " · the list did not end: tools may be missing" };
            let slug = if graded.slug == server.name { String::new() } else { format!(" · in the table `{}`", graded.slug) };
            (grade, format!("{text}{slug}{cut}"))
        }
        (State::Ready(_), None) => ("failed".to_owned(), text),
        (state, _) => (state.name().to_owned(), state.reason().unwrap_or_default().to_owned()),
    }
}

/// `2 clients · 3 configs · 5 servers, 4 different · 1 disabled`
fn counts(installed: &Installed) -> String {
    if installed.configs.is_empty() {
        return "No config of an MCP client was found.".to_owned();
    }
    let states = |name: &str| installed.servers().filter(|server| server.state.name() == name).count();
    let servers = tally::count(installed.servers().count(), "server");
    let mut line = format!(
        "{} · {} · {servers}, {} to visit",
        tally::count(by_client(installed).len(), "client"),
        tally::count(installed.configs.len(), "config"),
        tally::thousands(installed.targets.len())
    );
    for name in ["disabled", "skipped", "failed"] {
        if states(name) > 0 {
            line.push_str(&format!(" · {} {name}", tally::thousands(states(name))));
        }
    }
    line
}
