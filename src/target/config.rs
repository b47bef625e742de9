//! A client's config: finds the entries, whatever the client calls them.

use super::entry::{self, Entry, Setting};
use super::variables::Unset;
use super::{Resolved, failure};
use crate::clients;
use crate::failure::Failure;
use serde_json::{Map, Value};
use std::path::Path;

/// The keys under which clients keep their servers, for a config of which only the content is known; the first that is there counts.
const KEYS: [&str; 11] = [
    "mcpServers",
    "servers",
    "context_servers",
    "mcp.servers",
    "amp.mcpServers",
    "mcp_servers",
    "mcp",
    "projects/*/mcpServers",
    "experimental/modelContextProtocolServers",
    "extensions",
    ".",
];

/// One server, as a config has it.
pub(crate) struct Given {
    /// The folder it is for, where it is not for all.
    pub(crate) folder: Option<String>,
    /// Its name.
    pub(crate) name: String,
    /// What is said of it.
    pub(crate) value: Value,
}

/// The entries of a config, by the habits of the client whose it is by its path; `None` when the document is no config.
pub(super) fn entries(path: &str, document: &Value) -> Option<Vec<Given>> {
    let known = clients::of_path(Path::new(path)).map(|(_, config)| entries_under(document, &config.servers));
    if let Some(Ok(Some(entries))) = known {
        return Some(entries);
    }
    KEYS.iter().find_map(|key| under(document, key).ok().flatten())
}

/// The entries under any of these keys; `None` when none of the keys is there.
///
/// # Errors
/// When what is there holds no servers, with the key.
pub(crate) fn entries_under(document: &Value, keys: &[String]) -> Result<Option<Vec<Given>>, String> {
    let mut all: Option<Vec<Given>> = None;
    for key in keys {
        // The document itself counts only where nothing in it does.
        if key == "." && all.is_some() {
            continue;
        }
        if let Some(found) = under(document, key)? {
            all.get_or_insert_default().extend(found);
        }
    }
    Ok(all)
}

fn under(document: &Value, key: &str) -> Result<Option<Vec<Given>>, String> {
    if key == "." {
        let servers = document.as_object().filter(|map| !map.is_empty() && map.values().all(is_entry));
        return Ok(servers.map(|map| named(map, None)));
    }
    if let Some((outer, inner)) = key.split_once("/*/") {
        let Some(folders) = document.get(outer).and_then(Value::as_object) else { return Ok(None) };
        let mut all: Option<Vec<Given>> = None;
        for (folder, inside) in folders {
            for mut given in under(inside, inner)?.into_iter().flatten() {
                given.folder = Some(folder.clone());
                all.get_or_insert_default().push(given);
            }
        }
        return Ok(all);
    }
    let Some(found) = key.split('/').try_fold(document, |value, key| value.get(key)).filter(|found| !found.is_null()) else {
        return Ok(None);
    };
    // `mcp` holds the entries (opencode) or a map of its own that does (its next version).
    let nested = found.get("servers").filter(|servers| servers.is_object() && !is_entry(servers));
    match nested.unwrap_or(found) {
        Value::Object(map) => Ok(Some(named(map, None))),
        Value::Array(list) => {
            let one = |(at, value): (usize, &Value)| Given { folder: None, name: list_name(value, at), value: list_value(value) };
            Ok(Some(list.iter().enumerate().map(one).collect()))
        }
        _ => Err(format!("`{}` holds no servers: make it a map of names to servers", key.replace('/', "."))),
    }
}

fn named(map: &Map<String, Value>, folder: Option<&str>) -> Vec<Given> {
    let one =
        |(name, value): (&String, &Value)| Given { folder: folder.map(str::to_owned), name: name.clone(), value: value.clone() };
    map.iter().map(one).collect()
}

fn is_entry(value: &Value) -> bool {
    entry::keys().any(|key| value.get(key).is_some_and(|value| !value.is_object()))
}

fn list_name(entry: &Value, at: usize) -> String {
    let name = entry.get("name").and_then(Value::as_str);
    name.map_or_else(|| format!("server-{}", at + 1), str::to_owned)
}

/// Continue's older lists keep what is said of a server under `transport`.
fn list_value(entry: &Value) -> Value {
    entry.get("transport").filter(|transport| transport.is_object()).unwrap_or(entry).clone()
}

/// Turns the entries of a config into targets.
pub(super) fn resolve(path: &str, document: &Value, entries: Vec<Given>, resolved: &mut Resolved) {
    if entries.is_empty() {
        let message = format!("`{path}` is a client's config without servers: add one, or name another file");
        return resolved.failures.push(failure(path, "no-servers", message));
    }
    let client = clients::of_path(Path::new(path)).map(|(client, _)| client);
    let setting = Setting {
        label: path,
        references: client.map(|client| &*client.references),
        lookup: &|name| input(document, name).or_else(|| std::env::var(name).ok()),
        folder: None,
        base: Path::new(path).parent(),
    };
    for given in entries {
        let label = format!("{path}#{}", given.name);
        let setting = Setting { folder: given.folder.as_deref().map(Path::new), ..setting };
        match entry::read(&setting, &given.name, &given.value) {
            Ok(Entry::Target(target)) => resolved.targets.push(*target),
            Ok(Entry::Disabled) => resolved.notes.push(format!("{label}: it is disabled in its config, so it was skipped")),
            Ok(Entry::NoServer(why)) => resolved.notes.push(format!("{label}: {why}, so it was skipped")),
            Err(bad) => resolved.failures.push(bad.failure(&label)),
        }
    }
}

/// What stands in for the answer to a question that a config asks: the default of `input:ID`.
pub(crate) fn input(document: &Value, name: &str) -> Option<String> {
    let id = name.strip_prefix("input:")?;
    let mut inputs = document["inputs"].as_array().into_iter().chain(document["mcp"]["inputs"].as_array()).flatten();
    inputs.find(|input| input["id"] == id)?["default"].as_str().map(str::to_owned)
}

impl entry::Bad {
    /// The failure of the entry of this label.
    pub(crate) fn failure(self, label: &str) -> Failure {
        match self {
            Self::Unset(Unset(variable)) => {
                let message = match variable.strip_prefix("input:") {
                    Some(input) => {
                        format!("`${{{variable}}}` is asked of a person by the client: write the value of `{input}` instead")
                    }
                    None if variable.starts_with("file:") => format!("`{{{variable}}}` cannot be read: check the path"),
                    None => format!("the variable `{variable}` is not set: set it before the scan"),
                };
                failure(label, "unset-variable", message)
            }
            Self::Shape(what) => failure(label, "bad-entry", what),
        }
    }
}
