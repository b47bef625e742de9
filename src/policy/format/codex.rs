//! Codex: `mcp_servers` of `config.toml` (<https://developers.openai.com/codex/config-reference>). `enabled_tools` lists all that may be
//! used, so tools that come later are off.

use super::naming::Names;
use super::note::{ASKING, Note};
use super::quote::toml_or_yaml as quoted;
use super::{Comment, Entry, Format, Frame, Lines, Prompt, literal, plain};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "codex",
    name: "Codex",
    about: "Codex: `mcp_servers` of config.toml",
    file: "config.toml",
    sign: "#",
    place: "For ~/.codex/config.toml: add these lines to the server's own table, the one with `command` or `url`.",
    // Codex takes no other characters in a server's name.
    names: Names::Keys { server: |name| Some(plain(name, &[])), tool: literal },
    notes: &[ASKING, &[Note::Names]],
    frame,
    add,
};

/// Lists of a server: those that are on, those that are off, and a table for each that needs no question.
const LISTS: usize = 3;

fn frame(frame: &mut Frame, servers: &[Cow<'_, str>]) {
    for server in servers {
        let server = quoted(server);
        frame.text(format!("\n[mcp_servers.{server}]\ndefault_tools_approval_mode = \"prompt\"\nenabled_tools = [\n"));
        frame.lines();
        frame.text("]\ndisabled_tools = [\n");
        frame.lines();
        frame.text("]\n");
        frame.lines();
    }
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    let (first, tool) = (entry.server * LISTS, quoted(&entry.key));
    let prompt = Prompt::from(entry.standing);
    let list = if prompt == Prompt::Deny { first + 1 } else { first };
    lines.add(list, format_args!("  {tool},"), Comment("#", &entry.because));
    if prompt == Prompt::Allow {
        let server = quoted(&entry.server_key);
        lines.add(first + 2, format_args!("\n[mcp_servers.{server}.tools.{tool}]\napproval_mode = \"approve\""), "\n");
    }
}
