//! Cursor: `mcpAllowlist` of `permissions.json`, JSON with comments (<https://cursor.com/docs/reference/permissions>), and `permissions` of
//! the CLI's config (<https://cursor.com/docs/cli/reference/permissions>), where a denial wins.

use super::frame::List;
use super::naming::Names;
use super::note::{ASKING, Note};
use super::quote::json as quoted;
use super::{Comment, Entry, Format, Frame, Lines, Prompt};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "cursor",
    name: "Cursor",
    about: "Cursor: permissions.json and the CLI's config",
    file: "permissions.jsonc",
    sign: "//",
    place: "`mcpAllowlist` is for ~/.cursor/permissions.json, `permissions` for ~/.cursor/cli-config.json.",
    names: Names::Keys { server: plain, tool: |_, tool| plain(tool) },
    notes: &[
        ASKING,
        &[Note::Names, Note::Always("the editor has no list of refusals: what `permissions.deny` names, it asks about")],
    ],
    frame,
    add,
};

fn frame(frame: &mut Frame, _: &[Cow<'_, str>]) {
    let list = |close| List { open: "[\n", comma: ",", close, empty: if close == "  ]" { "[\n  ]" } else { "[\n    ]" } };
    frame.text("{\n  \"mcpAllowlist\": ");
    frame.list(list("  ]"));
    frame.text(",\n  \"permissions\": {\n    \"allow\": ");
    frame.list(list("    ]"));
    frame.text(",\n    \"deny\": ");
    frame.list(list("    ]"));
    frame.text("\n  }\n}\n");
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    let key = format!("{}:{}", entry.server_key, entry.key);
    let (plain, token) = (quoted(&key), quoted(&format!("Mcp({key})")));
    match Prompt::from(entry.standing) {
        Prompt::Allow => {
            lines.add(0, format_args!("    {plain}"), Comment("//", &entry.because));
            lines.add(1, format_args!("      {token}"), Comment("//", &entry.because));
        }
        Prompt::Ask => {}
        Prompt::Deny => lines.add(2, format_args!("      {token}"), Comment("//", &entry.because)),
    }
}

/// A name that means itself in `server:tool` and in `Mcp(server:tool)`: no space, no parenthesis, no colon, no wildcard.
fn plain(name: &str) -> Option<Cow<'_, str>> {
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | '/');
    name.chars().all(fits).then_some(name.into())
}
