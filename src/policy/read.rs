//! Reads policy.json version "1", strictly: every problem is told with its place, and a document with one is no policy.

mod limit;
mod predicate;
mod reader;

use super::model::{EVERY_TOOL, Fallback, Policy, ToolRules};
use super::path::escape;
use super::problem::{Lines, Place, Problem};
use super::strict;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use reader::Reader;
use rustc_hash::{FxHashMap, FxHashSet};

/// A policy, and where its parts stand.
#[derive(Clone, Debug)]
pub struct Document<'t> {
    /// What it says.
    pub policy: Policy,
    lines: Lines<'t>,
    offsets: FxHashMap<String, usize>,
}

impl Document<'_> {
    /// Where the entry with this JSON Pointer stands, or the nearest one around it; the start of the text when none does.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Place {
        let mut pointer = pointer;
        loop {
            if let Some(offset) = self.offsets.get(pointer) {
                return self.lines.place(*offset);
            }
            match pointer.rfind('/') {
                Some(end) => pointer = &pointer[..end],
                None => return self.lines.place(0),
            }
        }
    }
}

/// Reads a policy.
///
/// # Errors
/// Every problem found, in the order of their places: text that is no strict JSON (that one alone), fields that are unknown, missing,
/// of the wrong type or without sense.
pub fn read(text: &str) -> Result<Document<'_>, Vec<Problem>> {
    let tree = strict::parse(text).map_err(|problem| vec![problem])?;
    let mut reader = Reader::new(text);
    let policy = policy(&mut reader, &tree);
    let (lines, offsets, problems) = reader.finish();
    if problems.is_empty() { Ok(Document { policy, lines, offsets }) } else { Err(problems) }
}

fn policy(reader: &mut Reader<'_>, value: &ast::Value<'_>) -> Policy {
    let mut policy = Policy::new(Fallback::Deny);
    let fields = ["version", "default", "hide", "all_tools", "tools"];
    let Some(object) = reader.object(value, "a policy", &fields) else { return policy };
    match reader.required(object, "version", "a policy") {
        Some(ast::Value::StringLit(version)) if version.value == "1" => {}
        Some(ast::Value::NumberLit(number)) if number.value == "1" => {
            reader.problem(number.range.start, "`version` is a text: write `\"1\"`");
        }
        Some(other) => reader.problem(other.range().start, "`version` must be `\"1\"`, the only one there is"),
        None => {}
    }
    if let Some(default) = reader.required(object, "default", "a policy") {
        reader.note("/default", default);
        match reader.text(default, "default") {
            Some("allow") => policy.default = Fallback::Allow,
            Some("deny") => policy.default = Fallback::Deny,
            Some(other) => reader.unknown_word(default, "default", other, &["allow", "deny"]),
            None => {}
        }
    }
    if let Some(list) = reader.list(object, "hide") {
        hide(reader, list, &mut policy);
    }
    if let Some(value) = reader::field(object, "all_tools") {
        reader.note("/all_tools", value);
        if let Some(all) = reader.object(value, "`all_tools`", &["limits"])
            && let Some(list) = reader.list(all, "limits")
        {
            policy.all_tools = limit::limits(reader, list, "/all_tools/limits", limit::Static::Only);
        }
    }
    if let Some(value) = reader::field(object, "tools") {
        reader.note("/tools", value);
        match value {
            ast::Value::Object(tools) => {
                for property in &tools.properties {
                    tool(reader, property, &mut policy);
                }
            }
            other => reader.wrong_type(other, "tools", "an object of tools by name"),
        }
    }
    policy
}

fn hide(reader: &mut Reader<'_>, list: &ast::Array<'_>, policy: &mut Policy) {
    let mut seen = FxHashSet::default();
    for (at, element) in list.elements.iter().enumerate() {
        reader.note(&format!("/hide/{at}"), element);
        let Some(name) = reader.text(element, "hide") else { continue };
        if name.is_empty() {
            reader.problem(element.range().start, "`hide` has an empty name: no tool has one");
        } else if !seen.insert(name.to_owned()) {
            reader.problem(element.range().start, &format!("`hide` has `{name}` a second time: keep one of the two"));
        } else {
            policy.hide(name);
        }
    }
}

fn tool(reader: &mut Reader<'_>, property: &ast::ObjectProp<'_>, policy: &mut Policy) {
    let name = property.name.as_str();
    let pointer = format!("/tools/{}", escape(name));
    reader.note_at(&pointer, property.range.start);
    if name.is_empty() {
        reader.problem(property.range.start, "`tools` has an empty name: no tool has one");
    }
    if name == EVERY_TOOL {
        let message =
            "names under `tools` are exact: use `default` for tools that are not named, `all_tools` for limits on every call";
        reader.problem(property.range.start, message);
    }
    let what = format!("the rules of `{name}`");
    let Some(object) = reader.object(&property.value, &what, &["require", "deny_if", "limits"]) else { return };
    let mut rules = ToolRules::default();
    if let Some(list) = reader.list(object, "require") {
        rules.require = predicate::predicates(reader, list, &format!("{pointer}/require"), predicate::Empty::Refused);
    }
    if let Some(list) = reader.list(object, "deny_if") {
        rules.deny_if = predicate::predicates(reader, list, &format!("{pointer}/deny_if"), predicate::Empty::Always);
    }
    if let Some(list) = reader.list(object, "limits") {
        rules.limits = limit::limits(reader, list, &format!("{pointer}/limits"), limit::Static::OrArgument);
    }
    policy.set(name, rules);
}
