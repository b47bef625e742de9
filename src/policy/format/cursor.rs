//! Cursor: `mcpAllowlist` of `permissions.json`, JSON with comments (<https://cursor.com/docs/reference/permissions>), and `permissions` of
//! the CLI's config (<https://cursor.com/docs/cli/reference/permissions>), where a denial wins.

use super::quote::json as quoted;
use super::{Entry, Notes, Prompt, Server, Written, servers};
use crate::policy::plan::Plan;
use std::fmt::Write as _;

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.asking(plan);
    let servers =
        servers(plan, |name| plain(name).then(|| name.to_owned()), |_, tool| plain(tool).then(|| tool.to_owned()), &mut notes);
    notes.say("the editor has no list of refusals: what `permissions.deny` names, it asks about");
    let mut text =
        notes.head("//", plan, "`mcpAllowlist` is for ~/.cursor/permissions.json, `permissions` for ~/.cursor/cli-config.json.");
    let allow = |server: &str, tool: &str| format!("{server}:{tool}");
    let token = |server: &str, tool: &str| format!("Mcp({server}:{tool})");
    text.push_str("{\n");
    list(&mut text, "  ", "mcpAllowlist", &lines(&servers, Prompt::Allow, allow));
    text.push_str(",\n  \"permissions\": {\n");
    list(&mut text, "    ", "allow", &lines(&servers, Prompt::Allow, token));
    text.push_str(",\n");
    list(&mut text, "    ", "deny", &lines(&servers, Prompt::Deny, token));
    text.push_str("\n  }\n}\n");
    notes.done(text)
}

fn lines<'a>(servers: &'a [Server<'a>], prompt: Prompt, key: impl Fn(&str, &str) -> String) -> Vec<(String, &'a Entry<'a>)> {
    let entries = servers.iter().flat_map(|server| server.entries.iter().map(move |entry| (server, entry)));
    let wanted = entries.filter(|(_, entry)| Prompt::from(entry.standing) == prompt);
    wanted.map(|(server, entry)| (key(&server.key, &entry.key), entry)).collect()
}

fn list(text: &mut String, indent: &str, name: &str, lines: &[(String, &Entry<'_>)]) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{indent}\"{name}\": [");
    for (at, (key, entry)) in lines.iter().enumerate() {
        let comma = if at + 1 < lines.len() { "," } else { "" };
        let _ = writeln!(text, "{indent}  {}{comma} // {}", quoted(key), entry.because());
    }
    let _ = write!(text, "{indent}]");
}

/// Whether a name means itself in `server:tool` and in `Mcp(server:tool)`: no space, no parenthesis, no colon, no wildcard.
fn plain(name: &str) -> bool {
    name.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | '/'))
}
