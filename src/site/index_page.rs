//! The front page: every server, riskiest first, and what the classes mean; and the page for addresses that lead nowhere.

use super::catalogue::{Catalogue, Entry};
use super::layout::{Layout, Part};
use super::{Site, filters};
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
    catalogue: &'a Catalogue<'a>,
    servers: &'a [&'a Entry<'a>],
    counts: Vec<(Class, usize)>,
    tools: usize,
    /// Tools whose effect cannot be put back.
    critical: usize,
    part: Part,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct MissingPage {
    layout: Layout,
}

pub(super) fn write(site: &mut Site, catalogue: &Catalogue<'_>) -> anyhow::Result<()> {
    let mut servers: Vec<&Entry<'_>> = catalogue.servers.iter().collect();
    let harm = |entry: &Entry<'_>| -> Vec<usize> { entry.counts.iter().rev().map(|(_, count)| *count).collect() };
    // Sorting is stable: what is equally risky stays in slug order. No grade is less than any.
    servers.sort_by_cached_key(|entry| Reverse((entry.graded.letter(), harm(entry))));
    let counts = catalogue.counts();
    let of = |class: Class| counts.iter().find(|(other, _)| *other == class).map_or(0, |(_, count)| *count);
    let critical = of(Class::Destructive) + of(Class::Financial);
    let about = format!(
        "{} of {}, each graded by the worst one call can do, with the words that decided.",
        tally::count(catalogue.tools(), "tool"),
        tally::count(servers.len(), "MCP server")
    );
    for part in Part::all("index", servers.len(), EACH) {
        let layout = site.layout(part.file(), "What MCP tools can do to you", &about);
        let shown = &servers[(part.number - 1) * EACH..(part.number * EACH).min(servers.len())];
        let page = IndexPage {
            layout: layout.clone(),
            catalogue,
            servers: shown,
            counts: counts.clone(),
            tools: catalogue.tools(),
            critical,
            part,
        };
        site.page(&layout, &page, None)?;
    }
    let mut layout = site.layout("404.html", "Nothing here", "This address leads nowhere.");
    // It is shown at any depth, so relative links would lead astray.
    if let Some(base) = &site.base {
        layout.root = format!("{base}/");
    }
    layout.canonical = None;
    let page = MissingPage { layout }.render()?;
    site.file("404.html", &page)
}
