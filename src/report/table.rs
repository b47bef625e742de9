//! The risk table for people: riskiest tools first, as wide as the terminal, one line a tool where there is none.

use super::layout::{pad, pad_left, width, wrap};
use super::style::{self, BOLD, DIM, WARNING};
use super::{Report, explain, tally};
use crate::sanitize;
use crate::verdict::{GradedServer, GradedTool};
use std::io::{self, Write};

/// How the table is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// Columns of the terminal; `None` wraps nothing.
    pub width: Option<usize>,
    /// Whether the words that decided stand under each tool.
    pub explain: bool,
}

/// Columns before the tool's name: class, severity and score.
const BEFORE_NAME: usize = 11 + 2 + 8 + 2 + 5 + 2;
/// Columns of the token count.
const TOKENS: usize = 7;
/// Names wider than this stick out of their column instead of widening it for all.
const WIDEST_NAME: usize = 40;
/// Signals get a column of their own when it can be this wide, else the lines under their tool.
const NARROWEST_SIGNALS: usize = 30;

/// Prints a table for each server and the counting line. Styled; the stream drops styles where they do not belong.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    for server in &report.servers {
        header(server, report.servers.len() > 1, view, out)?;
        if !server.tools.is_empty() {
            let row = |tool| Row { server, tool, of: None, is_unasked: false };
            rows(&server.riskiest().into_iter().map(row).collect::<Vec<_>>(), view, out)?;
            writeln!(out)?;
        }
    }
    match report.servers.len() {
        0 => writeln!(out, "No server was read."),
        1 => writeln!(out, "{}", fit(&tally::line(&report.servers), view)),
        many => writeln!(out, "{}", fit(&format!("{} · {}", tally::count(many, "server"), tally::line(&report.servers)), view)),
    }
}

/// A counting line that is too long breaks at its dots.
fn fit(line: &str, view: &View) -> String {
    if view.width.is_some_and(|columns| width(line) > columns) { line.replace(" · ", "\n") } else { line.to_owned() }
}

fn header(server: &GradedServer, one_of_many: bool, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let about = &server.server;
    write!(out, "{BOLD}{}{BOLD:#}", sanitize::line(&about.name))?;
    if let Some(version) = &about.version {
        write!(out, " {}", sanitize::line(version))?;
    }
    // The name other formats know it by, where that cannot be guessed.
    if server.slug != about.name {
        write!(out, " {DIM}({}){DIM:#}", server.slug)?;
    }
    match server.letter() {
        Some(letter) => {
            let grade = style::grade(letter);
            writeln!(out, " · {grade}grade {letter}{grade:#}")?;
        }
        None => writeln!(out, " · {WARNING}no tools{WARNING:#}")?,
    }
    let read = about.protocol.as_deref().map_or("recorded".to_owned(), |protocol| format!("MCP {}", sanitize::line(protocol)));
    let isolation = about.isolation.as_ref().map(|isolation| format!(" · isolation: {}", sanitize::line(isolation)));
    let isolation = isolation.unwrap_or_default();
    writeln!(out, "{DIM}{} · {read}{isolation}{DIM:#}", sanitize::line(&about.source.text()))?;
    if one_of_many && !server.tools.is_empty() {
        writeln!(out, "{}", fit(&tally::line([server]), view))?;
    }
    if !about.complete {
        writeln!(out, "{WARNING}the list did not end: tools may be missing{WARNING:#}")?;
    }
    writeln!(out)
}

/// A line of the table.
pub(super) struct Row<'a> {
    /// Whose tool it is.
    pub(super) server: &'a GradedServer,
    /// The tool.
    pub(super) tool: &'a GradedTool,
    /// What stands in the column of servers, where there is one.
    pub(super) of: Option<String>,
    /// Whether the tool runs without a question.
    pub(super) is_unasked: bool,
}

