//! Codex: `mcp_servers` of `config.toml` (<https://developers.openai.com/codex/config-reference>). `enabled_tools` lists all that may be
//! used, so tools that come later are off.

use super::quote::toml_or_yaml as quoted;
use super::{Entry, Notes, Prompt, Written, literal, plain, servers};
use crate::policy::plan::Plan;
use std::fmt::Write as _;

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.asking(plan);
    // Codex takes no other characters in a server's name.
    let servers = servers(plan, |name| Some(plain(name, &[])), literal, &mut notes);
    let place = "For ~/.codex/config.toml: add these lines to the server's own table, the one with `command` or `url`.";
    let mut text = notes.head("#", plan, place);
    for server in &servers {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n[mcp_servers.{}]\ndefault_tools_approval_mode = \"prompt\"", quoted(&server.key));
        let is_off = |entry: &&Entry<'_>| Prompt::from(entry.standing) == Prompt::Deny;
        let (off, on): (Vec<_>, Vec<_>) = server.entries.iter().partition(is_off);
        list(&mut text, "enabled_tools", &on);
        list(&mut text, "disabled_tools", &off);
        for entry in on.iter().filter(|entry| Prompt::from(entry.standing) == Prompt::Allow) {
            let (server, tool) = (quoted(&server.key), quoted(&entry.key));
            let _ = writeln!(text, "\n[mcp_servers.{server}.tools.{tool}]\napproval_mode = \"approve\"");
        }
    }
    notes.done(text)
}

fn list(text: &mut String, name: &str, entries: &[&Entry<'_>]) {
    let _ = writeln!(text, "{name} = [");
    for entry in entries {
        let _ = writeln!(text, "  {}, # {}", quoted(&entry.key), entry.because());
    }
    text.push_str("]\n");
}
