//! The front page: every server, riskiest first, and what the classes mean.

use super::layout::{Layout, Part};
use super::survey::{ServerCard, Survey};
use super::{List, Writer, filters};
use crate::report::tally;
use crate::verdict::Class;
use askama::Template;
use std::cmp::Reverse;

/// How many servers one page lists.
const EACH: usize = 500;

#[derive(Template)]
#[template(path = "index.html")]
struct IndexPage<'a> {
    layout: Layout,
    servers: Vec<&'a ServerCard>,
    /// How many servers there are.
    all: usize,
    counts: Vec<(Class, usize)>,
    tools: usize,
    /// Tools whose effect cannot be put back.
    critical: usize,
    part: Part,
}

/// The list of servers, in parts.
pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    let mut servers: Vec<&ServerCard> = survey.servers.iter().collect();
    let harm = |server: &ServerCard| -> Vec<usize> { server.counts.iter().rev().map(|(_, count)| *count).collect() };
    // Sorting is stable: what is equally risky stays in slug order. No grade is less than any.
    servers.sort_by_cached_key(|server| Reverse((server.letter(), harm(server))));
    for part in Part::all("index", servers.len(), EACH) {
        let shown = part.of(&servers, EACH).to_vec();
        lists.push(Box::new(move |writer| write(writer, survey, shown, part)));
    }
}

fn write(writer: &mut Writer<'_>, survey: &Survey, servers: Vec<&ServerCard>, part: Part) -> anyhow::Result<()> {
    let counts = survey.counts();
    let of = |class: Class| counts.iter().find(|(other, _)| *other == class).map_or(0, |(_, count)| *count);
    let critical = of(Class::Destructive) + of(Class::Financial);
    let about = format!(
        "{} of {}, each graded by the worst one call can do, with the words that decided.",
        tally::count(survey.len(), "tool"),
        tally::count(survey.servers.len(), "MCP server")
    );
    let layout = writer.layout(&part.file(), &part.title("What MCP tools can do to you"), &about);
    let (all, tools) = (survey.servers.len(), survey.len());
    writer.page(&layout.clone(), &IndexPage { layout, servers, all, counts, tools, critical, part })
}
