//! What changed from one visit of a server to the next: tools that came, went, were reworded, or got another class.

use super::digest::{Digest, slugs};
use super::survey::tool_path;
use super::text;
use crate::store::{Edition, Listed};
use crate::verdict::Class;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

/// How many changes of a server are kept, the newest.
const KEPT: usize = 60;

/// How many characters of a name are shown.
const NAMED: usize = 120;

/// Something that happened to a tool.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// The visit that saw it first.
    pub(super) at: Timestamp,
    /// The tool's name, as sent, cut where it is very long.
    pub(super) tool: String,
    /// The stem of its page, or the end of its section's address, while it has one.
    pub(super) slug: Option<String>,
    pub(super) kind: Kind,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is listed for the first time.
    New(Class),
    /// It is listed no more.
    Gone(Class),
    /// Its definition says something else, of the same class.
    Reworded(Class),
    /// Its class is another one now: from, to.
    Moved(Class, Class),
}

impl Change {
    /// Where the tool is, given its server's directory; empty while it has no page.
    pub(super) fn path(&self, directory: impl Display, together: &bool) -> String {
        self.slug.as_ref().map_or(String::new(), |slug| tool_path(&directory.to_string(), slug, *together))
    }
}

impl Kind {
    /// It in a word.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::New(_) => "new",
            Self::Gone(_) => "gone",
            Self::Reworded(_) => "reworded",
            Self::Moved(from, to) if to > from => "riskier",
            Self::Moved(..) => "milder",
        }
    }

    /// The class it has, or had last.
    pub(super) fn class(&self) -> Class {
        match self {
            Self::New(class) | Self::Gone(class) | Self::Reworded(class) | Self::Moved(_, class) => *class,
        }
    }

    /// The class it had before, where that was another one.
    pub(super) fn before(&self) -> Option<Class> {
        match self {
            Self::Moved(from, _) => Some(*from),
            _ => None,
        }
    }
}

/// A tool as one visit saw it.
type Seen<'v> = (Class, &'v str);

/// The changes of a server, newest first. What its first visit saw is no change.
pub(super) fn changes(listed: &Listed) -> anyhow::Result<Vec<Change>> {
    if listed.visits.is_empty() {
        return Ok(Vec::new());
    }
    let digests = listed.versions.iter().map(|version| Digest::of(version, &listed.slug)).collect::<anyhow::Result<Vec<_>>>()?;
    let names = listed
        .tools
        .iter()
        .map(|tool| Ok(Digest::of(tool, &listed.slug)?.name.into_owned()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let pages: HashMap<&str, String> = names.iter().copied().zip(slugs(&names)).collect();
    let seen = |visit: &Edition| -> BTreeMap<&str, Seen<'_>> {
        let tool =
            |version: &usize| (&*digests[*version].name, (digests[*version].class, listed.versions[*version].tool.as_str()));
        visit.tools.iter().map(tool).collect()
    };
    let mut changes = Vec::new();
    for pair in listed.visits.windows(2).rev() {
        let (before, after) = (seen(&pair[0]), seen(&pair[1]));
        let mut add = |tool: &str, kind| {
            changes.push(Change { at: pair[1].at, tool: text::cut(tool, NAMED), slug: pages.get(tool).cloned(), kind });
        };
        for (name, (class, definition)) in &after {
            match before.get(name) {
                None => add(name, Kind::New(*class)),
                Some((other, _)) if other != class => add(name, Kind::Moved(*other, *class)),
                Some((_, other)) if other != definition => add(name, Kind::Reworded(*class)),
                Some(_) => {}
            }
        }
        for (name, (class, _)) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            add(name, Kind::Gone(*class));
        }
        if changes.len() > KEPT {
            changes.truncate(KEPT);
            break;
        }
    }
    Ok(changes)
}
