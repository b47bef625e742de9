//! Gemini CLI: rules of its policy engine, a TOML file (<https://geminicli.com/docs/reference/policy-engine>). The rule with the highest
//! priority decides; a refusal without arguments also hides the tool.

use super::naming::Names;
use super::note::{ASKING, Note};
use super::quote::toml_or_yaml as quoted;
use super::{Entry, Format, Frame, Lines, Prompt, plain};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "gemini",
    name: "Gemini CLI",
    about: "Gemini CLI: rules of its policy engine",
    file: "policy.toml",
    sign: "#",
    place: "For ~/.gemini/policies/, under any name that ends in .toml. Without a terminal, ask_user refuses.",
    names: Names::Keys { server, tool },
    notes: &[ASKING, &[Note::Names]],
    frame,
    add,
};

/// Longer names are cut in the middle, and no rule meets them.
const LONGEST: usize = 63;

/// The one rule without a name – older versions want `*` there – refuses what the list did not have.
fn frame(frame: &mut Frame, servers: &[Cow<'_, str>]) {
    for server in servers {
        let name = quoted(server);
        frame.text(format!(
            "\n# Tools of the server that stand in no rule below.\n[[rule]]\nmcpName = {name}\ntoolName = \"*\"\ndecision = \"deny\"\npriority = 1\n"
        ));
        frame.lines();
    }
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    let (server, tool) = (quoted(&entry.server_key), quoted(&entry.key));
    let (decision, message) = match Prompt::from(entry.standing) {
        Prompt::Allow => ("allow", ""),
        Prompt::Ask => ("ask_user", ""),
        Prompt::Deny => ("deny", "denyMessage = \"Refused by the policy for this server.\"\n"),
    };
    let because = if entry.because.is_empty() { String::new() } else { format!("# {}\n", entry.because) };
    lines.add(
        entry.server,
        format_args!(
            "\n{because}[[rule]]\nmcpName = {server}\ntoolName = {tool}\ndecision = \"{decision}\"\npriority = 100\n{message}"
        ),
        "",
    );
}

/// The engine takes a server's name from `mcp_server_tool` up to the first `_`, so none may stand in it.
fn server(name: &str) -> Option<Cow<'_, str>> {
    (name == plain(name, &['.', ':']) && !name.contains('_')).then_some(name.into())
}

fn tool<'n>(server: &str, name: &'n str) -> Option<Cow<'n, str>> {
    let spelled = plain(name, &['.', ':']);
    // A name that looks complete is taken for one.
    let fits = "mcp_".len() + server.len() + 1 + spelled.len() <= LONGEST && !spelled.starts_with("mcp_");
    fits.then_some(spelled)
}
