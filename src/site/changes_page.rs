//! What is new: tools that came, went or got riskier, newest first, for people and as the Atom feed.

use super::history::Change;
use super::layout::{Layout, address};
use super::survey::{ServerCard, Survey};
use super::{List, Writer, filters, text};
use crate::report::tally;
use askama::Template;
use jiff::Timestamp;
use std::cmp::Reverse;

/// How many visits with news the page has, and how many the feed.
const SHOWN: usize = 150;
const FED: usize = 50;

/// How many changes of one visit are named.
const NAMED: usize = 12;

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesPage<'a> {
    layout: Layout,
    events: Vec<Event<'a>>,
    riskier: Vec<(&'a ServerCard, &'a Change)>,
    together: bool,
}

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed<'a> {
    base: Option<&'a str>,
    updated: Timestamp,
    events: &'a [Event<'a>],
}

/// A visit that brought news.
struct Event<'a> {
    server: &'a ServerCard,
    at: Timestamp,
    /// Empty where the server itself is new.
    changes: &'a [Change],
}

impl Event<'_> {
    /// It in one line.
    fn summary(&self) -> String {
        if self.changes.is_empty() {
            return first(self.server);
        }
        let words = ["riskier", "new", "gone", "milder", "reworded"];
        let count = |word| (word, self.changes.iter().filter(|change| change.kind.word() == word).count());
        let counts: Vec<String> =
            words.map(count).iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
        format!("Tools: {}.", text::list(&counts))
    }

    fn named(&self) -> &[Change] {
        &self.changes[..self.changes.len().min(NAMED)]
    }

    fn more(&self) -> usize {
        self.changes.len().saturating_sub(NAMED)
    }

    fn id(&self) -> String {
        format!("urn:toolgrade:{}:{}", self.server.slug, self.at.as_second())
    }

    fn link(&self, base: Option<&str>) -> String {
        base.map_or_else(|| self.server.path(), |base| address(base, &self.server.path()))
    }
}

pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    lists.push(Box::new(|writer| write(writer, survey)));
}

fn write(writer: &mut Writer<'_>, survey: &Survey) -> anyhow::Result<()> {
    let mut events = events(survey);
    events.truncate(SHOWN);
    let base = writer.base().map(str::to_owned);
    let updated = events.first().map_or(Timestamp::UNIX_EPOCH, |event| event.at);
    let feed = Feed { base: base.as_deref(), updated, events: &events[..events.len().min(FED)] }.render()?;
    writer.file("feed.xml", feed)?;
    let changes = survey.servers.iter().flat_map(|server| server.changes.iter().map(move |change| (server, change)));
    let mut riskier: Vec<_> = changes.filter(|(_, change)| change.kind.word() == "riskier").collect();
    riskier.sort_by_key(|(_, change)| Reverse((change.at, change.kind.class())));
    riskier.truncate(FED);
    let layout = writer.layout("changes.html", "Changes", "Tools of MCP servers that are new, gone, or riskier than before.");
    writer.page(&layout.clone(), &ChangesPage { layout, events, riskier, together: survey.together })
}

/// Every visit that brought news, newest first.
fn events<'a>(survey: &'a Survey) -> Vec<Event<'a>> {
    let mut events: Vec<Event<'a>> = Vec::new();
    for server in &survey.servers {
        events.extend(server.observed.as_ref().map(|seen| Event { server, at: seen.first, changes: &[] }));
        events.extend(server.changes.chunk_by(|a, b| a.at == b.at).map(|changes| Event { server, at: changes[0].at, changes }));
    }
    events.sort_by_key(|event| Reverse(event.at));
    events
}

/// What is to be said of a server that is new.
fn first(server: &ServerCard) -> String {
    let classes: Vec<String> =
        server.counts.iter().rev().filter(|(_, count)| *count > 0).map(|(class, count)| format!("{count} {class}")).collect();
    let tools = tally::count(server.tools.len(), "tool");
    match server.letter() {
        Some(letter) => format!("New here. Grade {letter}, {tools}: {}.", text::list(&classes)),
        None => "New here. No tools.".to_owned(),
    }
}
