//! The recommended policy in every format: for one tool on its page, for a whole server on a page of its own.

use super::Writer;
use super::catalogue::{Entry, ToolRef};
use super::control::{self, Controls};
use super::filters;
use super::layout::Layout;
use super::trusted::Filled;
use crate::policy::format::{FORMATS, Sheet, Written};
use crate::policy::overrides::Overrides;
use crate::policy::plan::{Plan, ToolPlan};
use crate::policy::profile::Profile;
use askama::Template;
use std::collections::HashMap;

/// What is recommended for a server.
pub(super) struct Recommended {
    pub(super) plan: Plan,
    /// The whole policy, in each of the formats.
    written: Vec<Written>,
    /// Every format, for this server.
    pub(super) sheets: Vec<Sheet>,
    controls: Controls,
    /// The place of each tool of the server in the plan.
    places: Vec<usize>,
    /// By place, whether what holds for a tool is what holds for others of its class but for the name.
    likes: Vec<bool>,
}

#[derive(Template)]
#[template(path = "policies.html")]
struct PoliciesPage<'a> {
    layout: Layout,
    entry: &'a Entry<'a>,
    /// The policy in every format by its name.
    tabs: Vec<(&'static str, &'a Written)>,
}

impl Recommended {
    /// Plans for a server as `toolgrade policy` does by default.
    pub(super) fn new(entry: &Entry<'_>) -> Self {
        let plan = Plan::new(Profile::default(), &Overrides::default(), std::slice::from_ref(&entry.graded));
        let tools = plan.servers.first().map_or(&[][..], |server| &server.tools);
        let names = entry.graded.tools.iter().map(|tool| tool.tool.name());
        let places = if tools.len() == entry.graded.tools.len() {
            (0..tools.len()).collect()
        } else {
            // Some are listed twice.
            let places: HashMap<&str, usize> = (0..).zip(tools).map(|(place, tool)| (tool.name.as_str(), place)).collect();
            names.map(|name| places[name]).collect()
        };
        let sheets = Sheet::all(&entry.card.name);
        Self {
            written: FORMATS.iter().map(|format| format.write(&plan)).collect(),
            likes: tools.iter().map(|tool| control::is_like(tool, &entry.card.name, &sheets)).collect(),
            sheets,
            controls: Controls::default(),
            places,
            plan,
        }
    }

    /// The whole policy, as policy.json.
    pub(super) fn document(&self) -> &str {
        &self.written[0].text
    }

    /// What holds for the tool at this place of its server.
    pub(super) fn tool(&self, at: usize) -> &ToolPlan {
        &self.plan.servers[0].tools[self.places[at]]
    }

    /// Whether what holds for the tool at this place of the plan is what holds for others of its class but for the name.
    pub(super) fn is_like(&self, place: usize) -> bool {
        self.likes[place]
    }

    /// The places on the server of the tools that one of the plan stands for.
    pub(super) fn of_plan(&self, place: usize) -> impl Iterator<Item = usize> {
        self.places.iter().enumerate().filter(move |(_, other)| **other == place).map(|(at, _)| at)
    }

    /// What to do about a tool.
    pub(super) fn control<'a>(&'a self, tool: ToolRef<'a>) -> anyhow::Result<Filled<'a>> {
        let place = self.places[tool.at];
        self.controls.of(&self.plan.servers[0].tools[place], self, self.likes[place])
    }
}

/// The page with the whole policy in every format.
pub(super) fn write(writer: &mut Writer<'_>, entry: &Entry<'_>, recommended: &Recommended) -> anyhow::Result<()> {
    let name = crate::sanitize::line(&entry.card.name);
    let about = format!("The recommended policy for the {name} MCP server, for {} clients and gateways.", FORMATS.len());
    let path = format!("{}/{FILE}", entry.card.directory());
    let layout = writer.layout(&path, &format!("Policies – {name}"), &about);
    let tabs = FORMATS.iter().map(|format| format.name).zip(&recommended.written).collect();
    writer.page(&layout.clone(), &PoliciesPage { layout, entry, tabs })
}

/// That page. No slug has two hyphens in a row, so no tool has it.
pub(super) const FILE: &str = "policies--all.html";
