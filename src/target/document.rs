//! A document a user names: tells a recorded list from a client's config by its content, and reads the list.

use super::syntax::{self, has_extension};
use super::{Resolved, Target, config, failure};
use crate::registry::fill::Filler;
use crate::registry::{Entry, document as index};
use serde_json::Value;

const EXPECTED: &str = "expected a recorded tools/list (`{\"tools\": […]}`, a bare array, a JSON-RPC response), a client's config \
(`mcpServers`, `servers`, …), a registry's server.json, or a .jsonl of tools";

/// A recorded list of one server.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// The name its lines give the server.
    pub(crate) server: Option<String>,
    /// What the server said about itself: `serverInfo`, `instructions`, `nextCursor` where they were recorded.
    pub(crate) about: Value,
    /// The entries of the list.
    pub(crate) entries: Vec<Value>,
    /// Lines that are no JSON, by number.
    pub(crate) bad_lines: Vec<usize>,
}

/// Adds what a document names to the targets.
pub(super) fn resolve(path: &str, text: String, resolved: &mut Resolved) {
    if has_extension(path, &["jsonl", "ndjson"]) {
        return resolved.targets.push(Target::Recorded { path: path.to_owned(), text });
    }
    if text.trim().is_empty() {
        return resolved.failures.push(failure(path, "empty", format!("`{path}` is empty: {EXPECTED}")));
    }
    let value = match syntax::parse(path, &text, EXPECTED) {
        Ok(value) => value,
        Err(_) if !syntax::is_other_than_json(path) && is_lines(&text) => {
            return resolved.targets.push(Target::Recorded { path: path.to_owned(), text });
        }
        Err(failure) => return resolved.failures.push(failure),
    };
    // Before lists of tools: a server, too, has a name and a description.
    if let Some(page) = index::read(&value) {
        return from_index(path, index::latest(page.entries), resolved);
    }
    // The config of an agent may choose among tools, and be no list of them.
    if list(&value).is_some() && !value["mcpServers"].is_object() || is_line(&value) {
        return resolved.targets.push(Target::Recorded { path: path.to_owned(), text });
    }
    match config::entries(path, &value) {
        Some(entries) => config::resolve(path, &value, entries, resolved),
        None => {
            let seen = match &value {
                Value::Object(map) => {
                    let keys: Vec<String> =
                        map.keys().take(5).map(|key| format!("`{}`", key.chars().take(40).collect::<String>())).collect();
                    format!("is an object with {}", if keys.is_empty() { "nothing in it".to_owned() } else { keys.join(", ") })
                }
                _ => "is no object".to_owned(),
            };
            resolved.failures.push(failure(path, "unrecognised", format!("`{path}` {seen}: {EXPECTED}")));
        }
    }
}

/// Adds the server of a registry's `server.json`, by the best way there is to it.
fn from_index(path: &str, entries: Vec<Entry>, resolved: &mut Resolved) {
    let [entry] = entries.as_slice() else {
        let message =
            format!("`{path}` is an index of {} servers: `toolgrade crawl --catalogue DB {path}` visits them", entries.len());
        return resolved.failures.push(failure(path, "index", message));
    };
    let mut problem = ("nothing-to-run", "it names neither a package nor a URL".to_owned());
    for way in &entry.ways {
        match Filler::new(false).target(&entry.name, way) {
            Ok(target) => return resolved.targets.push(target),
            Err(why) => problem = why,
        }
    }
    let (reason, why) = problem;
    resolved.failures.push(failure(path, reason, format!("`{path}` cannot be visited: {why}")));
}

/// Reads a recorded document: one list, or one for each server of a .jsonl.
pub(crate) fn read(path: &str, text: &str) -> Vec<Document> {
    if !has_extension(path, &["jsonl", "ndjson"])
        && let Ok(mut value) = syntax::parse(path, text, EXPECTED)
    {
        if let Some(found) = list(&value) {
            let entries = found.clone();
            let about = match value.get_mut("result") {
                Some(result) if result.is_object() => result.take(),
                _ => value,
            };
            return vec![Document { entries, about, ..Document::default() }];
        }
        return vec![line(value)];
    }
    lines(text)
}

/// The list in a recorded result, whatever it is wrapped in.
fn list(value: &Value) -> Option<&Vec<Value>> {
    let list = value.as_array().or_else(|| value["tools"].as_array());
    list.or_else(|| value["result"]["tools"].as_array())
}

/// Whether a value is a line of a .jsonl: a tool, or a tool with its server.
fn is_line(value: &Value) -> bool {
    let described = ["inputSchema", "description"].iter().any(|key| !value[key].is_null());
    value["tool"].is_object() || value["name"].is_string() && described && config::entries("", value).is_none()
}

fn is_lines(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    serde_json::from_str(first).is_ok_and(|value: Value| is_line(&value) || value["name"].is_string())
}

fn lines(text: &str) -> Vec<Document> {
    let mut documents: Vec<Document> = Vec::new();
    let mut at: std::collections::HashMap<Option<String>, usize> = std::collections::HashMap::new();
    for (number, text) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parsed = serde_json::from_str(text.trim()).map(line);
        let key = parsed.as_ref().ok().and_then(|document| document.server.clone());
        let index = *at.entry(key.clone()).or_insert_with(|| {
            documents.push(Document { server: key, ..Document::default() });
            documents.len() - 1
        });
        match parsed {
            Ok(document) => documents[index].entries.extend(document.entries),
            Err(_) => documents[index].bad_lines.push(number + 1),
        }
    }
    documents
}

fn line(mut value: Value) -> Document {
    let server = value["server"].as_str().filter(|name| !name.is_empty()).map(str::to_owned);
    match value.get_mut("tool") {
        Some(tool) => Document { server, entries: vec![tool.take()], ..Document::default() },
        None => Document { server: None, entries: vec![value], ..Document::default() },
    }
}
