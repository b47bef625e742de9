//! The catalogue through the program: which server is which, visits that failed, and publishing what may only be read.

use crate::env::Env;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::Path;

/// A recorded list that says whose it is, if it does.
fn list(server: Option<&str>, tool: &str) -> String {
    let about = server.map(|name| json!({ "name": name }));
    json!({ "result": { "serverInfo": about, "tools": [{ "name": tool, "description": "Lists notes." }] } }).to_string()
}

/// Each server of the published site with its tools: `slug: tool tool`.
fn published(env: &Env) -> Vec<String> {
    let said = env.run(&["site", "--catalogue", "c.db", "-o", "out"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    let document: Value = serde_json::from_str(&env.read("out/catalogue.json").unwrap()).unwrap();
    let slugs = document["servers"].as_array().unwrap().iter().map(|server| server["server"].as_str().unwrap());
    slugs.map(|slug| format!("{slug}: {}", tools(env, slug).join(" "))).collect()
}

fn tools(env: &Env, slug: &str) -> Vec<String> {
    let server: Value = serde_json::from_str(&env.read(&format!("out/servers/{slug}/server.json")).unwrap()).unwrap();
    server["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

fn record(env: &Env, target: &str) {
    let said = env.run(&["scan", target, "--catalogue", "c.db", "--format", "jsonl"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    let directory = env.path().to_str().unwrap();
    assert!(target.contains(directory) || !said.contains("@@DIR@@"), "what is shown is what was typed: {said}");
}

#[test]
fn a_file_is_where_it_is_however_it_was_typed() {
    let env = Env::new();
    for directory in ["one", "two"] {
        std::fs::create_dir(env.path().join(directory)).unwrap();
        std::fs::write(env.path().join(directory).join("a.json"), list(None, directory)).unwrap();
    }
    for target in ["one/a.json", "two/a.json", "./two/../one/a.json"] {
        record(&env, target);
    }
    assert_eq!(published(&env), ["a: one", "a-2: two"]);
    let observed: Value = serde_json::from_str(&env.read("out/catalogue.json").unwrap()).unwrap();
    assert_eq!(observed["servers"][0]["observations"], 2);
    assert_eq!(observed["servers"][0]["source"]["path"], "./two/../one/a.json");
    let directory = env.path().to_str().unwrap();
    for file in
        ["index.html", "catalogue.json", "feed.xml", "servers/a/index.html", "servers/a/server.json", "servers/a/one.html"]
    {
        assert!(!env.read(&format!("out/{file}")).unwrap().contains(directory), "{file}");
    }
}

#[test]
fn the_same_path_seen_from_two_directories_is_two_files() {
    let env = Env::new();
    let program = env!("CARGO_BIN_EXE_toolgrade");
    for directory in ["one", "two"] {
        std::fs::create_dir(env.path().join(directory)).unwrap();
        std::fs::write(env.path().join(directory).join("a.json"), list(None, directory)).unwrap();
        let mut scan = std::process::Command::new(program);
        scan.args(["scan", "a.json", "--catalogue", "../c.db"]).current_dir(env.path().join(directory));
        assert!(scan.output().unwrap().status.success());
    }
    assert_eq!(published(&env), ["a: one", "a-2: two"]);
}

#[test]
fn standard_input_is_whom_its_list_names() {
    let env = Env::new();
    let lists = [(Some("mail"), "send"), (Some("notes"), "write"), (None, "first"), (None, "second"), (Some("mail"), "read")];
    for (server, tool) in lists {
        let said = env.run_with(&["scan", "-", "--catalogue", "c.db"], &list(server, tool));
        assert!(said.starts_with("exit 0\n"), "{said}");
    }
    assert_eq!(published(&env), ["mail: read", "notes: write", "stdin: second"]);
}

#[test]
fn a_catalogue_of_the_first_schema_is_updated_by_a_scan_and_only_by_one() {
    let env = Env::new().file("a.json", &list(None, "new"));
    let old = Connection::open(env.path().join("c.db")).unwrap();
    old.execute_batch(include_str!("../../src/store/migrations/1.sql")).unwrap();
    old.execute_batch(
        r#"PRAGMA application_id = 0x54477264; PRAGMA user_version = 1;
        INSERT INTO servers VALUES (1, 'a', 'a', '{"kind":"file","path":"a.json"}'), (2, 'b', 'b', '{"kind":"file","path":"b.json"}');
        INSERT INTO observations (server, at, complete, grade) VALUES
            (1, '2026-01-01T00:00:00.000000000Z', 1, 'A'), (2, '2026-01-01T00:00:00.000000000Z', 1, 'A');"#,
    )
    .unwrap();
    drop(old);
    let before = std::fs::read(env.path().join("c.db")).unwrap();
    insta::assert_snapshot!(env.run(&["site", "--catalogue", "c.db", "-o", "out"]), @"
    exit 1
    --- stderr
    error: cannot use `c.db` as a catalogue: it was written by an older toolgrade: scan into it once with `toolgrade scan --catalogue`, which updates it
    ");
    assert_eq!(std::fs::read(env.path().join("c.db")).unwrap(), before);
    record(&env, "a.json");
    assert_eq!(published(&env), ["a: new", "b: "]);
    let updated = Connection::open(env.path().join("c.db")).unwrap();
    let broken: i64 = updated.query_row("SELECT count(*) FROM pragma_foreign_key_check", (), |row| row.get(0)).unwrap();
    assert_eq!(broken, 0);
}

#[test]
fn what_is_no_catalogue_is_not_published_and_left_alone() {
    let env = Env::new().file("empty.db", "").file("text.db", "{}");
    Connection::open(env.path().join("foreign.db")).unwrap().execute_batch("CREATE TABLE photos (id)").unwrap();
    std::fs::create_dir(env.path().join("directory.db")).unwrap();
    let before: Vec<_> = ["empty.db", "text.db", "foreign.db"].map(|name| std::fs::read(env.path().join(name)).unwrap()).into();
    let files = env.files();
    let said: Vec<String> = ["empty.db", "text.db", "foreign.db", "directory.db", "missing.db"]
        .map(|name| env.run(&["site", "--catalogue", name, "-o", "out"]))
        .into();
    insta::assert_snapshot!(said.join(""), @"
    exit 1
    --- stderr
    error: `empty.db` is empty: fill it with `toolgrade scan --catalogue`
    exit 1
    --- stderr
    error: cannot use `text.db` as a catalogue: it is no SQLite file; choose another path
    exit 1
    --- stderr
    error: cannot use `foreign.db` as a catalogue: it is an SQLite file of another program; choose another path
    exit 1
    --- stderr
    error: no catalogue at `directory.db`: fill one with `toolgrade scan --catalogue`
    exit 1
    --- stderr
    error: no catalogue at `missing.db`: fill one with `toolgrade scan --catalogue`
    ");
    assert_eq!(env.files(), files, "nothing was made");
    let after: Vec<_> = ["empty.db", "text.db", "foreign.db"].map(|name| std::fs::read(env.path().join(name)).unwrap()).into();
    assert_eq!(before, after);
}

#[test]
fn a_catalogue_that_cannot_be_made_says_why() {
    let env = Env::new().file("a.json", &list(None, "x")).file("text.db", "{}");
    std::fs::create_dir(env.path().join("directory.db")).unwrap();
    let said = ["nope/x.db", "directory.db", "text.db"].map(|path| env.run(&["scan", "a.json", "--catalogue", path]));
    insta::assert_snapshot!(said.join(""), @"
    exit 1
    --- stderr
    error: cannot use `nope/x.db` as a catalogue: there is no directory `nope`: make it, or choose another path
    exit 1
    --- stderr
    error: cannot use `directory.db` as a catalogue: it is a directory: name a file in it
    exit 1
    --- stderr
    error: cannot use `text.db` as a catalogue: it is no SQLite file; choose another path
    ");
}

#[test]
fn publishing_leaves_nothing_beside_the_catalogue() {
    let env = Env::new().file("a.json", &list(None, "x"));
    record(&env, "a.json");
    let before = std::fs::read(env.path().join("c.db")).unwrap();
    published(&env);
    assert_eq!(env.files(), ["a.json", "c.db", "out"]);
    assert_eq!(std::fs::read(env.path().join("c.db")).unwrap(), before);
}

#[test]
fn what_a_writer_has_committed_last_is_published() {
    let env = Env::new().file("a.json", &list(None, "first"));
    record(&env, "a.json");
    // Somebody who goes on reading keeps the log from being folded into the file.
    let reader = Connection::open(env.path().join("c.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM servers").unwrap();
    std::fs::write(env.path().join("a.json"), list(None, "second")).unwrap();
    record(&env, "a.json");
    assert!(env.files().contains(&"c.db-wal".to_owned()));
    assert_eq!(published(&env), ["a: second"]);
    drop(reader);
}

#[cfg(unix)]
#[test]
fn read_access_is_enough_to_publish() {
    let env = Env::new().file("a.json", &list(None, "x"));
    record(&env, "a.json");
    // A name that an address would spell otherwise, and a directory of its own for the site.
    std::fs::rename(env.path().join("c.db"), env.path().join("c %41?#.db")).unwrap();
    let out = tempfile::tempdir().unwrap();
    anyone(out.path());
    let site = ["site", "--catalogue", "c %41?#.db", "-o", out.path().to_str().unwrap()];
    let output = env.output_read_only(&site);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(out.path().join("servers/a/x.html").is_file());
    let output = env.output_read_only(&["scan", "a.json", "--catalogue", "c %41?#.db"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("it cannot be written: check the permissions"), "{said}");
    assert_eq!(env.files(), ["a.json", "c %41?#.db"]);
}

#[cfg(unix)]
fn anyone(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
}

/// A server that is started by a script, to be replaced between visits.
#[cfg(unix)]
fn serving(env: Env, how: &str) -> Env {
    env.file("serve", how)
}

#[cfg(unix)]
#[test]
fn a_visit_that_failed_is_remembered_and_shown() {
    let works = format!("exec '{}' half-emoji", crate::hostile::program().display());
    let fails = "echo 'no such key' >&2; exit 1";
    let config = json!({ "mcpServers": { "shop": { "command": "/bin/sh", "args": ["serve"] } } }).to_string();
    let by_config: &[&str] = &["mcp.json"];
    let by_command: &[&str] = &["--", "/bin/sh", "serve"];
    for (target, slug) in [(by_config, "shop"), (by_command, "hostile")] {
        let scan = [&["scan", "--catalogue", "c.db", "--quiet"], target].concat();
        let mut env = serving(Env::new().file("mcp.json", &config), fails);
        assert!(env.run(&scan).starts_with("exit 3\n"));
        assert_eq!(published(&env), [] as [String; 0], "it has no page as long as it only fails");
        env = serving(env, &works);
        assert!(env.run(&scan).starts_with("exit 0\n"));
        let page = |env: &Env| env.read(&format!("out/servers/{slug}/index.html")).unwrap();
        assert_eq!(published(&env).len(), 1);
        assert!(page(&env).contains(", 1 visit</dd>") && !page(&env).contains("<strong>failed</strong>"), "{}", page(&env));
        let listed = tools(&env, slug);
        env = serving(env, fails);
        assert!(env.run(&scan).starts_with("exit 3\n"));
        assert_eq!(published(&env).len(), 1, "a failure is one of the server that worked");
        assert_eq!(tools(&env, slug), listed);
        assert!(page(&env).contains("<strong>failed</strong> on <time") && page(&env).contains("exited)"), "{}", page(&env));
    }
}
