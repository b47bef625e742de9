//! Gemini CLI: rules of its policy engine, a TOML file (<https://geminicli.com/docs/reference/policy-engine>). The rule with the highest
//! priority decides; a refusal without arguments also hides the tool.

use super::quote::toml_or_yaml as quoted;
use super::{Notes, Prompt, Written, plain, servers};
use crate::policy::plan::Plan;
use std::fmt::Write as _;

/// Longer names are cut in the middle, and no rule meets them.
const LONGEST: usize = 63;

/// Writes a plan. The one rule without a name – older versions want `*` there – refuses what the list did not have.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.asking(plan);
    let servers = servers(plan, server, tool, &mut notes);
    let place = "For ~/.gemini/policies/, under any name that ends in .toml. Without a terminal, ask_user refuses.";
    let mut text = notes.head("#", plan, place);
    for server in &servers {
        let name = quoted(&server.key);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "\n# Tools of the server that stand in no rule below.\n[[rule]]\nmcpName = {name}\ntoolName = \"*\"\ndecision = \"deny\"\npriority = 1"
        );
        for entry in &server.entries {
            let because = entry.because();
            let (decision, message) = match Prompt::from(entry.standing) {
                Prompt::Allow => ("allow", String::new()),
                Prompt::Ask => ("ask_user", String::new()),
                Prompt::Deny => ("deny", format!("denyMessage = {}\n", quoted("Refused by the policy for this server."))),
            };
            let _ = write!(
                text,
                "\n# {because}\n[[rule]]\nmcpName = {name}\ntoolName = {}\ndecision = \"{decision}\"\npriority = 100\n{message}",
                quoted(&entry.key)
            );
        }
    }
    notes.done(text)
}

/// The engine takes a server's name from `mcp_server_tool` up to the first `_`, so none may stand in it.
fn server(name: &str) -> Option<String> {
    Some(name.to_owned()).filter(|name| *name == plain(name, &['.', ':']) && !name.contains('_'))
}

fn tool(server: &str, name: &str) -> Option<String> {
    let spelled = plain(name, &['.', ':']);
    // A name that looks complete is taken for one.
    let fits = "mcp_".len() + server.len() + 1 + spelled.len() <= LONGEST && !spelled.starts_with("mcp_");
    fits.then_some(spelled)
}
