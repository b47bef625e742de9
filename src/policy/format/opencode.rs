//! opencode: `permission` of `opencode.jsonc` (<https://opencode.ai/docs/permissions>). The last rule that matches decides; what none
//! matches is allowed.

use super::quote::json as quoted;
use super::{Notes, Prompt, Written, plain, servers};
use crate::policy::plan::Plan;
use std::fmt::Write as _;

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.asking(plan);
    let servers =
        servers(plan, |name| Some(plain(name, &[])), |server, tool| Some(format!("{server}_{}", plain(tool, &[]))), &mut notes);
    notes.say("tools that a server adds later are allowed, unless a `*` further up says otherwise");
    let mut text = notes.head("//", plan, "For opencode.jsonc of the project or the user.");
    text.push_str("{\n  \"$schema\": \"https://opencode.ai/config.json\",\n  \"permission\": {\n");
    let entries: Vec<_> = servers.iter().flat_map(|server| &server.entries).collect();
    for (at, entry) in entries.iter().enumerate() {
        let comma = if at + 1 < entries.len() { "," } else { "" };
        let word = match Prompt::from(entry.standing) {
            Prompt::Allow => "allow",
            Prompt::Ask => "ask",
            Prompt::Deny => "deny",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    {}: \"{word}\"{comma} // {}", quoted(&entry.key), entry.because());
    }
    text.push_str("  }\n}\n");
    notes.done(text)
}
