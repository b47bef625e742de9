//! What is on a machine, and what its agents can call: a home with the configs of many clients.

use crate::env::Env;
use crate::hostile;
use crate::installed::node;
use serde_json::Value;

/// A home, a project beside it, and the caller's `PATH`.
fn machine() -> Env {
    let env = Env::new().var("PATH", &std::env::var("PATH").unwrap()).file("home/.keep", "");
    let home = env.path().join("home").to_str().unwrap().to_owned();
    env.var("HOME", &home)
}

/// As [`machine`], with what people have: the same server in two clients, others by other words, some that cannot be started.
fn furnished() -> Env {
    let memory = serde_json::to_string(&node("@modelcontextprotocol/server-memory")).unwrap();
    let script = node("@modelcontextprotocol/server-memory").remove(1);
    let scripted = hostile::program().to_str().unwrap().to_owned();
    machine()
        .var("MEMORY", "memory.jsonl")
        .var("TOKEN", "quiet-and-secret")
        .file(
            "home/.claude.json",
            &format!(
                r#"{{"numStartups": 7,
                "mcpServers": {{
                    "memory": {{"type": "stdio", "command": "node", "args": ["{script}"], "env": {{"MEMORY_FILE_PATH": "${{MEMORY}}"}}}},
                    "web": {{"type": "http", "url": "http://127.0.0.1:1/mcp?api_key=quiet-and-secret", "headers": {{"Authorization": "Bearer ${{TOKEN}}"}}}}
                }},
                "projects": {{
                    "/srv/shop": {{"mcpServers": {{"old": {{"command": "x"}}}}, "disabledMcpServers": ["old"]}},
                    "/srv/empty": {{}}
                }}}}"#
            ),
        )
        .file(
            "home/.cursor/mcp.json",
            &format!(
                r#"{{ // mine
                "mcpServers": {{
                    "notes": {{"command": "node", "args": ["{script}"], "env": {{"MEMORY_FILE_PATH": "${{env:MEMORY}}"}}, "disabledTools": ["delete_*"]}},
                    "off": {{"command": "touch", "args": ["started"], "disabled": true}},
                    "unset": {{"command": "x", "args": ["--key", "${{env:NO_SUCH}}"]}},
                }}}}"#
            ),
        )
        .file(
            "home/.gemini/settings.json",
            &format!(
                r#"{{"theme": "dark", "mcp": {{"excluded": ["two"]}}, "mcpServers": {{
                    "one": {{"command": "{scripted}", "args": ["paged-not"], "trust": true}},
                    "two": {{"command": "touch", "args": ["started"]}}}}}}"#
            ),
        )
        .file(
            "home/.config/opencode/opencode.json",
            &format!(
                r#"{{"mcp": {{"memory": {{"type": "local", "command": {memory}, "environment": {{"MEMORY_FILE_PATH": "{{env:MEMORY}}"}}}}}}}}"#
            ),
        )
        .file("home/.config/goose/config.yaml", "extensions:\n  developer: {type: builtin, enabled: true}\n  git: {type: stdio, cmd: touch, args: [started], enabled: false}\n")
        .file("home/.codex/config.toml", &format!("model = \"x\"\n[mcp_servers.one]\ncommand = \"{scripted}\"\nargs = [\"paged-not\"]\nenabled_tools = [\"other\"]\n"))
        .file("home/.config/Code/User/settings.json", r#"{"editor.fontSize": 12, "mcp": {"inputs": []}}"#)
        .file("home/.config/Code/User/mcp.json", "{\n  \"servers\": {\n    \"a\": [}\n")
        .file("home/.config/zed/settings.json", r#"{"context_servers": {"ext": {"source": "extension", "settings": {}}}}"#)
        .file(".mcp.json", r#"{"mcpServers": {"theirs": {"command": "touch", "args": ["started"]}}}"#)
        .file("home/.claude/settings.json", r#"{"enabledPlugins": {"git@shop": true, "off@shop": false}}"#)
        .file("home/.claude/plugins/cache/shop/git/1.0/.mcp.json", &format!(r#"{{"git": {{"command": "{scripted}", "args": ["${{CLAUDE_PLUGIN_ROOT}}"]}}}}"#))
        .file("home/.claude/plugins/cache/shop/off/1.0/.claude-plugin/plugin.json", r#"{"name": "off", "mcpServers": "./servers.json"}"#)
        .file("home/.claude/plugins/cache/shop/off/1.0/servers.json", r#"{"mcpServers": {"off": {"command": "touch", "args": ["started"]}}}"#)
}

/// Runs the program; the places of programs stand as `@@LIVE@@` and `@@EXAMPLES@@`, and the letters of grades, which rules decide,
/// as `_`.
fn run(env: &Env, args: &[&str]) -> String {
    let text = env.run(args);
    let live = node("@modelcontextprotocol/server-memory").remove(1);
    let live = live.split("/node_modules/").next().unwrap();
    let programs = hostile::program();
    assert!(!text.contains("quiet-and-secret"), "{text}");
    let text = ["A", "B", "C", "D", "E", "F"].iter().fold(text, |text, letter| {
        text.replace(&format!("grade {letter}"), "grade _").replace(&format!("grade **{letter}**"), "grade **_**")
    });
    text.replace(live, "@@LIVE@@").replace(programs.parent().unwrap().to_str().unwrap(), "@@EXAMPLES@@")
}

#[test]
fn what_is_found_is_listed_and_nothing_is_started() {
    let env = furnished();
    insta::assert_snapshot!(run(&env, &["scan", "--installed", "--list"]));
    insta::assert_snapshot!("what_is_found_as_csv", run(&env, &["scan", "--installed", "--list", "--format", "csv", "--quiet"]));
    insta::assert_snapshot!("what_is_found_as_markdown", run(&env, &["scan", "--installed", "--list", "--format", "markdown"]));
    let output = env.output(&["scan", "--installed", "--list", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let claude = &document["clients"][0];
    assert_eq!((&claude["client"], &claude["configs"][0]["servers"][0]["state"]), (&"claude-code".into(), &"ready".into()));
    assert_eq!(document["failures"].as_array().unwrap().len(), 2);
    let lines = String::from_utf8(env.output(&["scan", "--installed", "--list", "--format", "jsonl"]).stdout).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let servers = document["clients"].as_array().unwrap().iter().flat_map(|client| client["configs"].as_array().unwrap());
    assert_eq!(lines.len(), servers.map(|config| config["servers"].as_array().unwrap().len()).sum::<usize>());
    assert!(!env.files().contains(&"started".to_owned()), "{:?}", env.files());
}

#[test]
fn the_stack_of_a_machine() {
    let env = furnished();
    insta::assert_snapshot!(run(&env, &["scan", "--installed", "--quiet"]));
    assert!(!env.files().contains(&"started".to_owned()), "{:?}", env.files());
}

#[test]
fn the_stack_in_other_formats() {
    let env = furnished();
    let rows = String::from_utf8(env.output(&["scan", "--installed", "--quiet", "--format", "csv"]).stdout).unwrap();
    assert!(rows.starts_with("client,server,name,class,severity,score,"), "{rows}");
    let rows: Vec<&str> = rows.lines().collect();
    assert_eq!(rows.len(), 1 + 10 + 6 + 1 + 9);
    assert!(
        rows.iter().any(|row| row.starts_with("cursor,memory,create_entities,Write,") && row.ends_with(",false")),
        "{rows:?}"
    );
    assert!(rows.iter().any(|row| row.starts_with("gemini-cli,one,only,Read,") && row.ends_with(",true")), "{rows:?}");
    insta::assert_snapshot!("the_stack_as_markdown", run(&env, &["scan", "--installed", "--quiet", "--format", "markdown"]));
    let output = env.output(&["scan", "--installed", "--format", "json"]);
    assert_eq!(output.status.code(), Some(3));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let client = |id: &str| document["clients"].as_array().unwrap().iter().find(|client| client["client"] == id).unwrap();
    let cursor = &client("cursor")["configs"][0]["servers"][0];
    assert_eq!(cursor["server"], "memory");
    assert_eq!(cursor["hidden"], serde_json::json!(["delete_entities", "delete_observations", "delete_relations"]));
    assert_eq!(client("gemini-cli")["configs"][0]["servers"][0]["unasked"], serde_json::json!(["only"]));
    let names: Vec<&str> =
        document["servers"].as_array().unwrap().iter().map(|server| server["server"].as_str().unwrap()).collect();
    assert_eq!(names, ["memory", "git", "one"]);
    let lines = String::from_utf8(env.output(&["scan", "--installed", "--format", "jsonl"]).stdout).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let clients: Vec<&str> =
        first["clients"].as_array().unwrap().iter().map(|client| client["client"].as_str().unwrap()).collect();
    assert_eq!(clients, ["claude-code", "cursor", "opencode"]);
    // What will be started is said before it is.
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("Claude Code\n  ~/.claude.json"), "{said}");
}

#[test]
fn servers_of_projects_are_visited_when_asked_for() {
    let env = furnished();
    run(&env, &["scan", "--installed", "--projects", "--quiet"]);
    assert!(env.files().contains(&"started".to_owned()), "{:?}", env.files());
}

#[test]
fn a_machine_without_clients_is_no_error() {
    insta::assert_snapshot!(machine().run(&["scan", "--installed", "--quiet"]), @"
    exit 0
    --- stdout
    No config of an MCP client was found.
    ");
    assert_eq!(machine().run(&["scan", "--installed", "--list"]), machine().run(&["scan", "--installed", "--quiet"]));
    let homeless = Env::new().var("HOME", "").run(&["scan", "--installed"]);
    // Where the system knows a home of its own, that one is taken.
    assert!(
        homeless.starts_with("exit 0\n") || homeless.starts_with("exit 1\n") || homeless.starts_with("exit 3\n"),
        "{homeless}"
    );
}

#[test]
fn what_does_not_go_together_is_refused() {
    let env = machine();
    for args in [
        &["scan", "--installed", "x.json"][..],
        &["scan", "--installed", "--header", "A: b"],
        &["scan", "--installed", "--env", "A=b"],
        &["scan", "--list", "x.json"],
        &["scan", "--projects", "x.json"],
        &["scan", "--installed", "--list", "--explain"],
        &["scan", "--installed", "--", "x"],
    ] {
        assert_eq!(env.output(args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_policy_covers_all_that_is_installed() {
    let env = furnished();
    let output = env.output(&["policy", "--installed", "--quiet"]);
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(policy.to_string().contains("delete_entities"), "{policy}");
}

#[test]
fn what_is_installed_is_a_source_of_a_crawl() {
    let scripted = hostile::program().to_str().unwrap().to_owned();
    let config = |name: &str| format!(r#"{{"mcpServers": {{"one": {{"command": "{scripted}", "args": ["{name}"]}}}}}}"#);
    let env = machine()
        .file("home/.cursor/mcp.json", &config("paged-not"))
        .file("home/.gemini/settings.json", &config("paged-not"))
        .file("home/.codex/config.toml", "[mcp_servers.gone]\ncommand = \"/no/such/program\"\n")
        .file(".mcp.json", r#"{"mcpServers": {"theirs": {"command": "touch", "args": ["started"]}}}"#);
    let args = ["crawl", "--catalogue", "c.db", "--installed", "--retries", "0"];
    let said = run(&env, &args).replace(" + landlock", "");
    insta::assert_snapshot!(said);
    // What is fresh is left alone; the same servers are the same targets.
    let said = env.run(&[&args[..], &["--quiet"]].concat());
    assert_eq!(said, "exit 3\n");
    let said = run(&env, &[&args[..], &["--max-age", "0s", "--log", "json"]].concat());
    let summary: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&summary["visits"], &summary["targets"]["seen"], &summary["targets"]["failed"]),
        (&2.into(), &1.into(), &1.into())
    );
    assert!(!env.files().contains(&"started".to_owned()), "{:?}", env.files());
    let said = env.run(&[&args[..], &["--projects", "--max-age", "0s", "--quiet"]].concat());
    assert!(said.starts_with("exit 3\n"), "{said}");
    let said = env.run(&["crawl", "--catalogue", "c.db", "--installed", "mcp.json"]);
    assert!(said.starts_with("exit 2\n"), "{said}");
}
