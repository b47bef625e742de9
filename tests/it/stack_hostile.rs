//! Configs of the machine that are no configs: each is told by its place, none costs another.

use crate::env::Env;
use std::fs;
use std::path::Path;

/// A home with one config that is right, and what a test puts beside it as the config of Cursor.
#[track_caller]
fn check(put: impl FnOnce(&Path), expected: &str) {
    let env = Env::new().file("home/.kiro/settings/mcp.json", r#"{"mcpServers":{"good":{"url":"https://one.example"}}}"#);
    let home = env.path().join("home").to_str().unwrap().to_owned();
    let env = env.var("HOME", &home);
    let config = env.path().join("home/.cursor/mcp.json");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    put(&config);
    let output = env.output(&["scan", "--installed", "--list"]);
    let (found, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(found.contains("good  http  https://one.example"), "{found}");
    assert!(said.starts_with("error: ~/.cursor/mcp.json") && said.contains(expected) && said.len() < 1000, "{said}");
    assert_eq!((output.status.code(), said.lines().count()), (Some(3), 1), "{said}");
}

#[track_caller]
fn check_text(text: &str, expected: &str) {
    check(|path| fs::write(path, text).unwrap(), expected);
}

#[test]
fn what_is_no_file() {
    check(|path| fs::create_dir(path).unwrap(), "`~/.cursor/mcp.json` is no file: remove it, or put the config in its place");
    check(
        |path| std::os::unix::fs::symlink(path, path).unwrap(),
        "`~/.cursor/mcp.json` cannot be read (Too many levels of symbolic links",
    );
    check(|path| std::os::unix::fs::symlink("/dev/zero", path).unwrap(), "is no file");
    check(
        |path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()),
        "`~/.cursor/mcp.json` is no file",
    );
}

#[test]
fn what_is_too_large() {
    check(|path| fs::File::create(path).unwrap().set_len(100 << 30).unwrap(), "`~/.cursor/mcp.json` is larger than 64 MiB");
}

#[test]
fn what_is_no_text() {
    check(
        |path| fs::write(path, b"{\n\n\"a\": \"\xff\"}").unwrap(),
        "`~/.cursor/mcp.json` is no UTF-8 text (line 3): save it in UTF-8",
    );
}

#[test]
fn what_is_no_json() {
    check_text("{\n  \"mcpServers\": {\n    \"a\": nonsense\n", "line 3 column 10");
    check_text(&"[".repeat(1_000_000), "cannot be read");
    check_text(&format!("{{\"mcpServers\":{}", "{\"a\":".repeat(100_000)), "cannot be read");
    check_text("{\"mcpServers\": \"none\"}", "`mcpServers` holds no servers: make it a map of names to servers");
    check_text("{\"mcpServers\": {\"a\\u001b[2J\": 7}}", "it has neither a `command` nor a `url`");
}

#[test]
fn what_a_server_is_called_does_not_reach_the_terminal() {
    let env = Env::new()
        .file("home/.cursor/mcp.json", r#"{"mcpServers":{"a\u001b[2J\u202e":{"command":"x\u001b[2J","args":["\u009b"]}}}"#);
    let home = env.path().join("home").to_str().unwrap().to_owned();
    let env = env.var("HOME", &home);
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        for args in [&["scan", "--installed", "--list", "--format", format][..], &["scan", "--installed", "--format", format]] {
            let text = env.run(args);
            assert!(
                !text.contains(|character| character != '\n' && toolgrade::sanitize::is_hostile(character)),
                "{format}: {text}"
            );
        }
    }
}

#[test]
fn yaml_and_toml_that_grow() {
    let bomb: String = std::iter::once("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned())
        .chain((1..12).map(|level| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(","))))
        .collect();
    let deep = |open: &str| open.repeat(200_000);
    for (place, text) in [
        (".config/goose/config.yaml", format!("{bomb}extensions: *a11\n")),
        (".config/goose/config.yaml", format!("extensions: {}", deep("["))),
        (".config/goose/config.yaml", format!("extensions: {}", deep("{a: "))),
        (".config/goose/config.yaml", deep("- ")),
        (".codex/config.toml", format!("mcp_servers = {}", deep("["))),
        (".codex/config.toml", format!("mcp_servers = {}", deep("{a = "))),
        (".codex/config.toml", format!("[{}a]", "a.".repeat(100_000))),
    ] {
        let env = Env::new().file(&format!("home/{place}"), &text);
        let home = env.path().join("home").to_str().unwrap().to_owned();
        let output = env.var("HOME", &home).output(&["scan", "--installed", "--list"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with(&format!("error: ~/{place}: parse: `~/{place}` ")) && said.len() < 2000, "{place}: {said}");
        assert_eq!(output.status.code(), Some(3), "{place}");
    }
}

#[test]
fn folders_that_lead_into_themselves_end() {
    let env =
        Env::new().file("home/.claude/plugins/cache/.keep", "").file("home/.continue/mcpServers/a.yaml", "mcpServers: []\n");
    let home = env.path().join("home");
    std::os::unix::fs::symlink(&home, home.join(".claude/plugins/cache/loop")).unwrap();
    std::os::unix::fs::symlink(home.join(".continue"), home.join(".continue/mcpServers/b.yaml")).unwrap();
    let env = env.var("HOME", home.to_str().unwrap());
    let text = env.run(&["scan", "--installed", "--list"]);
    assert!(text.contains("~/.continue/mcpServers/b.yaml` is no file") && text.contains("a.yaml"), "{text}");
}
