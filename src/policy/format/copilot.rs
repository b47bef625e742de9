//! Copilot CLI and coding agent: `tools` of each server in `mcp-config.json`
//! (<https://docs.github.com/en/copilot/how-tos/copilot-cli/customize-copilot/add-mcp-servers>). It lists what can be used at all; the
//! coding agent asks nobody.

use super::{Notes, Written, is_on, json, literal, same, servers};
use crate::policy::plan::Plan;
use serde_json::{Map, Value, json};

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.silent(plan);
    let mut by_name = Map::new();
    for server in servers(plan, same, literal, &mut notes) {
        let on: Vec<Value> =
            server.entries.iter().filter(|entry| is_on(entry.standing)).map(|entry| entry.key.as_str().into()).collect();
        by_name.insert(server.key, json!({ "tools": on }));
    }
    notes.say("each `tools` belongs into the server's own entry, beside its `type` and `command` or `url`");
    notes.done(json(&json!({ "mcpServers": by_name })))
}
