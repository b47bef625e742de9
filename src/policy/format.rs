//! The formats a plan is written in: one file each, and what they share – names that fit, notes on what is lost, quoting.

pub mod anthropic;
pub mod cedar;
pub mod claude_code;
pub mod codex;
pub mod copilot;
pub mod cursor;
pub mod gemini;
pub mod intercept;
pub mod kiro;
pub mod openai;
pub mod opencode;
pub mod policylayer;
pub mod quote;
pub mod vscode;

use super::overrides::Choice;
use super::plan::{Plan, Standing, ToolPlan};
use std::collections::HashMap;

/// A document, and what it cannot express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The document, with a line break at its end.
    pub text: String,
    /// What of the plan it does not hold, in sentences; also a comment in the document where the format has comments.
    pub notes: Vec<String>,
}

/// Writes a plan in one format. The same plan, the same bytes.
pub type Write = fn(&Plan) -> Written;

/// What a client that can ask does with a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// Calls go through.
    Allow,
    /// A person is asked about each call.
    Ask,
    /// Calls are refused.
    Deny,
}

impl From<Standing> for Prompt {
    /// What a client cannot check or count, a person is asked about.
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Free => Self::Allow,
            Standing::Limited | Standing::Checked | Standing::Approval => Self::Ask,
            Standing::Refused | Standing::Hidden => Self::Deny,
        }
    }
}

/// Whether a client that cannot ask has a tool on: what it could only check or ask about stays off.
pub(super) fn is_on(standing: Standing) -> bool {
    standing <= Standing::Limited
}

/// A server under the key a client knows it by.
pub(super) struct Server<'a> {
    /// The key.
    pub(super) key: String,
    /// Its tools under the names the client knows them by.
    pub(super) entries: Vec<Entry<'a>>,
}

/// A tool under the name that a client knows it by: several, where the client gives several one name.
pub(super) struct Entry<'a> {
    /// The name.
    pub(super) key: String,
    /// The strictest standing of those.
    pub(super) standing: Standing,
    tools: Vec<&'a ToolPlan>,
}

impl Entry<'_> {
    pub(super) fn because(&self) -> String {
        let reasons: Vec<String> = self.tools.iter().map(|tool| tool.because()).collect();
        reasons.join(" | ")
    }
}

/// The servers of a plan with names as a client spells them; what cannot be spelled is noted and left out. Servers that get one
/// key are one.
pub(super) fn servers<'a>(
    plan: &'a Plan,
    server_key: fn(&str) -> Option<String>,
    tool_key: fn(&str, &str) -> Option<String>,
    notes: &mut Notes,
) -> Vec<Server<'a>> {
    let mut servers: Vec<Server<'a>> = Vec::new();
    // A catalogue has thousands of servers: they are not compared with each other.
    let (mut places, mut at) = (HashMap::<String, usize>::new(), HashMap::<(usize, String), usize>::new());
    let (mut missing, mut respelled, mut shared) = (Vec::new(), Vec::new(), Vec::new());
    for server in &plan.servers {
        let Some(key) = server_key(&server.name) else {
            notes.say(&format!("server `{}` is left out: this format cannot name it", quote::line(&server.name)));
            continue;
        };
        let place = *places.entry(key.clone()).or_insert_with(|| {
            servers.push(Server { key: key.clone(), entries: Vec::new() });
            servers.len() - 1
        });
        let entries = &mut servers[place].entries;
        for tool in &server.tools {
            let Some(name) = tool_key(&key, &tool.name) else {
                missing.push(tool.name.as_str());
                continue;
            };
            if name != tool.name && !name.ends_with(&tool.name) {
                respelled.push(tool.name.as_str());
            }
            match at.get(&(place, name.clone())) {
                Some(known) => {
                    entries[*known].standing = entries[*known].standing.max(tool.standing());
                    entries[*known].tools.push(tool);
                    shared.push(tool.name.as_str());
                }
                None => {
                    at.insert((place, name.clone()), entries.len());
                    entries.push(Entry { key: name, standing: tool.standing(), tools: vec![tool] });
                }
            }
        }
    }
    let keys: Vec<&str> = servers.iter().map(|server| server.key.as_str()).filter(|key| !key.is_empty()).collect();
    if !keys.is_empty() {
        notes.say(&format!("{} must be what your config calls the server", some(&keys)));
    }
    notes.about("left out, because this format cannot name them", &missing);
    notes.about("written as this client spells them", &respelled);
    notes.about("known to this client by the name of another tool, so the stricter of the two holds", &shared);
    servers
}

