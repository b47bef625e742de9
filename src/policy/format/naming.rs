//! The names by which a reader knows servers and tools: what cannot be named is noted, and tools that get one name are one.

use super::note::{NameNotes, shown};
use crate::policy::plan::{Plan, Standing, ToolPlan};
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

/// How a reader names things.
#[derive(Clone, Copy, Debug)]
pub(super) enum Names {
    /// It knows no servers, and each tool by the name it has, if that fits.
    Tools(fn(&str) -> bool),
    /// It knows each server by a key, and its tools by keys that may have the server's in them.
    Keys {
        /// The key of a server, given its name.
        server: fn(&str) -> Option<Cow<'_, str>>,
        /// The key of a tool, given its server's key and its name.
        tool: for<'n> fn(&str, &'n str) -> Option<Cow<'n, str>>,
    },
}

/// The tools of a plan as a reader sees them: by server, or all together and each name once.
pub(super) enum Tools<'p> {
    Apart(&'p Plan),
    Together(Cow<'p, [ToolPlan]>),
}

/// A tool under the name that a reader knows it by: several, where it gives several one name.
pub(super) struct Entry<'p> {
    /// The place of its server.
    pub(super) server: usize,
    /// The key of its server.
    pub(super) server_key: Cow<'p, str>,
    /// Its own.
    pub(super) key: Cow<'p, str>,
    /// The strictest standing of those.
    pub(super) standing: Standing,
    /// Why, for a comment; empty where none is wanted.
    pub(super) because: Cow<'p, str>,
    tool: &'p ToolPlan,
    more: Vec<&'p ToolPlan>,
}

/// A plan by the names of its reader.
#[derive(Default)]
pub(super) struct Named<'p> {
    /// The keys of the servers; those that get one key are one.
    pub(super) servers: Vec<Cow<'p, str>>,
    pub(super) entries: Vec<Entry<'p>>,
    pub(super) notes: NameNotes,
}

impl<'p> Tools<'p> {
    pub(super) fn of(plan: &'p Plan, names: Names) -> Self {
        match names {
            Names::Tools(_) => Self::Together(plan.tools()),
            Names::Keys { .. } => Self::Apart(plan),
        }
    }

    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = &ToolPlan> + '_> {
        match self {
            Self::Apart(plan) => Box::new(plan.servers.iter().flat_map(|server| &server.tools)),
            Self::Together(tools) => Box::new(tools.iter()),
        }
    }
}

impl<'p> Entry<'p> {
    pub(super) fn new(server: usize, server_key: Cow<'p, str>, key: Cow<'p, str>, tool: &'p ToolPlan) -> Self {
        Self { server, server_key, key, standing: tool.standing(), because: "".into(), tool, more: Vec::new() }
    }

    /// Takes the reasons of all its tools for a comment.
    pub(super) fn explain(&mut self) {
        self.because = match self.more.as_slice() {
            [] => self.tool.because().into(),
            more => {
                let all = std::iter::once(&self.tool).chain(more);
                all.map(|tool| tool.because()).collect::<Vec<_>>().join(" | ").into()
            }
        };
    }

    /// The tool, for readers that know each by its own name.
    pub(super) fn tool(&self) -> &'p ToolPlan {
        self.tool
    }

    /// Takes in another tool of the same name.
    fn join(&mut self, tool: &'p ToolPlan) {
        self.standing = self.standing.max(tool.standing());
        self.more.push(tool);
    }
}

/// Names everything.
pub(super) fn named<'p>(tools: &'p Tools<'_>, names: Names) -> Named<'p> {
    match (tools, names) {
        (Tools::Apart(plan), Names::Keys { server, tool }) => by_keys(plan, server, tool),
        (tools, Names::Tools(fits)) => {
            let entries = tools.iter().filter(|tool| fits(&tool.name));
            let entries = entries.map(|tool| Entry::new(0, "".into(), tool.name.as_str().into(), tool)).collect();
            Named { entries, ..Named::default() }
        }
        (Tools::Together(_), Names::Keys { .. }) => Named::default(),
    }
}

fn by_keys(
    plan: &Plan,
    server_key: fn(&str) -> Option<Cow<'_, str>>,
    tool_key: for<'n> fn(&str, &'n str) -> Option<Cow<'n, str>>,
) -> Named<'_> {
    let mut named = Named::default();
    // A catalogue has thousands of servers: they are not compared with each other.
    let (mut places, mut at) = (HashMap::<Cow<'_, str>, usize>::new(), HashMap::<(usize, Cow<'_, str>), usize>::new());
    let Named { servers, entries, notes } = &mut named;
    for server in &plan.servers {
        let Some(key) = server_key(&server.name) else {
            notes.left_out.push(shown(&server.name));
            continue;
        };
        let place = *places.entry(key.clone()).or_insert_with(|| {
            servers.push(key.clone());
            servers.len() - 1
        });
        for tool in &server.tools {
            let Some(name) = tool_key(&key, &tool.name) else {
                notes.missing.push(shown(&tool.name));
                continue;
            };
            if !name.ends_with(&tool.name) {
                notes.respelled.push(shown(&tool.name));
            }
            match at.entry((place, name.clone())) {
                Slot::Occupied(known) => {
                    let entry: &mut Entry<'_> = &mut entries[*known.get()];
                    entry.join(tool);
                    notes.shared.push(shown(&tool.name));
                }
                Slot::Vacant(free) => {
                    free.insert(entries.len());
                    entries.push(Entry::new(place, key.clone(), name, tool));
                }
            }
        }
    }
    notes.keys = servers.iter().filter(|key| !key.is_empty()).map(|key| shown(key)).collect();
    named
}

/// One tool by the names of a reader.
pub(super) fn alone<'p>(server_key: &'p str, tool: &'p ToolPlan, names: Names) -> Option<Entry<'p>> {
    let key = match names {
        Names::Tools(fits) => fits(&tool.name).then_some(tool.name.as_str().into()),
        Names::Keys { tool: key, .. } => key(server_key, &tool.name),
    };
    Some(Entry::new(0, server_key.into(), key?, tool))
}
