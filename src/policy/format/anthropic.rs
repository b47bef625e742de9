//! Anthropic Messages API: one `mcp_toolset` a server, for `tools` of a request
//! (<https://docs.anthropic.com/en/docs/agents-and-tools/mcp-connector>). Everything is off but what is turned on by name.

use super::{Notes, Written, is_on, json, same, servers};
use crate::policy::plan::Plan;
use serde_json::{Map, Value, json};

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.silent(plan);
    let toolset = |server: super::Server<'_>| {
        let on = server.entries.iter().filter(|entry| is_on(entry.standing));
        let configs: Map<String, Value> = on.map(|entry| (entry.key.clone(), json!({ "enabled": true }))).collect();
        json!({ "type": "mcp_toolset", "mcp_server_name": server.key, "default_config": { "enabled": false }, "configs": configs })
    };
    let toolsets: Vec<Value> = servers(plan, same, |_, tool| same(tool), &mut notes).into_iter().map(toolset).collect();
    notes.say("`mcp_server_name` must be the `name` that the request's `mcp_servers` gives the server");
    notes.done(json(&json!({ "tools": toolsets })))
}
