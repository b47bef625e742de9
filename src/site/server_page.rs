//! A server's page: its grade, what its tools can do and cost, how it was read, and a policy for all of it.

use super::catalogue::{Catalogue, Entry, ToolRef};
use super::layout::Layout;
use super::{Site, filters, is_web, text};
use crate::listing::Source;
use crate::policy::policylayer;
use crate::report::tally;
use crate::verdict::Class;
use askama::Template;

/// How many tools of a class are named.
const NAMED: usize = 3;

#[derive(Template)]
#[template(path = "server.html")]
struct ServerPage<'a> {
    layout: Layout,
    entry: &'a Entry<'a>,
    tools: Vec<ToolRef<'a>>,
    /// The most severe class it has.
    worst: Option<Class>,
    /// What the tools of each class add up to, most severe first.
    risks: Vec<Risk<'a>>,
    share: String,
    heaviest: Option<ToolRef<'a>>,
    source: String,
    link: Option<&'a str>,
    policy: String,
}

/// What the tools of one class add up to.
struct Risk<'a> {
    class: Class,
    count: usize,
    named: Vec<ToolRef<'a>>,
    more: usize,
}

pub(super) fn write(site: &mut Site, _: &Catalogue<'_>, entry: &Entry<'_>) -> anyhow::Result<()> {
    let server = entry.graded;
    let name = crate::sanitize::line(&server.server.name);
    let about = match server.letter() {
        Some(letter) => {
            format!("What the {} of the {name} MCP server can do, grade {letter}.", tally::count(server.tools.len(), "tool"))
        }
        None => format!("The {name} MCP server lists no tools."),
    };
    let layout = site.layout(&entry.path(), &name, &about);
    let tools = entry.riskiest();
    let policy = policylayer::document(std::slice::from_ref(server));
    let page = ServerPage {
        layout: layout.clone(),
        worst: tools.first().map(ToolRef::class),
        risks: risks(&tools),
        tools,
        entry,
        share: text::context_share(entry.tokens),
        heaviest: entry.tools().max_by_key(|tool| (tool.graded().tokens, std::cmp::Reverse(tool.at))),
        source: server.server.source.text(),
        link: match &server.server.source {
            Source::Http { url, .. } if is_web(url) => Some(url),
            _ => None,
        },
        policy: text::json(&policy),
    };
    site.page(&layout, &page, entry.observed.map(|seen| seen.last))?;
    site.json(&format!("servers/{}.json", server.slug), &crate::report::json::server(server))?;
    site.json(&format!("policies/{}.json", server.slug), &policy)
}

/// One entry for each class that `tools`, riskiest first, have.
fn risks<'a>(tools: &[ToolRef<'a>]) -> Vec<Risk<'a>> {
    let of_one_class = tools.chunk_by(|a, b| a.class() == b.class());
    let risk = |tools: &[ToolRef<'a>]| Risk {
        class: tools[0].class(),
        count: tools.len(),
        named: tools.iter().take(NAMED).copied().collect(),
        more: tools.len().saturating_sub(NAMED),
    };
    of_one_class.map(risk).collect()
}
