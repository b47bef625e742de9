//! policy.json, version "1": what `docs/policy.md` describes. It holds the whole plan.

use super::frame::List;
use super::naming::Names;
use super::note::UNFILLED;
use super::quote::json as quoted;
use super::{Entry, Format, Frame, Lines};
use crate::policy::profile::Stance;
use crate::policy::{model, write};
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "policylayer",
    name: "policy.json",
    about: "policy.json, version \"1\"",
    file: "policy.json",
    sign: "",
    place: "",
    // A tool with the name of all tools cannot be named: the default refuses it.
    names: Names::Tools(|name| name != model::EVERY_TOOL),
    notes: &[&[UNFILLED]],
    frame,
    add,
};

fn frame(frame: &mut Frame, _: &[Cow<'_, str>]) {
    frame.text("{\n  \"version\": \"1\",\n  \"default\": \"deny\"");
    frame.list(List { open: ",\n  \"hide\": [\n", comma: ",", close: "  ]", empty: "" });
    frame.list(List { open: ",\n  \"tools\": {\n", comma: ",", close: "  }", empty: "" });
    frame.text("\n}\n");
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    let name = quoted(&entry.key);
    match &entry.tool().stance {
        Stance::Hidden => lines.add(0, format_args!("    {name}"), "\n"),
        Stance::Ruled(rules) => lines.add(1, format_args!("    {name}: {}", write::rules(rules).replace('\n', "\n    ")), "\n"),
    }
}
