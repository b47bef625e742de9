//! Kiro: `autoApprove` and `disabledTools` of each server in `mcp.json` (<https://kiro.dev/docs/mcp/configuration>). A tool in neither
//! list is asked about.

use super::naming::Names;
use super::note::{ASKING, Note};
use super::quote::json as quoted;
use super::{Entry, Format, Frame, Lines, Prompt, literal, same};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "kiro",
    name: "Kiro",
    about: "Kiro: `autoApprove` and `disabledTools` of mcp.json",
    file: "mcp.json",
    sign: "",
    place: "",
    names: Names::Keys { server: same, tool: literal },
    notes: &[
        ASKING,
        &[Note::Names, Note::Always("both lists belong into the server's own entry, beside its `command` or `url`")],
    ],
    frame,
    add,
};

fn frame(frame: &mut Frame, servers: &[Cow<'_, str>]) {
    frame.members("mcpServers", servers, |frame, server| {
        frame.text(format!("    {}: {{\n      \"autoApprove\": ", quoted(server)));
        frame.json("[\n", "      ]");
        frame.text(",\n      \"disabledTools\": ");
        frame.json("[\n", "      ]");
        frame.text("\n    }");
    });
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    let list = match Prompt::from(entry.standing) {
        Prompt::Allow => 0,
        Prompt::Ask => return,
        Prompt::Deny => 1,
    };
    lines.add(entry.server * 2 + list, format_args!("        {}", quoted(&entry.key)), "\n");
}
