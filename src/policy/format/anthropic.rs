//! Anthropic Messages API: one `mcp_toolset` a server, for `tools` of a request
//! (<https://docs.anthropic.com/en/docs/agents-and-tools/mcp-connector>). Everything is off but what is turned on by name.

use super::naming::Names;
use super::note::{Note, SILENT};
use super::quote::json as quoted;
use super::{Entry, Format, Frame, Lines, is_on, same};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "anthropic",
    name: "Anthropic API",
    about: "Anthropic Messages API: `mcp_toolset`",
    file: "tools.json",
    sign: "",
    place: "",
    names: Names::Keys { server: same, tool: |_, tool| same(tool) },
    notes: &[
        SILENT,
        &[Note::Names, Note::Always("`mcp_server_name` must be the `name` that the request's `mcp_servers` gives the server")],
    ],
    frame,
    add,
};

fn frame(frame: &mut Frame, servers: &[Cow<'_, str>]) {
    frame.elements("tools", servers, |frame, server| {
        frame.text(format!(
            "    {{\n      \"type\": \"mcp_toolset\",\n      \"mcp_server_name\": {},\n      \"default_config\": {{\n        \"enabled\": false\n      }},\n      \"configs\": ",
            quoted(server)
        ));
        frame.json("{\n", "      }");
        frame.text("\n    }");
    });
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    if is_on(entry.standing) {
        lines.add(
            entry.server,
            format_args!("        {}: {{\n          \"enabled\": true\n        }}", quoted(&entry.key)),
            "\n",
        );
    }
}