/// Notes on what a document does not hold.
#[derive(Default)]
pub(super) struct Notes(Vec<String>);

impl Notes {
    pub(super) fn say(&mut self, note: &str) {
        self.0.push(note.to_owned());
    }

    /// Says something of tools, unless there are none.
    pub(super) fn about(&mut self, says: &str, tools: &[&str]) {
        if !tools.is_empty() {
            self.0.push(format!("{} {says}: {}", tally(tools.len()), some(tools)));
        }
    }

    /// What still keeps calls out.
    pub(super) fn unfilled(&mut self, plan: &Plan) {
        self.about(
            "closed until somebody fills in directories, hosts, currencies or a cap (`--overrides`)",
            &those(plan, |tool| tool.unfilled && tool.rules().is_some()),
        );
    }

    /// What a client loses that asks.
    pub(super) fn asking(&mut self, plan: &Plan) {
        self.about(
            "asked about, because calls are not counted and arguments not looked at here",
            &those(plan, |tool| matches!(tool.standing(), Standing::Limited | Standing::Checked)),
        );
        self.about(
            "asked about, as a person is to let each call through",
            &those(plan, |tool| tool.standing() == Standing::Approval),
        );
        self.bare(plan);
    }

    /// What a client loses that cannot ask.
    pub(super) fn silent(&mut self, plan: &Plan) {
        self.about("not counted here, so their limits are lost", &those(plan, |tool| tool.standing() == Standing::Limited));
        self.about(
            "off, because arguments are not looked at and nobody is asked here",
            &those(plan, |tool| matches!(tool.standing(), Standing::Checked | Standing::Approval)),
        );
        self.bare(plan);
    }

    /// Tools that were opened by name and go without their rules.
    fn bare(&mut self, plan: &Plan) {
        self.about(
            "allowed by name, without their limits and conditions",
            &those(plan, |tool| {
                let rules = tool
                    .rules()
                    .is_some_and(|rules| !(rules.require.is_empty() && rules.deny_if.is_empty() && rules.limits.is_empty()));
                tool.chosen == Some(Choice::Allow) && rules
            }),
        );
    }

    pub(super) fn done(self, text: String) -> Written {
        Written { text, notes: self.0 }
    }

    /// The head of a document that has comments: what it is, where it goes, what it does not hold.
    pub(super) fn head(&self, sign: &str, plan: &Plan, place: &str) -> String {
        let servers: Vec<&str> = plan.servers.iter().map(|server| server.name.as_str()).collect();
        let mut head =
            format!("{sign} Starter policy for {}, profile {}.\n{sign} {place}\n", some(&servers), plan.profile.name());
        for note in &self.0 {
            head.push_str(&format!("{sign} Note: {note}.\n"));
        }
        head
    }
}

/// The first of these names, and how many there are more: the sidecar has them all.
fn some(names: &[&str]) -> String {
    const NAMED: usize = 3;
    let named: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{}`", shortened(name))).collect();
    match names.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// A name as a note has room for it.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 60;
    let cut: String = name.chars().take(LONGEST).collect();
    let dots = if cut.len() < name.len() { "…" } else { "" };
    quote::line(&cut) + dots
}

fn tally(count: usize) -> String {
    if count == 1 { "1 tool is".to_owned() } else { format!("{count} tools are") }
}

/// The names of tools of all servers.
fn those(plan: &Plan, which: impl Fn(&ToolPlan) -> bool) -> Vec<&str> {
    plan.servers.iter().flat_map(|server| &server.tools).filter(|tool| which(tool)).map(|tool| tool.name.as_str()).collect()
}

/// A name with every character but ASCII letters, digits, `_`, `-` and some more as `_`: how clients make names for models.
pub(super) fn plain(name: &str, more: &[char]) -> String {
    let keep = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-') || more.contains(&character);
    // They replace UTF-16 units: a character beyond the first plane becomes two.
    name.chars()
        .flat_map(|character| std::iter::repeat_n(if keep(character) { character } else { '_' }, character.len_utf16()))
        .collect()
}

/// The name as it is.
pub(super) fn same(name: &str) -> Option<String> {
    Some(name.to_owned())
}

/// The tool's name as it is; `*` would mean every tool.
pub(super) fn literal(_: &str, name: &str) -> Option<String> {
    (name != super::model::EVERY_TOOL).then(|| name.to_owned())
}

/// A JSON document.
pub(super) fn json(value: &serde_json::Value) -> String {
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = crate::report::safe_json::pretty(&mut text, value);
    String::from_utf8(text).unwrap_or_default()
}
