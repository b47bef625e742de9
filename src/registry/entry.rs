//! Reads one server of an index, in every generation of `server.json`: snake case or camel case, wrapped or bare.

use super::way::{Argument, Input, Package, PackageKind, Remote, Way};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where the official registry puts what it says itself.
const OFFICIAL: [&str; 2] = ["io.modelcontextprotocol.registry/official", "io.modelcontextprotocol.registry"];

/// The longest texts kept, in characters: names, versions, values.
const LONGEST: usize = 2000;

/// The most packages, remotes, arguments or variables of one server that are read.
const MOST: usize = 200;

/// One server of an index, in one version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name in the index.
    pub name: String,
    /// Its version there.
    pub version: Option<String>,
    /// Whether it still stands.
    #[serde(default)]
    pub status: Status,
    /// Whether the index calls this version the latest; `None` where it has no word for that.
    #[serde(default)]
    pub latest: Option<bool>,
    /// The ways to reach it, the best first.
    pub ways: Vec<Way>,
}

/// What an index says about whether a server still stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It does.
    #[default]
    Active,
    /// It does, and should not be used any more.
    Deprecated,
    /// It was taken down.
    Deleted,
}

/// The value under the first of these keys that is there.
fn any<'a>(value: &'a Value, keys: &[&str]) -> &'a Value {
    keys.iter().filter_map(|key| value.get(key)).find(|value| !value.is_null()).unwrap_or(&Value::Null)
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then(|| text.chars().take(LONGEST).collect())
}

fn list<'a>(value: &'a Value, keys: &[&str]) -> impl Iterator<Item = &'a Value> {
    any(value, keys).as_array().into_iter().flatten().take(MOST)
}

impl Entry {
    /// Reads a server, bare or with what the registry says beside it; `None` for what is no server.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let server = value.get("server").filter(|server| server.is_object()).unwrap_or(value);
        let metas = [value, server].map(|holder| any(holder, &["_meta"]));
        let official = metas.into_iter().map(|meta| any(meta, &OFFICIAL)).find(|meta| meta.is_object());
        let official = official.unwrap_or_else(|| any(value, &["x-io.modelcontextprotocol.registry"]));
        let detail = any(server, &["version_detail"]);
        let status = text(any(official, &["status"])).or_else(|| text(any(server, &["status"])));
        let latest = any(official, &["isLatest", "is_latest"]).as_bool().or_else(|| any(detail, &["is_latest"]).as_bool());
        let remotes = list(server, &["remotes"]).filter_map(remote).map(Way::Remote);
        let mut ways: Vec<Way> = remotes
            .chain(list(server, &["packages"]).filter_map(package).map(|package| Way::Package(Box::new(package))))
            .collect();
        ways.sort_by_key(rank);
        Some(Self {
            name: text(any(server, &["name"]))?,
            version: text(any(server, &["version"])).or_else(|| text(any(detail, &["version"]))),
            status: match status.as_deref() {
                Some("deleted") => Status::Deleted,
                Some("deprecated") => Status::Deprecated,
                _ => Status::Active,
            },
            latest,
            ways,
        })
    }
}

/// A remote costs one request and starts nothing, so it comes first; then what is quick to fetch.
fn rank(way: &Way) -> u8 {
    match way {
        Way::Remote(remote) => u8::from(remote.sse),
        Way::Package(package) => match package.registry {
            PackageKind::Npm => 2,
            PackageKind::Pypi => 3,
            PackageKind::Oci => 4,
            PackageKind::Other(_) | PackageKind::Unknown => 5,
        },
    }
}

fn remote(value: &Value) -> Option<Remote> {
    let kind = text(any(value, &["type", "transport_type", "transport"])).unwrap_or_default();
    Some(Remote {
        url: text(any(value, &["url"]))?,
        sse: kind.eq_ignore_ascii_case("sse"),
        headers: list(value, &["headers"]).map(input).filter(|header| !header.name.is_empty()).collect(),
        variables: variables(value),
    })
}

fn package(value: &Value) -> Option<Package> {
    let registry = text(any(value, &["registryType", "registry_type", "registry_name"])).unwrap_or_default();
    let transport = any(value, &["transport"]);
    Some(Package {
        registry: PackageKind::from(registry),
        name: text(any(value, &["identifier", "name"]))?,
        version: text(any(value, &["version"])),
        sha256: text(any(value, &["fileSha256", "file_sha256"])),
        transport: text(any(transport, &["type"])).or_else(|| text(transport)),
        runtime_arguments: list(value, &["runtimeArguments", "runtime_arguments"]).map(argument).collect(),
        arguments: list(value, &["packageArguments", "package_arguments"]).map(argument).collect(),
        environment: list(value, &["environmentVariables", "environment_variables"])
            .map(input)
            .filter(|variable| !variable.name.is_empty())
            .collect(),
    })
}

fn argument(value: &Value) -> Argument {
    let name = text(any(value, &["name"]));
    let is_named = any(value, &["type"]).as_str() == Some("named");
    let mut input = input(value);
    if input.name.is_empty() {
        input.name = text(any(value, &["valueHint", "value_hint"])).unwrap_or_default();
    }
    // The first generation repeats the name of a flag as its value.
    input.value.take_if(|value| is_named && Some(&*value) == name.as_ref());
    input.default.take_if(|default| is_named && Some(&*default) == name.as_ref());
    Argument { flag: name.filter(|_| is_named), input }
}

fn input(value: &Value) -> Input {
    Input {
        name: text(any(value, &["name"])).unwrap_or_default(),
        value: text(any(value, &["value"])),
        default: text(any(value, &["default"])),
        choices: list(value, &["choices"]).filter_map(text).collect(),
        required: any(value, &["isRequired", "is_required"]).as_bool(),
        secret: any(value, &["isSecret", "is_secret"]).as_bool().unwrap_or(false),
        format: text(any(value, &["format"])),
        variables: variables(value),
    }
}

fn variables(value: &Value) -> BTreeMap<String, Input> {
    let map = any(value, &["variables"]).as_object().into_iter().flatten().take(MOST);
    map.map(|(name, value)| {
        // A variable of a variable has no use, and would let a document nest without end.
        let flat = Input { name: name.clone(), variables: BTreeMap::new(), ..input_of_variable(value) };
        (name.clone(), flat)
    })
    .collect()
}

fn input_of_variable(value: &Value) -> Input {
    let mut own = value.clone();
    if let Some(map) = own.as_object_mut() {
        map.remove("variables");
    }
    input(&own)
}
