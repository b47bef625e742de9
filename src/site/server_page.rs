//! A server's page: its grade, what its tools can do and cost, how it was read, and a policy for all of it.

use super::catalogue::{Catalogue, Entry, ToolRef};
use super::layout::Layout;
use super::{Site, filters, is_web, text};
use crate::listing::Source;
use crate::policy::policylayer;
use crate::verdict::Class;
use askama::Template;

/// How many tools a sentence names.
const NAMED: usize = 3;

#[derive(Template)]
#[template(path = "server.html")]
struct ServerPage<'a> {
    layout: Layout,
    entry: &'a Entry<'a>,
    tools: Vec<ToolRef<'a>>,
    /// The most severe class it has.
    worst: Option<Class>,
    /// What the classes that change something add up to, most severe first.
    risks: Vec<Risk>,
    share: String,
    heaviest: Option<ToolRef<'a>>,
    source: String,
    link: Option<&'a str>,
    policy: String,
}

/// One class of a server in a sentence.
struct Risk {
    class: Class,
    sentence: String,
}

pub(super) fn write(site: &mut Site, _: &Catalogue<'_>, entry: &Entry<'_>) -> anyhow::Result<()> {
    let server = entry.graded;
    let name = crate::sanitize::line(&server.server.name);
    let about = format!("What the {} of the {name} MCP server can do, grade {}.", text::count(server.tools.len(), "tool"), server.grade);
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

fn risks(tools: &[ToolRef<'_>]) -> Vec<Risk> {
    let mut risks = Vec::new();
    for class in Class::ALL.into_iter().rev() {
        let names: Vec<String> =
            tools.iter().filter(|tool| tool.class() == class).map(|tool| crate::sanitize::line(tool.name())).collect();
        if names.is_empty() {
            continue;
        }
        let mut named: Vec<String> = names.iter().take(NAMED).cloned().collect();
        if names.len() > NAMED {
            named.push(format!("{} more", text::number(names.len() - NAMED)));
        }
        let (subject, can) = (text::count(names.len(), "tool"), text::can(class));
        risks.push(Risk { class, sentence: format!("{subject} can {can}. {}.", text::list(&named)) });
    }
    risks
}
