//! OpenAI Responses API: one `mcp` tool a server, for `tools` of a request
//! (<https://platform.openai.com/docs/guides/tools-remote-mcp>). Only `allowed_tools` exist, and a program answers for what needs approval.

use super::{Notes, Prompt, Written, json, same, servers};
use crate::policy::plan::Plan;
use serde_json::{Value, json};

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.asking(plan);
    let tool = |server: super::Server<'_>| {
        let list = |wanted: &[Prompt]| -> Vec<Value> {
            let entries = server.entries.iter().filter(|entry| wanted.contains(&Prompt::from(entry.standing)));
            entries.map(|entry| entry.key.as_str().into()).collect()
        };
        json!({
            "type": "mcp",
            "server_label": server.key,
            "allowed_tools": list(&[Prompt::Allow, Prompt::Ask]),
            "require_approval": { "always": { "tool_names": list(&[Prompt::Ask]) }, "never": { "tool_names": list(&[Prompt::Allow]) } },
        })
    };
    let tools: Vec<Value> = servers(plan, same, |_, tool| same(tool), &mut notes).into_iter().map(tool).collect();
    notes.say("add the `server_url`, `connector_id` or `tunnel_id` of each server");
    notes.done(json(&json!({ "tools": tools })))
}
