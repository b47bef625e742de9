//! A client's config: finds the entries, whatever the client calls them.

use super::entry::{self, Entry};
use super::variables::{Lookup, Unset};
use super::{Resolved, failure};
use crate::failure::Failure;
use serde_json::{Map, Value};

/// The keys under which clients keep their servers.
const KEYS: [&str; 7] = ["mcpServers", "servers", "context_servers", "mcp.servers", "amp.mcpServers", "mcp_servers", "mcp"];

/// The entries of a config, each with its name; `None` when the document is no config.
pub(super) fn entries(document: &Value) -> Option<Vec<(String, Value)>> {
    let found = KEYS.iter().find_map(|key| document.get(key).filter(|value| value.is_object() || value.is_array()))?;
    // `mcp` holds the entries (opencode) or a map of its own that does (VS Code's settings).
    let nested = found.get("servers").filter(|servers| servers.is_object() && !is_entry(servers));
    Some(match nested.unwrap_or(found) {
        Value::Object(map) => map.iter().map(|(name, entry)| (name.clone(), entry.clone())).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, entry)| (list_name(entry, at), entry.clone())).collect(),
        _ => Vec::new(),
    })
}

/// Turns the entries of a config into targets.
pub(super) fn resolve(path: &str, entries: Vec<(String, Value)>, lookup: Lookup<'_>, resolved: &mut Resolved) {
    if entries.is_empty() {
        let message = format!("`{path}` is a client's config without servers: add one, or name another file");
        return resolved.failures.push(failure(path, "no-servers", message));
    }
    for (name, value) in entries {
        let label = format!("{path}#{name}");
        match entry::read(path, &name, &value, lookup) {
            Ok(Entry::Target(target)) => resolved.targets.push(*target),
            Ok(Entry::Disabled) => resolved.notes.push(format!("{label}: it is disabled in its config, so it was skipped")),
            Err(entry::Bad::Unset(Unset(variable))) => {
                let message = match variable.strip_prefix("input:") {
                    Some(input) => {
                        format!("`${{{variable}}}` is asked of a person by the client: write the value of `{input}` instead")
                    }
                    None => format!(
                        "the variable `{variable}` is not set: set it before the scan, or write `${{{variable}:-default}}`"
                    ),
                };
                resolved.failures.push(failure(&label, "unset-variable", message));
            }
            Err(entry::Bad::Shape(what)) => resolved.failures.push(failure(&label, "bad-entry", what)),
        }
    }
}

fn is_entry(value: &Value) -> bool {
    entry::keys().any(|key| value.get(key).is_some_and(|value| !value.is_object()))
}

fn list_name(entry: &Value, at: usize) -> String {
    let name = entry.get("name").and_then(Value::as_str);
    name.map_or_else(|| format!("server-{}", at + 1), str::to_owned)
}

/// A table of a `config.toml`, read as JSON would be. What is none says where and why, without quoting values, which may be secrets.
pub(super) fn from_toml(path: &str, text: &str) -> Result<Value, Failure> {
    toml::from_str::<Map<String, Value>>(text).map(Value::Object).map_err(|error| {
        let before = text.get(..error.span().unwrap_or_default().start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let why = error.message().lines().collect::<Vec<_>>().join(", ");
        failure(path, "not-toml", format!("`{path}` is no TOML (line {line}: {why}): correct it"))
    })
}
