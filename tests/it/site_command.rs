//! The site through the program: what was scanned, what changed since, what is found, and what a publication that was cut short left.

use crate::env::Env;
use crate::site::files;
use serde_json::{Value, json};

#[test]
fn what_a_scan_recorded_is_published() {
    let tools = json!([{ "name": "delete_file", "description": "Deletes a file." }]);
    let env = Env::new().recorded("files.json", &tools);
    env.run(&["scan", "files.json", "--catalogue", "seen.db"]);
    let said = env.run(&["site", "--catalogue", "seen.db", "-o", "out"]);
    assert!(said.starts_with("exit 0\n--- stderr\npublished 1 tool of 1 server to `out`: "), "{said}");
    let again = env.run(&["site", "--catalogue", "seen.db", "-o", "out"]);
    assert!(again.starts_with("exit 0\n--- stderr\npublished nothing new to `out`: "), "{again}");
    assert!(again.contains(" MB, 0 written, 0 removed, in "), "{again}");
    assert!(env.path().join("out/servers/files/delete_file.html").is_file());
    insta::assert_snapshot!(env.run(&["site", "--catalogue", "missing.db", "-o", "out"]), @r"
    exit 1
    --- stderr
    error: no catalogue at `missing.db`: fill one with `toolgrade scan --catalogue`
    ");
}

fn record(env: &Env, tools: &Value) {
    std::fs::write(env.path().join("shop.json"), tools.to_string()).unwrap();
    let said = env.run(&["scan", "shop.json", "--catalogue", "c.db", "--quiet"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
}

fn publish(env: &Env) -> String {
    let said = env.run(&["site", "--catalogue", "c.db", "-o", "out", "--base-url", "https://example.org"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    said
}

/// Three visits: a tool got riskier, one came, one went, one was reworded.
fn shop() -> Env {
    let env = Env::new();
    let note = |text: &str| json!({ "name": "note", "description": text });
    let list = |name: &str| json!({ "name": name, "description": "Lists orders." });
    record(&env, &json!([note("Reads a note."), list("list_orders"), list("list_carts")]));
    record(&env, &json!([note("Reads a note."), list("list_orders"), list("list_carts")]));
    let orders = json!({ "name": "list_orders", "description": "Lists all orders." });
    record(
        &env,
        &json!([note("Deletes a note for ever."), orders, { "name": "create_order", "description": "Creates an order." }]),
    );
    env
}

#[test]
fn what_changed_is_told_on_its_pages_and_in_the_feed() {
    let env = shop();
    publish(&env);
    let page = env.read("out/servers/shop/index.html").unwrap();
    for (word, tool) in [("riskier", "note"), ("new", "create_order"), ("gone", "list_carts"), ("reworded", "list_orders")] {
        let line = page.lines().find(|line| line.contains(&format!("k-{word}"))).unwrap_or_else(|| panic!("no {word}: {page}"));
        assert!(line.contains(&format!("<code>{tool}</code>")), "{word}: {line}");
    }
    let gone = page.lines().find(|line| line.contains("k-gone")).unwrap();
    assert!(!gone.contains("list_carts.html"), "what is gone has no page: {gone}");
    let changes = env.read("out/changes.html").unwrap();
    assert!(
        changes.contains("Riskier than before") && changes.contains("Tools: 1 riskier, 1 new, 1 gone and 1 reworded."),
        "{changes}"
    );
    let feed = env.read("out/feed.xml").unwrap();
    assert_eq!(feed.matches("<entry>").count(), 2, "its first visit and the third: {feed}");
    let tool = env.read("out/servers/shop/note.html").unwrap();
    assert!(tool.contains("History of its definition") && tool.contains("k-riskier"), "{tool}");
    assert!(!env.read("out/servers/shop/create_order.html").unwrap().contains("k-riskier"));
}

/// What the index has under a word, in its order: names.
fn found(env: &Env, word: &str) -> Vec<String> {
    let index: Value = serde_json::from_str(&env.read("out/search/index.json").unwrap()).unwrap();
    let files = index["files"].as_array().unwrap();
    assert!(files.is_sorted_by(|a, b| a.as_str() <= b.as_str()));
    let text: String = (0..files.len()).map(|number| env.read(&format!("out/search/{number}.txt")).unwrap()).collect();
    let group = text.split_once(&format!("={word}\n")).map_or("", |(_, rest)| rest);
    let lines = group.lines().take_while(|line| !line.starts_with('='));
    lines.map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn the_index_finds_the_shortest_name_first_and_descriptions_last() {
    let env = Env::new();
    let tool = |name: &str, text: &str| json!({ "name": name, "description": text });
    record(
        &env,
        &json!([
            tool("read", "Reads. It never touches an order."),
            tool("list_open_order_lines", "Lists."),
            tool("getOrder", "Gets."),
            tool("order", "Orders."),
        ]),
    );
    publish(&env);
    assert_eq!(found(&env, "order"), ["order", "getOrder", "list_open_order_lines", "read"]);
    assert_eq!(found(&env, "shop"), ["shop"]);
    assert_eq!(found(&env, "it"), [""; 0], "a word that says nothing");
}

#[test]
fn a_publication_that_was_cut_short_is_mended() {
    let env = shop();
    publish(&env);
    let whole = env.read("out/servers/shop/note.html").unwrap();
    let manifest = env.read("out/.toolgrade-site").unwrap();
    // As it stands after the first files of a new state were written, one of them half, one not yet.
    std::fs::write(env.path().join("out/servers/shop/note.html"), "half").unwrap();
    std::fs::write(env.path().join("out/servers/shop/new.html"), "new").unwrap();
    let cut = format!("{manifest}# writing\nservers/shop/note.html\nservers/shop/new.html\nservers/shop/unborn.html\n");
    std::fs::write(env.path().join("out/.toolgrade-site"), cut).unwrap();
    let said = publish(&env);
    assert!(said.contains(", 1 written, 1 removed, in "), "{said}");
    assert_eq!(env.read("out/servers/shop/note.html").unwrap(), whole);
    assert!(env.read("out/servers/shop/new.html").is_none());
    assert_eq!(env.read("out/.toolgrade-site").unwrap(), manifest);
}

#[test]
fn a_file_that_was_taken_away_comes_back() {
    let env = shop();
    publish(&env);
    std::fs::remove_file(env.path().join("out/servers/shop/note.html")).unwrap();
    let said = publish(&env);
    assert!(said.contains(", 1 written, 0 removed, in "), "{said}");
}

/// The first 2,000 tools that people labelled, recorded in `c.db`.
fn labelled() -> Env {
    let tools: Vec<&str> = include_str!("../data/labelled.jsonl").lines().take(2000).collect();
    let env = Env::new().file("all.jsonl", &tools.join("\n"));
    let said = env.run(&["scan", "all.jsonl", "--catalogue", "c.db", "--quiet", "--format", "csv"]);
    assert!(said.starts_with("exit 0\n"), "{}", &said[..said.len().min(500)]);
    env
}

#[test]
fn no_link_of_a_site_of_two_thousand_tools_is_broken() {
    let env = labelled();
    publish(&env);
    let tools = files(&env.path().join("out"));
    let checked = crate::site::check_links(&tools);
    assert!(checked > 50_000, "{checked}");

    let said = env.run(&["site", "--catalogue", "c.db", "-o", "out", "--pages", "server"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    let servers = files(&env.path().join("out"));
    assert!(servers.len() + 1_900 < tools.len(), "{} files, before {}", servers.len(), tools.len());
    let checked = crate::site::check_links(&servers);
    assert!(checked > 20_000, "{checked}");
    // The way back leaves what a fresh site has.
    publish(&env);
    assert!(files(&env.path().join("out")) == tools);
}

#[test]
fn what_changes_step_by_step_comes_to_what_is_published_at_once() {
    let env = Env::new();
    let server = |name: &str, tools: &Value| {
        std::fs::write(env.path().join(format!("{name}.json")), tools.to_string()).unwrap();
        let said = env.run(&["scan", &format!("{name}.json"), "--catalogue", "c.db", "--quiet"]);
        assert!(said.starts_with("exit 0\n"), "{said}");
    };
    let tool = |name: &str, text: &str| json!({ "name": name, "description": text });
    server("bank", &json!([tool("pay", "Pays an invoice."), tool("ping", "Pings.")]));
    server("shop", &json!([tool("list", "Lists orders.")]));
    publish(&env);
    let page = |name: &str| std::fs::metadata(env.path().join("out/servers").join(name)).unwrap().modified().unwrap();
    let before = ["bank/pay.html", "bank/ping.html"].map(page);
    // The other server gets a tool of the same kind as one of the first.
    server("shop", &json!([tool("list", "Lists orders."), tool("Ping", "Pings the shop.")]));
    publish(&env);
    assert_eq!(page("bank/pay.html"), before[0], "nothing of it changed");
    assert_ne!(page("bank/ping.html"), before[1], "it names the other one now");
    let whole = env.run(&["site", "--catalogue", "c.db", "-o", "whole", "--base-url", "https://example.org"]);
    assert!(whole.starts_with("exit 0\n"), "{whole}");
    assert_eq!(files(&env.path().join("out")), files(&env.path().join("whole")));
}
