//! Claude Code: `permissions` of a settings file (<https://code.claude.com/docs/en/permissions>). Deny, then ask, then allow; the
//! first list with a match decides.

use super::naming::Names;
use super::note::{ASKING, Note};
use super::quote::json as quoted;
use super::{Entry, Format, Frame, Lines, Prompt, plain};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "claude-code",
    name: "Claude Code",
    about: "Claude Code: `permissions` of settings.json",
    file: "settings.json",
    sign: "",
    place: "",
    names: Names::Keys { server, tool: |server, tool| Some(format!("mcp__{server}__{}", plain(tool, &[])).into()) },
    notes: &[
        ASKING,
        &[
            Note::Names,
            Note::Always("tools that a server adds later are in no list: the client's permission mode decides about them"),
        ],
    ],
    frame,
    add,
};

fn frame(frame: &mut Frame, _: &[Cow<'_, str>]) {
    frame.text(
        "{\n  \"$schema\": \"https://json.schemastore.org/claude-code-settings.json\",\n  \"permissions\": {\n    \"allow\": ",
    );
    frame.json("[\n", "    ]");
    frame.text(",\n    \"ask\": ");
    frame.json("[\n", "    ]");
    frame.text(",\n    \"deny\": ");
    frame.json("[\n", "    ]");
    frame.text("\n  }\n}\n");
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    lines.add(Prompt::from(entry.standing) as usize, format_args!("      {}", quoted(&entry.key)), "\n");
}

/// The first `__` ends a server's name, so none may stand in it.
fn server(name: &str) -> Option<Cow<'_, str>> {
    Some(plain(name, &[])).filter(|name| !name.contains("__") && !name.ends_with('_'))
}
