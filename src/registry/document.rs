//! Documents of registries: a page of the API, a saved dump of it, a bare list of servers, one `server.json`.

use super::Entry;
use serde_json::Value;
use std::collections::HashMap;

/// A page of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The servers on it that could be read.
    pub entries: Vec<Entry>,
    /// How many entries are no servers.
    pub malformed: usize,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<String>,
}

/// Whether a value is a server of an index: it has a name, and what only `server.json` has.
fn is_server(value: &Value) -> bool {
    let server = value.get("server").filter(|server| server.is_object()).unwrap_or(value);
    let has = |key: &str| server.get(key).is_some_and(|value| !value.is_null());
    server["name"].is_string()
        && (has("packages") || has("remotes") || has("version_detail") || has("$schema") || value.get("server").is_some())
        && !has("inputSchema")
}

/// Reads a document; `None` when it is none of a registry.
#[must_use]
pub fn read(document: &Value) -> Option<Page> {
    let list = match document {
        Value::Array(list) => list.as_slice(),
        Value::Object(map) => match map.get("servers") {
            Some(Value::Array(list)) => list.as_slice(),
            Some(Value::Null) if map.contains_key("metadata") => &[],
            _ if is_server(document) => std::slice::from_ref(document),
            _ => return None,
        },
        _ => return None,
    };
    let is_page = document.get("metadata").is_some_and(Value::is_object);
    if !(list.iter().any(is_server) || list.is_empty() && is_page) {
        return None;
    }
    let entries: Vec<Entry> = list.iter().filter_map(Entry::read).collect();
    let metadata = &document["metadata"];
    let next = ["nextCursor", "next_cursor"].iter().find_map(|key| metadata[*key].as_str());
    Some(Page {
        malformed: list.len() - entries.len(),
        next: next.filter(|cursor| !cursor.is_empty()).map(str::to_owned),
        entries,
    })
}

/// One entry a name: the one the index calls the latest; else the last one of them.
#[must_use]
pub fn latest(entries: Vec<Entry>) -> Vec<Entry> {
    let mut at: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Entry> = Vec::new();
    for entry in entries {
        match at.get(&entry.name) {
            Some(index) if kept[*index].latest == Some(true) && entry.latest != Some(true) => {}
            Some(index) => kept[*index] = entry,
            None => {
                at.insert(entry.name.clone(), kept.len());
                kept.push(entry);
            }
        }
    }
    kept
}
