//! OpenAI Responses API: one `mcp` tool a server, for `tools` of a request
//! (<https://platform.openai.com/docs/guides/tools-remote-mcp>). Only `allowed_tools` exist, and a program answers for what needs approval.

use super::naming::Names;
use super::note::{ASKING, Note};
use super::quote::json as quoted;
use super::{Entry, Format, Frame, Lines, Prompt, same};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "openai",
    name: "OpenAI API",
    about: "OpenAI Responses API: `mcp` tools",
    file: "tools.json",
    sign: "",
    place: "",
    names: Names::Keys { server: same, tool: |_, tool| same(tool) },
    notes: &[ASKING, &[Note::Names, Note::Always("add the `server_url`, `connector_id` or `tunnel_id` of each server")]],
    frame,
    add,
};

/// Lists of a server: those that exist, those that are asked about, those that are not.
const LISTS: usize = 3;

fn frame(frame: &mut Frame, servers: &[Cow<'_, str>]) {
    frame.elements("tools", servers, |frame, server| {
        frame.text(format!(
            "    {{\n      \"type\": \"mcp\",\n      \"server_label\": {},\n      \"allowed_tools\": ",
            quoted(server)
        ));
        frame.json("[\n", "      ]");
        frame.text(",\n      \"require_approval\": {\n        \"always\": {\n          \"tool_names\": ");
        frame.json("[\n", "          ]");
        frame.text("\n        },\n        \"never\": {\n          \"tool_names\": ");
        frame.json("[\n", "          ]");
        frame.text("\n        }\n      }\n    }");
    });
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    let (first, tool) = (entry.server * LISTS, quoted(&entry.key));
    let list = match Prompt::from(entry.standing) {
        Prompt::Allow => first + 2,
        Prompt::Ask => first + 1,
        Prompt::Deny => return,
    };
    lines.add(first, format_args!("        {tool}"), "\n");
    lines.add(list, format_args!("            {tool}"), "\n");
}
