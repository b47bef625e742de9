//! How to connect to a server: what each client's config takes, made from where it was found. Values of variables are never known.

use crate::listing::{PackageSource, Source};
use crate::policy::format::quote;
use crate::report::safe_json;
use crate::slug;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Where a server is entered, and what.
pub(super) struct Entered {
    pub(super) client: &'static str,
    /// The file or the place in it.
    pub(super) place: &'static str,
    pub(super) text: String,
}

/// What starts or reaches a server.
enum Reached<'a> {
    Started { command: &'a str, args: Vec<String>, env: &'a [String] },
    Remote { url: &'a str, is_sse: bool },
}

/// The entries for the common clients; none for a recorded list.
pub(super) fn entries(name: &str, source: &Source) -> Vec<Entered> {
    let Some(reached) = reached(source) else { return Vec::new() };
    // Some clients take no dot in it.
    let key = slug::slug(name).replace('.', "-");
    let entered = |client, place, text| Entered { client, place, text };
    let wrapped = |wrap: &str, entry: Value| safe_json::pretty_text(&json!({ wrap: { &key: entry } })) + "\n";
    // A config of Claude Desktop has no URLs.
    let plain = if matches!(reached, Reached::Remote { .. }) { "Cursor, Kiro" } else { "Claude Desktop, Cursor, Kiro" };
    let mut entries = vec![
        entered("Claude Code, Copilot CLI", ".mcp.json of the project", wrapped("mcpServers", json(&reached, true))),
        entered(plain, "the client’s own config, mcp.json for most", wrapped("mcpServers", json(&reached, false))),
        entered("VS Code", ".vscode/mcp.json", wrapped("servers", json(&reached, true))),
        entered("Gemini CLI", "~/.gemini/settings.json", wrapped("mcpServers", gemini(&reached))),
    ];
    // Codex does not speak the legacy transport.
    if !matches!(reached, Reached::Remote { is_sse: true, .. }) {
        entries.push(entered("Codex", "~/.codex/config.toml", toml(&key, &reached)));
    }
    entries
}

fn reached(source: &Source) -> Option<Reached<'_>> {
    let package = |command, package: &'_ PackageSource, before: &[&str], joined: &str| {
        let name = match &package.version {
            Some(version) => format!("{}{joined}{version}", package.package),
            None => package.package.clone(),
        };
        let words = before.iter().map(|word| (*word).to_owned()).chain([name]).chain(package.args.iter().cloned());
        (command, words.collect::<Vec<_>>())
    };
    let (command, args, env) = match source {
        Source::Stdio { command, args, env } => (command.as_str(), args.clone(), env),
        Source::Npm(own) => {
            let (command, args) = package("npx", own, &["-y"], "@");
            (command, args, &own.env)
        }
        Source::Pypi(own) => {
            let (command, args) = package("uvx", own, &[], "@");
            (command, args, &own.env)
        }
        Source::Oci(own) => {
            let passed = own.env.iter().flat_map(|name| ["-e", name]);
            let before: Vec<&str> = ["run", "-i", "--rm"].into_iter().chain(passed).collect();
            // The version is the tag or the digest, and that is in the name.
            let image = PackageSource { version: None, ..own.clone() };
            let (command, args) = package("docker", &image, &before, "");
            (command, args, &own.env)
        }
        Source::Http { url, transport } => return Some(Reached::Remote { url, is_sse: transport == "sse" }),
        Source::File { .. } => return None,
    };
    Some(Reached::Started { command, args, env })
}

/// An entry of JSON configs, with the transport where the client wants it named.
fn json(reached: &Reached<'_>, typed: bool) -> Value {
    let mut entry = Map::new();
    match reached {
        Reached::Started { command, args, env } => {
            entry.insert("command".to_owned(), (*command).into());
            entry.insert("args".to_owned(), args.as_slice().into());
            if !env.is_empty() {
                let values: Map<String, Value> = env.iter().map(|name| (name.clone(), yours(name).into())).collect();
                entry.insert("env".to_owned(), values.into());
            }
        }
        Reached::Remote { url, is_sse } => {
            if typed {
                entry.insert("type".to_owned(), if *is_sse { "sse" } else { "http" }.into());
            }
            entry.insert("url".to_owned(), (*url).into());
        }
    }
    entry.into()
}

/// Gemini CLI tells the transports apart by the key of the address.
fn gemini(reached: &Reached<'_>) -> Value {
    match reached {
        Reached::Remote { url, is_sse: false } => json!({ "httpUrl": url }),
        other => json(other, false),
    }
}

fn toml(key: &str, reached: &Reached<'_>) -> String {
    let quoted = quote::toml_or_yaml;
    let mut text = format!("[mcp_servers.{}]\n", quoted(key));
    // Writing to a String cannot fail.
    match reached {
        Reached::Started { command, args, env } => {
            let args: Vec<String> = args.iter().map(|word| quoted(word)).collect();
            let _ = writeln!(text, "command = {}\nargs = [{}]", quoted(command), args.join(", "));
            if !env.is_empty() {
                let values: Vec<String> = env.iter().map(|name| format!("{} = {}", quoted(name), quoted(&yours(name)))).collect();
                let _ = writeln!(text, "env = {{ {} }}", values.join(", "));
            }
        }
        Reached::Remote { url, .. } => drop(writeln!(text, "url = {}", quoted(url))),
    }
    text
}

/// What stands for a value that only its owner has.
fn yours(name: &str) -> String {
    format!("<your {name}>")
}
