//! Pages that are about no server and no tool: how it decides, the search, and what machines ask for first.

use super::layout::Layout;
use super::survey::Survey;
use super::trusted::{self, Trusted};
use super::{List, Writer, filters};
use crate::confidence;
use crate::verdict::Class;
use askama::Template;

/// What every page may do, as its meta tag says and as a server should say: nothing but its own styles and scripts.
pub(super) const SECURITY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'";

/// What toolgrade's own documents say; the site has them as pages.
const DOCUMENTS: [(&str, &str, &str, &str); 2] = [
    (
        "classifier",
        "How a class is decided",
        "What is read of a tool, how it is weighed, and how often that is right, measured.",
        include_str!("../../docs/classifier.md"),
    ),
    (
        "poisoning",
        "What definitions say to the model",
        "How toolgrade finds definitions that talk to the model instead of describing the tool.",
        include_str!("../../docs/poisoning.md"),
    ),
];

/// Files as they are.
const FILES: [(&str, &str); 5] = [
    ("style.css", include_str!("../../templates/style.css")),
    ("icon.svg", include_str!("../../templates/icon.svg")),
    ("site.js", include_str!("../../templates/site.js")),
    ("search.js", include_str!("../../templates/search.js")),
    ("builder.js", include_str!("../../templates/builder.js")),
];

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage {
    layout: Layout,
    body: Trusted,
}

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    layout: Layout,
    tools: usize,
    servers: usize,
    rules: usize,
    /// Each class, the labelled tools that were given it, and those of them that are of it.
    measured: Vec<(Class, usize, usize)>,
    /// All labelled tools, and those that were given the right class.
    labelled: usize,
    right: usize,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    layout: Layout,
    tools: usize,
    servers: usize,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct MissingPage {
    layout: Layout,
}

#[derive(Template)]
#[template(path = "llms.txt", escape = "none")]
struct Llms<'a> {
    base: &'a str,
    tools: usize,
    servers: usize,
    version: &'static str,
}

pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    lists.push(Box::new(|writer| write(writer, survey)));
}

fn write(writer: &mut Writer<'_>, survey: &Survey) -> anyhow::Result<()> {
    let (tools, servers) = (survey.len(), survey.servers.len());
    for (stem, title, about, text) in DOCUMENTS {
        let layout = writer.layout(&format!("{stem}.html"), title, about);
        let link = |id: &str| survey.rule(id).map(|rule| format!("rules/{}.html", rule.id));
        writer.page(&layout.clone(), &DocumentPage { layout, body: trusted::markdown(text, link) })?;
    }
    let layout =
        writer.layout("about.html", "About", "Where this catalogue comes from, how it decides, and how often it is right.");
    let measured = confidence::measured();
    let (labelled, right) = measured.iter().fold((0, 0), |(all, right), (_, of, are)| (all + of, right + are));
    let about = AboutPage { layout: layout.clone(), tools, servers, rules: survey.rules.len(), measured, labelled, right };
    writer.page(&layout, &about)?;
    let layout = writer.layout("search.html", "Search", "Find an MCP tool or server by name or by what it does.");
    writer.page(&layout.clone(), &SearchPage { layout, tools, servers })?;
    for (path, text) in FILES {
        writer.file(path, text)?;
    }
    writer.file(
        "_headers",
        format!(
            "/*\n  Content-Security-Policy: {SECURITY}; frame-ancestors 'none'\n  X-Content-Type-Options: nosniff\n  \
             Referrer-Policy: no-referrer\n"
        ),
    )?;
    let base = writer.base().map_or(String::new(), |base| format!("{base}/"));
    let llms = Llms { base: &base, tools, servers, version: env!("CARGO_PKG_VERSION") };
    writer.file("llms.txt", llms.render()?)?;
    missing(writer)
}

fn missing(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    let mut layout = writer.layout("404.html", "Nothing here", "This address leads nowhere.");
    // It is shown at any depth, so relative links would lead astray.
    if let Some(base) = writer.base() {
        layout.root = format!("{base}/");
    }
    layout.canonical = None;
    writer.file("404.html", MissingPage { layout }.render()?)
}
