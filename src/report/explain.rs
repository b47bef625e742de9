//! `--explain`: under a tool, the rules that spoke and the words that made them.

use super::excerpt::{Excerpt, excerpts};
use super::layout::{pad, width};
use super::style::{self, DIM};
use crate::evidence::Evidence;
use crate::sanitize;
use crate::verdict::{Class, GradedServer, GradedTool};
use anstyle::Style;
use std::io::{self, Write};

/// Room for an excerpt where there is no terminal to fit.
const EXCERPT: usize = 100;

/// Excerpts beside their rule are no narrower than this.
const NARROWEST_EXCERPT: usize = 50;

/// A parameter's name can be long; the column stays.
const WIDEST_FIELD: usize = 30;

/// Sets the lines off from the tools.
const BAR: &str = "  │ ";

struct Line<'a> {
    rule: String,
    says: &'static str,
    style: Style,
    field: String,
    evidence: Vec<&'a Evidence>,
}

/// Prints one line for each rule and field: rule, what it says, where, and the words. A narrow terminal gets the rule on a
/// line of its own.
pub(super) fn write(server: &GradedServer, tool: &GradedTool, columns: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let lines = lines(tool);
    let widest = |column: fn(&Line<'_>) -> usize| lines.iter().map(column).max().unwrap_or_default();
    let (rule, says) = (widest(|line| width(&line.rule)), widest(|line| width(line.says)));
    let field = widest(|line| width(&line.field)).min(WIDEST_FIELD);
    let room = |before: usize| columns.map_or(EXCERPT, |columns| columns.saturating_sub(before + field + 2));
    let beside = width(BAR) + rule + 2 + says + 2;
    let one_line = room(beside) >= NARROWEST_EXCERPT;
    let room = if one_line { room(beside) } else { room(width(BAR) + 2) };
    let mut rule_above = "";
    for line in &lines {
        let Line { style, .. } = line;
        let head = if one_line {
            format!("{}  {style}{}{style:#}  ", pad(&line.rule, rule), pad(line.says, says))
        } else {
            "  ".to_owned()
        };
        if !one_line && line.rule != rule_above {
            rule_above = &line.rule;
            writeln!(out, "{DIM}{BAR}{DIM:#}{}  {style}{}{style:#}", line.rule, line.says)?;
        }
        let (found, more) = excerpts(server, tool, &line.evidence, room);
        let place = pad(&line.field, field);
        let mut words = found.iter().map(|excerpt| marked(excerpt, *style));
        writeln!(out, "{DIM}{BAR}{DIM:#}{head}{DIM}{place}{DIM:#}  {}", words.next().unwrap_or_default())?;
        let below = if one_line { beside } else { width(BAR) + 2 } + field + 2 - width(BAR);
        for words in words {
            writeln!(out, "{DIM}{BAR}{DIM:#}{:below$}{words}", "")?;
        }
        if more > 0 {
            writeln!(out, "{DIM}{BAR}{:below$}and {more} more{DIM:#}", "")?;
        }
    }
    let attacks: Vec<String> = tool.verdict.attacks.iter().map(|slug| sanitize::line(slug)).collect();
    if !attacks.is_empty() {
        writeln!(out, "{DIM}{BAR}{DIM:#}fits the attack pattern {}", attacks.join(", "))?;
    }
    Ok(())
}

/// Findings for the class come first, then the others, then signals that have words to show.
fn lines(tool: &GradedTool) -> Vec<Line<'_>> {
    let findings = tool.verdict.findings.iter().map(|found| (&found.rule, Some(found.effect), &found.evidence));
    let signals = tool.verdict.signals.iter().filter(|signal| !signal.evidence.is_empty());
    let signals = signals.map(|signal| (&signal.id, None, &signal.evidence));
    findings.chain(signals).flat_map(|(rule, effect, evidence)| lines_of(rule, effect, evidence)).collect()
}

/// One line for each field a rule or signal (no effect) found words in; one without words for a rule that found none.
fn lines_of<'a>(rule: &str, effect: Option<Class>, evidence: &'a [Evidence]) -> Vec<Line<'a>> {
    let mut evidence: Vec<&Evidence> = evidence.iter().collect();
    evidence.sort();
    let mut fields: Vec<Vec<&Evidence>> =
        evidence.chunk_by(|one, other| one.field == other.field).map(<[&Evidence]>::to_vec).collect();
    if fields.is_empty() {
        fields.push(Vec::new());
    }
    fields
        .into_iter()
        .map(|evidence| Line {
            rule: sanitize::line(rule),
            says: effect.map_or("signal", Class::name),
            style: effect.map_or(DIM, style::class),
            field: evidence.first().map(|found| sanitize::line(&found.field.to_string())).unwrap_or_default(),
            evidence,
        })
        .collect()
}

/// The excerpt with «marks», so that they are seen without colours too.
fn marked(excerpt: &Excerpt, style: Style) -> String {
    let style = style.bold();
    let marked = |(piece, marked): &(String, bool)| if *marked { format!("{style}«{piece}»{style:#}") } else { piece.clone() };
    excerpt.iter().map(marked).collect()
}
