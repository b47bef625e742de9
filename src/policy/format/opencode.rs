//! opencode: `permission` of `opencode.jsonc` (<https://opencode.ai/docs/permissions>). The last rule that matches decides; what none
//! matches is allowed.

use super::frame::List;
use super::naming::Names;
use super::note::{ASKING, Note};
use super::quote::json as quoted;
use super::{Comment, Entry, Format, Frame, Lines, Prompt, plain};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "opencode",
    name: "opencode",
    about: "opencode: `permission` of opencode.jsonc",
    file: "opencode.jsonc",
    sign: "//",
    place: "For opencode.jsonc of the project or the user.",
    names: Names::Keys {
        server: |name| Some(plain(name, &[])),
        tool: |server, tool| Some(format!("{server}_{}", plain(tool, &[])).into()),
    },
    notes: &[
        ASKING,
        &[Note::Names, Note::Always("tools that a server adds later are allowed, unless a `*` further up says otherwise")],
    ],
    frame,
    add,
};

fn frame(frame: &mut Frame, _: &[Cow<'_, str>]) {
    frame.text("{\n  \"$schema\": \"https://opencode.ai/config.json\",\n  \"permission\": {\n");
    frame.list(List { open: "", comma: ",", close: "", empty: "" });
    frame.text("  }\n}\n");
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    let word = match Prompt::from(entry.standing) {
        Prompt::Allow => "allow",
        Prompt::Ask => "ask",
        Prompt::Deny => "deny",
    };
    lines.add(0, format_args!("    {}: \"{word}\"", quoted(&entry.key)), Comment("//", &entry.because));
}
