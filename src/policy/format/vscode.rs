//! VS Code: `chat.tools.eligibleForAutoApproval` of `settings.json`, JSON with comments
//! (<https://code.visualstudio.com/docs/agents/approvals>). `false` asks about every call and offers no "always".

use super::quote::json as quoted;
use super::{Notes, Prompt, Written, servers};
use crate::policy::plan::{Plan, Standing};
use std::fmt::Write as _;

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.asking(plan);
    // Tools are known by their own names, whatever their server: all are one.
    let servers = servers(plan, |_| Some(String::new()), |_, tool| Some(tool.replace('.', "_")), &mut notes);
    let asked: Vec<_> =
        servers.iter().flat_map(|server| &server.entries).filter(|entry| Prompt::from(entry.standing) != Prompt::Allow).collect();
    let refused: Vec<&str> =
        asked.iter().filter(|entry| entry.standing >= Standing::Refused).map(|entry| entry.key.as_str()).collect();
    notes.about("only asked about, as no setting refuses a tool: turn them off in the tools picker", &refused);
    notes.say("a setting holds for tools of that name on every server");
    let mut text = notes.head("//", plan, "For settings.json of the user or the workspace.");
    text.push_str("{\n  \"chat.tools.eligibleForAutoApproval\": {\n");
    for (at, entry) in asked.iter().enumerate() {
        let comma = if at + 1 < asked.len() { "," } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    {}: false{comma} // {}", quoted(&entry.key), entry.because());
    }
    text.push_str("  }\n}\n");
    notes.done(text)
}
