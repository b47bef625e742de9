//! Kiro: `autoApprove` and `disabledTools` of each server in `mcp.json` (<https://kiro.dev/docs/mcp/configuration>). A tool in neither
//! list is asked about.

use super::{Notes, Prompt, Written, json, literal, same, servers};
use crate::policy::plan::Plan;
use serde_json::{Map, Value, json};

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.asking(plan);
    let mut by_name = Map::new();
    for server in servers(plan, same, literal, &mut notes) {
        let list = |prompt: Prompt| -> Vec<Value> {
            let wanted = server.entries.iter().filter(|entry| Prompt::from(entry.standing) == prompt);
            wanted.map(|entry| entry.key.as_str().into()).collect()
        };
        by_name.insert(server.key.clone(), json!({ "autoApprove": list(Prompt::Allow), "disabledTools": list(Prompt::Deny) }));
    }
    notes.say("both lists belong into the server's own entry, beside its `command` or `url`");
    notes.done(json(&json!({ "mcpServers": by_name })))
}
