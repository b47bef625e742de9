//! The site as a sub-registry: the servers that can be reached, in the shape of the MCP registry's API, with what we say of each.
//!
//! An API of files knows no questions: there is one page, with every server. Where each answer is, `_redirects` says.

use super::layout::address;
use super::survey::{ServerCard, Survey};
use super::{Writer, text};
use crate::listing::{PackageSource, Source};
use crate::report::{safe_json, tally};
use serde_json::{Map, Value, json};

/// The generation of `server.json` that is written.
const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

/// The longest description it takes.
const ABOUT: usize = 100;

/// Under which key our own words stand.
const OURS: &str = "toolgrade/verdict";

/// How a host that reads such rules finds the answers.
pub(super) const REDIRECTS: &str = "/v0.1/servers /v0.1/servers.json 200
/v0.1/servers/:namespace/:name/versions/:version /v0.1/servers/:namespace/:name.json 200
";

pub(super) fn write(writer: &mut Writer<'_>, survey: &Survey) -> anyhow::Result<()> {
    let base = writer.base().map(str::to_owned);
    let namespace = base.as_deref().map_or_else(|| "invalid.toolgrade".to_owned(), reversed);
    let mut document = String::from("{\"servers\":[");
    let mut count = 0;
    for server in &survey.servers {
        let Some(entry) = entry(server, base.as_deref(), &namespace) else { continue };
        let entry = safe_json::line_text(&entry);
        document.push_str(if count == 0 { "\n" } else { ",\n" });
        document.push_str(&entry);
        count += 1;
        let name = name(server, &namespace);
        // What has capitals would be two files on one system and one on another; it stands in the list.
        if !name.contains(|letter: char| letter.is_ascii_uppercase()) {
            writer.file(&format!("v0.1/servers/{name}.json"), entry + "\n")?;
        }
    }
    document.push_str(&format!("\n],\"metadata\":{{\"count\":{count}}}}}\n"));
    writer.file("v0.1/servers.json", document)?;
    writer.file("_redirects", REDIRECTS)
}

/// A server as the registry has it; `None` where nobody could reach it.
fn entry(card: &ServerCard, base: Option<&str>, namespace: &str) -> Option<Value> {
    let mut server = Map::new();
    let mut put = |key: &str, value: Value| server.insert(key.to_owned(), value);
    put("$schema", SCHEMA.into());
    put("name", name(card, namespace).into());
    if let Some(title) = card.title.as_deref().map(|title| text::cut(title.trim(), ABOUT - 1)).filter(|title| !title.is_empty()) {
        put("title", title.into());
    }
    put("description", about(card).into());
    put("version", card.version.clone().filter(|version| !version.is_empty()).unwrap_or_else(|| "0.0.0".to_owned()).into());
    if let Some(base) = base {
        put("websiteUrl", address(base, &card.path()).into());
    }
    let (key, way) = way(&card.source)?;
    put(key, json!([way]));
    let counts: Map<String, Value> =
        card.counts.iter().map(|(class, count)| (class.name().to_owned(), (*count).into())).collect();
    let there = |file: &str| match base {
        Some(base) => format!("{base}/{}/{file}", card.directory()),
        None => format!("{}/{file}", card.directory()),
    };
    let verdict = json!({
        "toolgrade": env!("CARGO_PKG_VERSION"),
        "grade": card.letter(),
        "counts": counts,
        "tokens": card.tokens,
        "complete": card.complete,
        "lastSeen": card.observed.as_ref().map(|seen| seen.last),
        "report": there("server.json"),
        "policy": there("policy.json"),
    });
    Some(json!({ "server": server, "_meta": { OURS: verdict } }))
}

/// What can be said of it in a line.
fn about(card: &ServerCard) -> String {
    let Some(letter) = card.letter() else { return "Lists no tools.".to_owned() };
    let classes = card.counts.iter().rev().filter(|(_, count)| *count > 0);
    let classes: Vec<String> = classes.map(|(class, count)| format!("{count} {class}")).collect();
    format!("{}, grade {letter}: {}.", tally::count(card.tools.len(), "tool"), classes.join(", "))
}

/// The name it has in its registry, else one of ours.
fn name(card: &ServerCard, namespace: &str) -> String {
    let is_plain = |part: &str, more: &str| {
        !part.is_empty() && !part.starts_with('.') && part.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    match card.name.split_once('/') {
        Some((space, own)) if is_plain(space, ".-") && is_plain(own, "._-") && card.name.len() <= 200 => card.name.clone(),
        _ => format!("{namespace}/{}", card.slug),
    }
}

/// How it is reached, and under which key that stands.
fn way(source: &Source) -> Option<(&'static str, Value)> {
    let package = |kind: &str, package: &PackageSource| {
        let arguments: Vec<Value> = package.args.iter().map(|word| json!({ "type": "positional", "value": word })).collect();
        let variables: Vec<Value> = package.env.iter().map(|name| json!({ "name": name })).collect();
        let mut entry = Map::new();
        let mut put = |key: &str, value: Value| entry.insert(key.to_owned(), value);
        put("registryType", kind.into());
        put("identifier", package.package.as_str().into());
        // The identifier of an image has its tag.
        if let Some(version) = package.version.as_deref().filter(|_| kind != "oci") {
            put("version", version.into());
        }
        put("transport", json!({ "type": "stdio" }));
        if !arguments.is_empty() {
            put("packageArguments", arguments.into());
        }
        if !variables.is_empty() {
            put("environmentVariables", variables.into());
        }
        Value::from(entry)
    };
    match source {
        Source::Http { url, transport } => Some(("remotes", json!({ "type": transport, "url": url }))),
        Source::Npm(own) => Some(("packages", package("npm", own))),
        Source::Pypi(own) => Some(("packages", package("pypi", own))),
        Source::Oci(own) => Some(("packages", package("oci", own))),
        Source::Stdio { .. } | Source::File { .. } => None,
    }
}

/// The host of an address, its end first: the names under it are its owner's.
fn reversed(base: &str) -> String {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase();
    host.split('.').rev().collect::<Vec<_>>().join(".")
}