/// Prints a heading and the rows, in their order.
pub(super) fn rows(rows: &[Row<'_>], view: &View, out: &mut dyn Write) -> io::Result<()> {
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.map(|wide| wide.min(WIDEST_NAME)).max().unwrap_or_default();
    let names = widest(&mut rows.iter().map(|row| width(&sanitize::line(row.tool.tool.name())))).max(4);
    let servers = widest(&mut rows.iter().filter_map(|row| row.of.as_deref()).map(width));
    let servers = if servers == 0 { 0 } else { servers.max(6) + 2 };
    let before_signals = BEFORE_NAME + names + 2 + servers + TOKENS + 2;
    let room = view.width.map(|width| width.saturating_sub(before_signals));
    let beside = room.is_none_or(|room| room >= NARROWEST_SIGNALS);
    let heading = if beside { "SIGNALS" } else { "" };
    let line = format!(
        "{}  {}  SCORE  {}  {}{}  {heading}",
        pad("CLASS", 11),
        pad("SEVERITY", 8),
        pad("TOOL", names),
        pad(if servers == 0 { "" } else { "SERVER" }, servers),
        pad_left("TOKENS", TOKENS)
    );
    writeln!(out, "{DIM}{}{DIM:#}", line.trim_end())?;
    let lines = Lines { names, servers, beside, before_signals, width: view.width };
    for (at, row) in rows.iter().enumerate() {
        if view.explain && at > 0 {
            writeln!(out)?;
        }
        lines.write(row, out)?;
        if view.explain {
            explain::write(row.server, row.tool, view.width, out)?;
        }
    }
    Ok(())
}

/// How the lines of a table are laid out.
struct Lines {
    names: usize,
    /// Columns of the servers' names with what follows them; 0 without that column.
    servers: usize,
    beside: bool,
    before_signals: usize,
    width: Option<usize>,
}

impl Lines {
    fn write(&self, row: &Row<'_>, out: &mut dyn Write) -> io::Result<()> {
        let tool = row.tool;
        let verdict = &tool.verdict;
        let class = style::class(verdict.class);
        let name = sanitize::line(tool.tool.name());
        let score = format!("{}/5", verdict.score);
        let risk = format!("{}  {}", pad(verdict.class.name(), 11), pad(verdict.severity.name(), 8));
        write!(out, "{class}{risk}{class:#}  {}  {BOLD}{}{BOLD:#}", pad(&score, 5), pad(&name, self.names))?;
        let of = row.of.as_deref().unwrap_or_default();
        write!(out, "  {}{}", pad(of, self.servers), pad_left(&tally::thousands(tool.tokens), TOKENS))?;
        // A name that sticks out has moved its signals to the right: there is no column to wrap them in.
        let fits = width(&name) <= self.names && width(of) <= self.servers;
        let beside = self.beside && (self.width.is_none() || fits);
        let indent = if beside { self.before_signals } else { BEFORE_NAME };
        let room = self.width.map(|width| width.saturating_sub(indent).max(NARROWEST_SIGNALS));
        for (at, line) in signals(row, room).iter().enumerate() {
            let before = if beside && at == 0 { "  ".to_owned() } else { format!("\n{:indent$}", "") };
            write!(out, "{before}{line}")?;
        }
        writeln!(out)
    }
}

/// The signals in lines; what runs unasked and a verdict that is not sure say so first.
fn signals(row: &Row<'_>, room: Option<usize>) -> Vec<String> {
    const UNASKED_TEXT: &str = "runs unasked";
    const UNSURE_TEXT: &str = "check by hand";
    let verdict = &row.tool.verdict;
    let first = [(row.is_unasked, UNASKED_TEXT), (verdict.is_unsure(), UNSURE_TEXT)];
    let first = first.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text.to_owned());
    let texts: Vec<String> = first.chain(verdict.signals.iter().map(|signal| sanitize::line(&signal.text))).collect();
    let mut lines = wrap(&texts.join(" · "), room);
    for said in [(row.is_unasked, UNASKED_TEXT), (!row.is_unasked && verdict.is_unsure(), UNSURE_TEXT)] {
        if let Some(rest) = lines.first().filter(|_| said.0).and_then(|first| first.strip_prefix(said.1)) {
            lines[0] = format!("{WARNING}{}{WARNING:#}{rest}", said.1);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}
