//! Crawls of a registry: page by page, with manners, and later only what changed.

use crate::crawl::{crawl, targets, tools};
use crate::env::Env;
use crate::http::{Web, reply, reply_json, well_behaved};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A registry whose entries change between two visits.
struct Registry {
    web: Web,
    now: Arc<AtomicUsize>,
}

fn entry(name: &str, version: &str, status: &str, url: &str) -> Value {
    json!({
        "server": { "name": name, "description": "", "version": version, "remotes": [{ "type": "streamable-http", "url": url }] },
        "_meta": { "io.modelcontextprotocol.registry/official": { "status": status, "isLatest": true } },
    })
}

impl Registry {
    /// Pages of two entries. At the second visit `changed` is all that a request with `updated_since` is told.
    fn start(first: Vec<Value>, changed: Vec<Value>) -> Self {
        let now = Arc::new(AtomicUsize::new(0));
        let requests = Arc::clone(&now);
        let web = Web::start(move |request, stream| {
            let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
            let parameter =
                |name: &str| query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name);
            if path != "/v0.1/servers" {
                return reply(stream, "404 Not Found", "", "{}");
            }
            // One request in three comes too early.
            if requests.fetch_add(1, Ordering::SeqCst) % 3 == 2 {
                return reply(stream, "429 Too Many Requests", "Retry-After: 1\r\n", "");
            }
            let all = if parameter("updated_since").is_some() { &changed } else { &first };
            let from: usize = parameter("cursor").map_or(0, |(_, cursor)| cursor.parse().unwrap());
            let page: Vec<&Value> = all.iter().skip(from).take(2).collect();
            let next = (from + 2 < all.len()).then(|| (from + 2).to_string());
            reply_json(stream, &json!({ "servers": page, "metadata": { "count": page.len(), "nextCursor": next } }));
        });
        Self { web, now }
    }
}

#[test]
fn a_registry_is_read_once_and_then_only_what_changed() {
    let servers = Web::start(well_behaved);
    let url = |name: &str| format!("{}/{name}", servers.address);
    let first = ["a", "b", "c", "d", "e"].map(|name| entry(&format!("io.example/{name}"), "1.0.0", "active", &url(name)));
    let changed = vec![
        entry("io.example/b", "1.0.1", "active", &url("b")),
        entry("io.example/c", "1.0.0", "deleted", &url("c")),
        entry("io.example/d", "1.0.0", "active", &url("d")),
    ];
    let registry = Registry::start(first.to_vec(), changed);
    let env = Env::new();
    let begin = Instant::now();
    let said = crawl(&env, &[&registry.web.address, "--per-host", "9"]);
    assert!(said.starts_with("exit 0\n") && said.contains("5 targets: 5 seen"), "{said}");
    let asked = registry.web.seen();
    assert!(
        begin.elapsed() >= Duration::from_secs(asked.len() as u64 - 1),
        "one request a second: {} in {:?}",
        asked.len(),
        begin.elapsed()
    );
    assert!(asked[1..].iter().all(|request| request.path.contains("version=latest") && request.path.contains("limit=100")));
    assert_eq!(tools(&env).len(), 5);

    let before = servers.seen().len();
    let said = crawl(&env, &[&registry.web.address]);
    assert!(
        said.starts_with("exit 0\n") && said.contains("1 visit in this run") && said.contains("4 seen, 0 failed, 1 taken down"),
        "{said}"
    );
    let visited: Vec<String> = servers.seen()[before..].iter().map(|request| request.path.clone()).collect();
    assert!(visited.iter().all(|path| path == "/b") && !visited.is_empty(), "{visited:?}");
    // Slashes of names are part of them.
    let seen = registry.web.seen();
    assert!(seen.iter().any(|request| request.path == "/v0.1/servers/io.example%2Fc/versions/latest"), "{seen:?}");
    let since = seen.iter().find_map(|request| request.path.split_once("updated_since=")).unwrap().1.split('&').next().unwrap();
    let since: jiff::Timestamp = since.replace("%3A", ":").parse().unwrap();
    let age = jiff::Timestamp::now().duration_since(since).as_secs();
    assert!((600..700).contains(&age), "ten minutes before the last start: {age} s");
    let published = tools(&env);
    assert_eq!(published.len(), 4);
    assert!(!published.iter().any(|server| server.contains("example-c")), "{published:?}");
    assert!(registry.now.load(Ordering::SeqCst) > 6);
}

