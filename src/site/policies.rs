//! The recommended policy in every format: for one tool on its page, for a whole server on a page of its own.

use super::catalogue::Entry;
use super::layout::Layout;
use super::{Writer, filters};
use crate::policy::format::{self, Write};
use crate::policy::overrides::Overrides;
use crate::policy::plan::{Plan, ServerPlan, ToolPlan};
use crate::policy::profile::Profile;
use askama::Template;
use std::collections::HashMap;

/// A format with the name people know it by.
struct Format {
    name: &'static str,
    write: Write,
}

/// The formats in the order of their tabs.
const FORMATS: [Format; 13] = [
    Format { name: "policy.json", write: format::policylayer::write },
    Format { name: "Claude Code", write: format::claude_code::write },
    Format { name: "Codex", write: format::codex::write },
    Format { name: "Cursor", write: format::cursor::write },
    Format { name: "Gemini CLI", write: format::gemini::write },
    Format { name: "VS Code", write: format::vscode::write },
    Format { name: "Copilot", write: format::copilot::write },
    Format { name: "opencode", write: format::opencode::write },
    Format { name: "Kiro", write: format::kiro::write },
    Format { name: "Anthropic API", write: format::anthropic::write },
    Format { name: "OpenAI API", write: format::openai::write },
    Format { name: "Intercept", write: format::intercept::write },
    Format { name: "Cedar", write: format::cedar::write },
];

/// A policy in one format.
pub(super) struct Tab {
    pub(super) name: &'static str,
    pub(super) text: String,
    /// What of the policy the format cannot hold.
    pub(super) notes: Vec<String>,
}

/// What is recommended for a server.
pub(super) struct Recommended {
    plan: Plan,
    /// The place of each tool in the plan, by name.
    places: HashMap<String, usize>,
}

#[derive(Template)]
#[template(path = "policies.html")]
struct PoliciesPage<'a> {
    layout: Layout,
    entry: &'a Entry<'a>,
    tabs: Vec<Tab>,
}

impl Recommended {
    /// Plans for a server as `toolgrade policy` does by default.
    pub(super) fn new(entry: &Entry<'_>) -> Self {
        let plan = Plan::new(Profile::default(), &Overrides::default(), std::slice::from_ref(&entry.graded));
        let tools = plan.servers.iter().flat_map(|server| &server.tools);
        let places = tools.enumerate().map(|(place, tool)| (tool.name.clone(), place)).collect();
        Self { plan, places }
    }

    /// The whole policy, as policy.json.
    pub(super) fn document(&self) -> String {
        format::policylayer::write(&self.plan).text
    }

    /// What holds for one tool.
    pub(super) fn tool(&self, name: &str) -> Option<&ToolPlan> {
        self.plan.servers.first()?.tools.get(*self.places.get(name)?)
    }

    /// The policy for one tool alone, in every format.
    pub(super) fn of_tool(&self, tool: &ToolPlan) -> Vec<Tab> {
        let server = self.plan.servers.first().map_or(String::new(), |server| server.name.clone());
        let servers = vec![ServerPlan { name: server, tools: vec![tool.clone()] }];
        tabs(&Plan { profile: self.plan.profile, servers })
    }
}

/// The page with the whole policy in every format.
pub(super) fn write(writer: &mut Writer<'_>, entry: &Entry<'_>, recommended: &Recommended) -> anyhow::Result<()> {
    let name = crate::sanitize::line(&entry.card.name);
    let about = format!("The recommended policy for the {name} MCP server, for {} clients and gateways.", FORMATS.len());
    let path = format!("{}/{PAGE}.html", entry.card.directory());
    let layout = writer.layout(&path, &format!("Policies – {name}"), &about);
    writer.page(&layout.clone(), &PoliciesPage { layout, entry, tabs: tabs(&recommended.plan) })
}

/// The stem of that page. No slug has two hyphens in a row, so no tool has it.
pub(super) const PAGE: &str = "policies--all";

fn tabs(plan: &Plan) -> Vec<Tab> {
    let tab = |format: &Format| {
        let written = (format.write)(plan);
        Tab { name: format.name, text: written.text, notes: written.notes }
    };
    FORMATS.iter().map(tab).collect()
}
