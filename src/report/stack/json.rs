//! The stack view as data: the report, with `clients` that say by whom each server can be reached.

use super::{Stack, by_client};
use crate::installed::{Config, Installed, Server};
use crate::report::{json, safe_json};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Prints the whole stack as one document.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(stack: &Stack<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut document = json::document(stack.report);
    document["clients"] = clients(stack.installed, &|entry| of_stack(stack, entry));
    safe_json::pretty(out, &document)
}

/// Prints one line for each server, with the clients that have it.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_lines(stack: &Stack<'_>, out: &mut dyn Write) -> io::Result<()> {
    for server in &stack.report.servers {
        let mut line = json::server(server);
        let uses = stack.installed.configs.iter().flat_map(|config| config.servers.iter().map(move |entry| (config, entry)));
        let uses = uses.filter(|(_, entry)| stack.scanned(entry).is_some_and(|found| found.slug == server.slug));
        line["clients"] = uses
            .map(|(config, entry)| {
                json!({ "client": config.client.id, "scope": config.scope, "path": config.path, "folder": config.folder, "name": entry.name })
            })
            .collect();
        safe_json::line(out, &line)?;
    }
    Ok(())
}

/// Prints what was found as one document.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_found(installed: &Installed, out: &mut dyn Write) -> io::Result<()> {
    let document = json!({
        "toolgrade": env!("CARGO_PKG_VERSION"),
        "clients": clients(installed, &|_| json!({})),
        "failures": installed.failures(),
    });
    safe_json::pretty(out, &document)
}

/// Prints one line for each server that was found.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_found_lines(installed: &Installed, out: &mut dyn Write) -> io::Result<()> {
    for config in &installed.configs {
        for server in &config.servers {
            let mut line =
                json!({ "client": config.client.id, "scope": config.scope, "path": config.path, "folder": config.folder });
            extend(&mut line, entry(server));
            safe_json::line(out, &line)?;
        }
    }
    Ok(())
}

fn clients(installed: &Installed, more: &dyn Fn(&Server) -> Value) -> Value {
    let one = |configs: Vec<&Config>| {
        let client = configs[0].client;
        let configs: Vec<Value> = configs.into_iter().map(|found| config(found, more)).collect();
        json!({ "client": client.id, "name": client.name, "configs": configs })
    };
    by_client(installed).into_iter().map(one).collect()
}

fn config(config: &Config, more: &dyn Fn(&Server) -> Value) -> Value {
    let servers: Vec<Value> = config
        .servers
        .iter()
        .map(|server| {
            let mut value = entry(server);
            extend(&mut value, more(server));
            value
        })
        .collect();
    json!({
        "path": config.path,
        "scope": config.scope,
        "folder": config.folder,
        "failure": config.failure.as_ref().map(|failure| &failure.message),
        "servers": servers,
    })
}

fn entry(server: &Server) -> Value {
    json!({ "name": server.name, "state": server.state.name(), "reason": server.state.reason(), "source": server.source })
}

/// What a scan adds: the server's slug, the tools that the client hides, and those it runs without a question.
fn of_stack(stack: &Stack<'_>, entry: &Server) -> Value {
    let Some(server) = stack.scanned(entry) else { return json!({ "server": null }) };
    let names = |is: &dyn Fn(&str) -> bool| -> Vec<&str> {
        server.tools.iter().map(|tool| tool.tool.name()).filter(|name| is(name)).collect()
    };
    json!({
        "server": server.slug,
        "hidden": names(&|name| !entry.choice.offers(name)),
        "unasked": names(&|name| entry.choice.offers(name) && entry.choice.is_unasked(name)),
    })
}

fn extend(value: &mut Value, more: Value) {
    if let (Value::Object(map), Value::Object(more)) = (value, more) {
        map.extend(more);
    }
}
