//! VS Code: `chat.tools.eligibleForAutoApproval` of `settings.json`, JSON with comments
//! (<https://code.visualstudio.com/docs/agents/approvals>). `false` asks about every call and offers no "always".

use super::frame::List;
use super::naming::Names;
use super::note::{ASKING, Note};
use super::quote::json as quoted;
use super::{Comment, Entry, Format, Frame, Lines, Prompt};
use crate::policy::plan::Standing;
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "vscode",
    name: "VS Code",
    about: "VS Code: which tools are always asked about",
    file: "settings.jsonc",
    sign: "//",
    place: "For settings.json of the user or the workspace.",
    // Tools are known by their own names, whatever their server: all are one.
    names: Names::Keys { server: |_| Some("".into()), tool: |_, tool| Some(spelled(tool)) },
    notes: &[
        ASKING,
        &[
            Note::Names,
            Note::Tools("only asked about, as no setting refuses a tool: turn them off in the tools picker", |tool| {
                tool.standing() >= Standing::Refused
            }),
            Note::Always("a setting holds for tools of that name on every server"),
        ],
    ],
    frame,
    add,
};

fn frame(frame: &mut Frame, _: &[Cow<'_, str>]) {
    frame.text("{\n  \"chat.tools.eligibleForAutoApproval\": {\n");
    frame.list(List { open: "", comma: ",", close: "", empty: "" });
    frame.text("  }\n}\n");
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    if Prompt::from(entry.standing) != Prompt::Allow {
        lines.add(0, format_args!("    {}: false", quoted(&entry.key)), Comment("//", &entry.because));
    }
}

fn spelled(tool: &str) -> Cow<'_, str> {
    if tool.contains('.') { tool.replace('.', "_").into() } else { tool.into() }
}