#[test]
fn an_enumeration_that_was_cut_goes_on_where_it_was() {
    let servers = Web::start(well_behaved);
    let fails = Arc::new(AtomicUsize::new(1));
    let (switch, address) = (Arc::clone(&fails), servers.address.clone());
    let registry = Web::start(move |request, stream| {
        let cursor = request.path.split_once("cursor=").map(|(_, cursor)| cursor.split('&').next().unwrap().to_owned());
        match cursor.as_deref() {
            Some("two") if switch.load(Ordering::SeqCst) == 1 => reply(stream, "403 Forbidden", "", ""),
            Some("two") => reply_json(stream, &json!({ "servers": [entry("x/b", "1", "active", &address)], "metadata": {} })),
            _ => reply_json(
                stream,
                &json!({ "servers": [entry("x/a", "1", "active", &address)], "metadata": { "nextCursor": "two" } }),
            ),
        }
    });
    let env = Env::new();
    let said = crawl(&env, &[&registry.address]);
    assert!(
        said.starts_with("exit 3\n") && said.contains("1 target: 1 seen") && said.contains("registry-failed")
            || said.contains("plan:"),
        "{said}"
    );
    assert_eq!(targets(&env), ["x/a: seen -"]);
    fails.store(0, Ordering::SeqCst);
    let said = crawl(&env, &[&registry.address]);
    assert!(said.starts_with("exit 0\n") && said.contains("1 visit in this run"), "{said}");
    assert_eq!(targets(&env), ["x/a: seen -", "x/b: seen -"]);
}

/// Entries of the official registry, as served; the hosts of their remotes are this address. Nothing else of them is reached.
fn official(address: &str) -> Vec<Value> {
    let lines = include_str!("../data/registry.jsonl").lines();
    let mut rows: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    for row in &mut rows {
        let name = row["server"]["name"].as_str().unwrap().to_owned();
        for remote in row["server"]["remotes"].as_array_mut().into_iter().flatten() {
            remote["url"] = format!("{address}/{name}").into();
        }
    }
    rows
}

const OFFICIAL: &str = "io.modelcontextprotocol.registry/official";

#[test]
#[cfg(target_os = "linux")]
fn entries_as_the_official_registry_serves_them() {
    let servers = Web::start(well_behaved);
    let rows = official(&servers.address);
    let changed = AtomicUsize::new(0);
    let row = |name: &str, version: &str, status: &str, is_latest: bool| {
        let mut row = rows.iter().find(|row| row["server"]["name"] == name).unwrap().clone();
        row["server"]["version"] = version.into();
        row["_meta"][OFFICIAL]["status"] = status.into();
        row["_meta"][OFFICIAL]["isLatest"] = is_latest.into();
        row
    };
    // A new version, one that was taken down, and an old version that was taken down while the latest stands.
    let news = [
        row("ai.exa/exa", "9.0.0", "active", true),
        row("ai.waystation/jira", "0.3.1", "deleted", true),
        row("ai.mcpanalytics/analytics", "1.0.0", "deleted", false),
    ];
    let registry = Web::start(move |request, stream| {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if path != "/v0.1/servers" {
            return reply(
                stream,
                "404 Not Found",
                "content-type: application/problem+json\r\n",
                r#"{"title":"Not Found","status":404}"#,
            );
        }
        if changed.fetch_add(1, Ordering::SeqCst) == 2 {
            return reply(stream, "429 Too Many Requests", "Retry-After: 2\r\n", "");
        }
        let parameter = |name: &str| query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name);
        let all: Vec<&Value> = match (parameter("updated_since"), parameter("version")) {
            (Some(_), _) => news.iter().collect(),
            (None, Some((_, "latest"))) => rows.iter().filter(|row| row["_meta"][OFFICIAL]["isLatest"] == true).collect(),
            _ => rows.iter().collect(),
        };
        // A cursor is the name and version of the last entry, as the registry makes them.
        let id =
            |row: &Value| format!("{}:{}", row["server"]["name"].as_str().unwrap(), row["server"]["version"].as_str().unwrap());
        let from = parameter("cursor").map_or(0, |(_, cursor)| {
            let cursor = cursor.replace("%3A", ":").replace("%2F", "/");
            1 + all.iter().position(|row| id(row) == cursor).expect("the cursor is given back as it was")
        });
        let page = &all[from..(from + 10).min(all.len())];
        let next = page.last().filter(|_| from + 10 < all.len()).map(|row| id(row));
        reply_json(stream, &json!({ "servers": page, "metadata": { "count": page.len(), "nextCursor": next } }));
    });
    // Packages are asked for there, too, and are not found.
    let env = Env::new().var("npm_config_registry", &registry.address).var("PATH", &std::env::var("PATH").unwrap());
    let said = crawl(&env, &[&registry.address, "--per-host", "9"]);
    insta::assert_snapshot!(said.replace(" + landlock", "").replace(&registry.address, "@@REGISTRY@@"));
    insta::assert_snapshot!(targets(&env).join("\n"));

    let before = servers.seen().len();
    let said = crawl(&env, &[&registry.address]);
    assert!(said.contains("1 visit in this run") && said.contains("1 taken down"), "{said}");
    assert!(servers.seen()[before..].iter().all(|request| request.path == "/ai.exa/exa"));
    let asked = registry.seen();
    let latest: Vec<&str> =
        asked.iter().map(|request| request.path.as_str()).filter(|path| path.ends_with("/versions/latest")).collect();
    assert_eq!(latest, ["/v0.1/servers/ai.waystation%2Fjira/versions/latest"]);
}
