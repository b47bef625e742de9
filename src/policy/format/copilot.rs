//! Copilot CLI and coding agent: `tools` of each server in `mcp-config.json`
//! (<https://docs.github.com/en/copilot/how-tos/copilot-cli/customize-copilot/add-mcp-servers>). It lists what can be used at all; the
//! coding agent asks nobody.

use super::naming::Names;
use super::note::{Note, SILENT};
use super::quote::json as quoted;
use super::{Entry, Format, Frame, Lines, is_on, literal, same};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "copilot",
    name: "Copilot",
    about: "Copilot CLI and coding agent: `tools` of mcp-config.json",
    file: "mcp-config.json",
    sign: "",
    place: "",
    names: Names::Keys { server: same, tool: literal },
    notes: &[
        SILENT,
        &[
            Note::Names,
            Note::Always("each `tools` belongs into the server's own entry, beside its `type` and `command` or `url`"),
        ],
    ],
    frame,
    add,
};

fn frame(frame: &mut Frame, servers: &[Cow<'_, str>]) {
    frame.members("mcpServers", servers, |frame, server| {
        frame.text(format!("    {}: {{\n      \"tools\": ", quoted(server)));
        frame.json("[\n", "      ]");
        frame.text("\n    }");
    });
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    if is_on(entry.standing) {
        lines.add(entry.server, format_args!("        {}", quoted(&entry.key)), "\n");
    }
}
