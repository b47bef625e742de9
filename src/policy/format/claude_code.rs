//! Claude Code: `permissions` of a settings file (<https://code.claude.com/docs/en/permissions>). Deny, then ask, then allow; the
//! first list with a match decides.

use super::{Notes, Prompt, Written, json, plain, servers};
use crate::policy::plan::Plan;
use serde_json::json;

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.asking(plan);
    let servers = servers(plan, server, |server, tool| Some(format!("mcp__{server}__{}", plain(tool, &[]))), &mut notes);
    notes.say("tools that a server adds later are in no list: the client's permission mode decides about them");
    let list = |prompt: Prompt| -> Vec<&str> {
        let entries = servers.iter().flat_map(|server| &server.entries);
        entries.filter(|entry| Prompt::from(entry.standing) == prompt).map(|entry| entry.key.as_str()).collect()
    };
    let document = json!({
        "$schema": "https://json.schemastore.org/claude-code-settings.json",
        "permissions": { "allow": list(Prompt::Allow), "ask": list(Prompt::Ask), "deny": list(Prompt::Deny) },
    });
    notes.done(json(&document))
}

/// The first `__` ends a server's name, so none may stand in it.
fn server(name: &str) -> Option<String> {
    Some(plain(name, &[])).filter(|name| !name.contains("__") && !name.ends_with('_'))
}
