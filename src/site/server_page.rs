//! A server's page: its grade, what its tools can do and cost, how it was read, and a policy for all of it.

use super::catalogue::{Entry, ToolRef};
use super::connect::{self, Entered};
use super::history::Change;
use super::layout::Layout;
use super::linked::{Graph, Node};
use super::marked::{Quote, quotes};
use super::policies::{FILE, Recommended};
use super::survey::Row;
use super::tool_page::{ToolPage, sections};
use super::trusted::{self, Trusted};
use super::{Writer, filters, is_web, text};
use crate::listing::Source;
use crate::report::{safe_json, tally};
use crate::verdict::{Class, Severity, Signal};
use askama::Template;
use std::cmp::Reverse;

/// How many passages of its definitions are shown.
const WARNINGS: usize = 12;

/// How many tools of a class are named.
const NAMED: usize = 3;

#[derive(Template)]
#[template(path = "server.html")]
struct ServerPage<'a> {
    layout: Layout,
    entry: &'a Entry<'a>,
    tools: Vec<Row<'a>>,
    /// The most severe class it has.
    worst: Option<Class>,
    /// What the tools of each class add up to, most severe first.
    risks: Vec<Risk<'a>>,
    share: String,
    /// Of a context of a million.
    share_of_million: String,
    changes: &'a [Change],
    /// Its tools, where they have no pages of their own.
    sections: Vec<ToolPage<'a>>,
    badge: String,
    data: Trusted,
    heaviest: Option<Row<'a>>,
    source: String,
    link: Option<&'a str>,
    /// How it is entered in clients.
    entries: Vec<Entered>,
    /// How it was spoken to; not at all, where its list was recorded.
    transport: Option<&'a str>,
    /// What its definitions say to the model that they should not.
    hidden: Vec<Warning<'a>>,
    more_hidden: usize,
    /// The recommended policy, as policy.json.
    document: &'a str,
    /// Where it is in other formats.
    policies: &'static str,
}

/// A passage of a definition that orders, hides or lures.
struct Warning<'a> {
    tool: Row<'a>,
    severity: Severity,
    signal: &'a Signal,
    has_page: bool,
    quotes: Vec<Quote<'a>>,
}

/// What the tools of one class add up to.
struct Risk<'a> {
    class: Class,
    count: usize,
    named: Vec<Row<'a>>,
    more: usize,
}

pub(super) fn write(writer: &mut Writer<'_>, entry: &Entry<'_>, recommended: &Recommended) -> anyhow::Result<()> {
    let server = &entry.graded;
    let name = crate::sanitize::line(&server.server.name);
    let about = match server.letter() {
        Some(letter) => {
            format!("What the {} of the {name} MCP server can do, grade {letter}.", tally::count(server.tools.len(), "tool"))
        }
        None => format!("The {name} MCP server lists no tools."),
    };
    let layout = writer.layout(&entry.card.path(), &name, &about);
    let tools = entry.survey.riskiest(entry.card);
    let mut hidden = warnings(entry);
    let more_hidden = hidden.len().saturating_sub(WARNINGS);
    hidden.truncate(WARNINGS);
    let page = ServerPage {
        layout: layout.clone(),
        worst: tools.first().map(Row::class),
        risks: risks(&tools),
        tools,
        entry,
        share: text::context_share(entry.card.tokens, 200_000),
        share_of_million: text::context_share(entry.card.tokens, 1_000_000),
        changes: &entry.card.changes,
        sections: if entry.survey.together { sections(writer, entry, recommended) } else { Vec::new() },
        badge: badge_address(writer.base(), entry),
        data: structured_data(writer.base(), entry, &about),
        heaviest: entry
            .survey
            .of_server(entry.card)
            .enumerate()
            .max_by_key(|(at, tool)| (tool.tokens(), Reverse(*at)))
            .map(|(_, tool)| tool),
        source: server.server.source.text(),
        link: match &server.server.source {
            Source::Http { url, .. } if is_web(url) => Some(url),
            _ => None,
        },
        entries: connect::entries(&server.server.name, &server.server.source),
        transport: match &server.server.source {
            Source::Http { transport, .. } => Some(transport),
            Source::File { .. } => None,
            _ => Some("stdio"),
        },
        hidden,
        more_hidden,
        document: recommended.document(),
        policies: FILE,
    };
    writer.page(&layout, &page)?;
    let directory = entry.card.directory();
    writer.file(&format!("{directory}/badge.svg"), Badge::new(entry).render()?)?;
    writer.file(&format!("{directory}/server.json"), safe_json::line_text(&crate::report::json::entry(server)) + "\n")?;
    writer.file(&format!("{directory}/policy.json"), recommended.document())
}

/// What its definitions say to the model that they should not, the worst first.
fn warnings<'a>(entry: &'a Entry<'a>) -> Vec<Warning<'a>> {
    let of_tool = |tool: ToolRef<'a>| {
        tool.verdict().signals.iter().filter_map(move |signal| {
            let quotes = quotes(&tool.graded().tool, &entry.graded.server, &signal.evidence);
            let has_page = entry.survey.is_signal(&signal.id);
            Some(Warning { tool: tool.row(), severity: signal.severity?, signal, has_page, quotes })
        })
    };
    let mut warnings: Vec<Warning<'_>> = entry.tools().flat_map(of_tool).collect();
    warnings.sort_by_key(|warning| Reverse(warning.severity));
    warnings
}

/// A picture for the README of a server.
#[derive(Template)]
#[template(path = "badge.svg", escape = "html")]
struct Badge {
    says: String,
    tone: &'static str,
    /// How wide the left part is, the right one, and both.
    left: usize,
    right: usize,
}

impl Badge {
    fn new(entry: &Entry<'_>) -> Self {
        let tools = tally::count(entry.graded.tools.len(), "tool");
        let says = entry.card.letter().map_or("no tools".to_owned(), |letter| format!("{letter} · {tools}"));
        // Digits, small letters and spaces of an 11-pixel Verdana are about 6.6 wide.
        let right = says.chars().count() * 66 / 10 + 12;
        let tone = match entry.card.letter() {
            None => "#5b5850",
            Some('A') => "#0b6b62",
            Some('B') => "#1f4fb8",
            Some('C' | 'D') => "#97490a",
            Some(_) => "#b4122f",
        };
        Self { says, tone, left: 74, right }
    }
}

/// What somebody puts into a README: the badge, and the page it leads to.
fn badge_address(base: Option<&str>, entry: &Entry<'_>) -> String {
    let base = base.unwrap_or("https://SITE");
    let directory = entry.card.directory();
    format!("[![toolgrade]({base}/{directory}/badge.svg)]({base}/{directory}/)")
}

/// What search engines read: the way to the page, and what the server is.
fn structured_data(base: Option<&str>, entry: &Entry<'_>, about: &str) -> Trusted {
    let name = crate::sanitize::line(&entry.card.name);
    let crumbs = [("Catalogue", "index.html".to_owned()), (&*name, entry.card.path())];
    let version = entry.card.version.as_deref().map(crate::sanitize::line);
    trusted::json(&Graph::new(vec![
        Node::crumbs(base, &crumbs),
        Node::application(base, &name, about, version.as_deref(), &crumbs[1].1),
    ]))
}

/// One entry for each class that `tools`, riskiest first, have.
fn risks<'a>(tools: &[Row<'a>]) -> Vec<Risk<'a>> {
    let of_one_class = tools.chunk_by(|a, b| a.class() == b.class());
    let risk = |tools: &[Row<'a>]| Risk {
        class: tools[0].class(),
        count: tools.len(),
        named: tools.iter().take(NAMED).copied().collect(),
        more: tools.len().saturating_sub(NAMED),
    };
    of_one_class.map(risk).collect()
}
