//! Files, configs and URLs, resolved to targets.

use crate::env::Env;
use crate::outcome;
use std::time::Duration;
use toolgrade::scan::{Options, scan};
use toolgrade::target::{Resolved, Target, Typed, resolve};

fn resolve_file(name: &str, text: &str) -> (tempfile::TempDir, Resolved) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let targets = [path.to_str().unwrap().to_owned()];
    let resolved = resolve(&Typed { targets: &targets, ..Typed::default() });
    (folder, resolved)
}

/// A recorded list, scanned; the folder's path becomes `@@`.
#[track_caller]
fn check_recorded(name: &str, text: &str, expected: &str) {
    let (folder, resolved) = resolve_file(name, text);
    let mut scan = scan(resolved.targets, &Options { timeout: Duration::from_secs(60), ..Options::default() });
    scan.failures.splice(0..0, resolved.failures);
    let found = outcome::text(&scan).replace(folder.path().to_str().unwrap(), "@@");
    assert_eq!(found, expected, "for {name}: {text}");
}

/// The entries of a config in short, one a line.
#[track_caller]
fn check_config(name: &str, text: &str, expected: &[&str]) {
    let (folder, resolved) = resolve_file(name, text);
    let mut found: Vec<String> = resolved.targets.iter().map(short).collect();
    found.extend(resolved.failures.iter().map(|failure| format!("! {} {}: {}", failure.target, failure.reason, failure.message)));
    found.extend(resolved.notes.iter().map(|note| format!(". {note}")));
    let folder = folder.path().to_str().unwrap();
    let found: Vec<String> = found.iter().map(|line| line.replace(folder, "@@")).collect();
    assert_eq!(found, expected, "for {text}");
}

fn short(target: &Target) -> String {
    match target {
        Target::Command(target) => {
            format!(
                "{}: {} {:?} {:?} {:?}",
                target.name.as_deref().unwrap_or("-"),
                target.command,
                target.args,
                target.env,
                target.cwd
            )
        }
        Target::Url(target) => {
            format!(
                "{}: {} {:?}{}",
                target.name.as_deref().unwrap_or("-"),
                target.url,
                target.headers,
                if target.sse { " sse" } else { "" }
            )
        }
        Target::Package(target) => {
            format!("{}: {} {:?} {:?}", target.registry, target.package, target.version, target.env)
        }
        Target::Recorded { path, .. } => path.clone(),
    }
}

#[test]
fn recorded_lists_come_in_many_wrappings() {
    let one = "list - complete: 1 tools: a\n";
    check_recorded("list.json", r#"{"tools":[{"name":"a"}]}"#, one);
    check_recorded("list.json", r#"[{"name":"a"}]"#, one);
    check_recorded("list.json", r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}]}}"#, one);
    check_recorded("list.json", "\u{feff}{\"tools\":[{\"name\":\"a\"}]}", one);
    check_recorded("list.json", r#"{"name":"a","inputSchema":{}}"#, one);
    check_recorded("list.json", "{\"tools\":[{\"name\":\"a\",},] // by hand\n}", one);
    check_recorded(
        "list.json",
        r#"{"serverInfo":{"name":"memory-server","version":"1"},"instructions":"x","tools":[{"name":"a"},{"name":"b"}]}"#,
        "memory-server - complete: 2 tools: a b\n",
    );
    check_recorded(
        "list.json",
        r#"{"tools":[{"name":"a"},null],"nextCursor":"2"}"#,
        "list - cut: 1 tools: a\n\
         ! parse malformed-tool: entry 2 of the list is no tool (not a JSON object): the others were read\n\
         ! list more-pages: this is one page of a longer list (`nextCursor`): record every page\n",
    );
    check_recorded(
        "list.json",
        r#"{"tools":[]}"#,
        "list - complete: 0 tools: \n\
         ! list no-tools: the recorded list has no tools: record it with the credentials or arguments that show them\n",
    );
}

#[test]
fn lines_are_grouped_by_server() {
    let lines = "{\"server\":\"x\",\"tool\":{\"name\":\"a\"}}\n\n{\"name\":\"b\"}\n{\"server\":\"y\",\"tool\":{\"name\":\"c\"},\"class\":\"Read\"}\n\
                 {\"server\":\"x\",\"tool\":{\"name\":\"d\"}}\n";
    let grouped = "x - complete: 2 tools: a d\ntools - complete: 1 tools: b\ny - complete: 1 tools: c\n";
    check_recorded("tools.jsonl", lines, grouped);
    check_recorded("tools.txt", lines, grouped);
    check_recorded(
        "tools.jsonl",
        "{\"name\":\"b\"}\nnonsense\n{\"server\":\"x\",\"tool\":7}\n",
        "tools - complete: 1 tools: b\nx - complete: 0 tools: \n\
         ! parse malformed-tool: line 2 is no JSON: the others were read\n\
         ! parse malformed-tool: entry 1 of the list is no tool (not a JSON object): the others were read\n",
    );
    check_recorded("tools.jsonl", "\n", "! list no-tools: `@@/tools.jsonl` lists no tools: expected a line for each\n");
}

#[test]
fn configs_of_many_clients_are_read() {
    let npx = [r#"a: npx ["-y", "x"] {} None"#];
    for key in ["mcpServers", "servers", "context_servers", "mcp", "mcp_servers", "mcp.servers"] {
        check_config("c.json", &format!(r#"{{"{key}":{{"a":{{"command":"npx","args":["-y","x"]}}}}}}"#), &npx);
        check_config("c.json", &format!(r#"{{"{key}":[{{"name":"a","command":["npx","-y"],"args":["x"]}}]}}"#), &npx);
    }
    check_config("c.json", r#"{"mcp":{"servers":{"a":{"command":"npx","args":["-y","x"]}}}}"#, &npx);
    check_config("c.toml", "[mcp_servers.a]\ncommand = \"npx\"\nargs = [\"-y\", \"x\"]\n", &npx);
    check_config(
        "c.toml",
        "[mcp_servers.a]\ncommand = \"npx\"\ntoken = \"quiet\" secret\n",
        &["! @@/c.toml not-toml: `@@/c.toml` is no TOML (line 3: unexpected key or value, expected newline, `#`): correct it"],
    );
    check_config(
        "c.jsonc",
        "\u{feff}{\n// ours\n\"mcpServers\": {\n\"a\": {\"command\": \"run\", \"env\": {\"PORT\": 80, \"ON\": true, \"X\": \"y\"}, \"cwd\": \"/srv\"},\n\
         \"b\": {\"type\": \"sse\", \"url\": \"http://h/sse\"}, /* remote */\n\"c\": {\"httpUrl\": \"https://h/mcp\", \"headers\": {\"K\": \"v\"}},\n\
         \"d\": {\"serverUrl\": \"https://h/mcp\", \"type\": \"streamableHttp\"},\n\"e\": {\"disabled\": true, \"command\": \"x\"},\n\
         \"f\": {\"type\": \"local\", \"command\": [\"bun\", \"x\"], \"environment\": {\"A\": \"b\"}},\n\
         \"g\": {\"command\": {\"path\": \"zed\", \"args\": [\"1\"], \"env\": {\"Z\": \"2\"}}},\n\"h\": {\"uri\": \"ftp://h\"}, \"i\": {}, \"j\": 7,\n},\n}",
        &[
            r#"a: run [] {"ON": "true", "PORT": "80", "X": "y"} Some("/srv")"#,
            "b: http://h/sse [] sse",
            r#"c: https://h/mcp [("K", "v")]"#,
            "d: https://h/mcp []",
            r#"f: bun ["x"] {"A": "b"} None"#,
            r#"g: zed ["1"] {"Z": "2"} None"#,
            "! @@/c.jsonc#h bad-entry: its URL is not http:// or https://: correct it",
            "! @@/c.jsonc#i bad-entry: it has neither a `command` nor a `url`: give it one of them",
            "! @@/c.jsonc#j bad-entry: it has neither a `command` nor a `url`: give it one of them",
            ". @@/c.jsonc#e: it is disabled in its config, so it was skipped",
        ],
    );
}

#[test]
fn configs_may_be_yaml() {
    check_config(
        "config.yaml",
        "extensions:\n  a:\n    type: stdio\n    cmd: npx\n    args: [-y, x]\n    envs: {K: v}\n  b: {type: builtin, enabled: true}\n  \
         c: {type: sse, uri: 'http://h/sse', enabled: true}\n  d: {type: stdio, cmd: x, enabled: false}\n",
        &[
            r#"a: npx ["-y", "x"] {"K": "v"} None"#,
            "c: http://h/sse [] sse",
            ". @@/config.yaml#b: it is built into the client and no server, so it was skipped",
            ". @@/config.yaml#d: it is disabled in its config, so it was skipped",
        ],
    );
    check_config(
        "c.yml",
        "mcpServers:\n  - name: a\n    command: npx\n    args: [-y, x]\n  - {type: streamable-http, url: 'https://h/mcp', requestOptions: {headers: {K: v}}}\n",
        &[r#"a: npx ["-y", "x"] {} None"#, r#"server-2: https://h/mcp [("K", "v")]"#],
    );
    check_config(
        "c.yaml",
        "mcpServers:\n  a: {command: quiet\n",
        &["! @@/c.yaml not-yaml: `@@/c.yaml` is no YAML (unclosed bracket '{' at line 2, column 6): correct it"],
    );
}

#[test]
fn shapes_of_certain_clients_are_read() {
    check_config(
        ".claude.json",
        r#"{"mcpServers":{"a":{"command":"one"}},"projects":{"/w":{"mcpServers":{"b":{"command":"two"}}},"/x":{}}}"#,
        &["a: one [] {} None", "b: two [] {} None"],
    );
    check_config(
        "agent.json",
        r#"{"name":"x","description":"y","tools":["*"],"mcpServers":{"a":{"command":"one"}}}"#,
        &["a: one [] {} None"],
    );
    check_config(".mcp.json", r#"{"a":{"command":"one"},"b":{"url":"https://h/"}}"#, &["a: one [] {} None", "b: https://h/ []"]);
    check_config(
        "mcp.json",
        r#"{"inputs":[{"id":"k","default":"dd"},{"id":"n"}],"servers":{"a":{"command":"x","args":["${input:k}"]},"b":{"command":"x","args":["${input:n}"]}}}"#,
        &[
            r#"a: x ["dd"] {} None"#,
            "! @@/mcp.json#b unset-variable: `${input:n}` is asked of a person by the client: write the value of `n` instead",
        ],
    );
    check_config(
        "config.toml",
        "[mcp_servers.a]\ncommand = \"x\"\nenv_vars = [\"CARGO_PKG_NAME\", \"NO_SUCH_VAR\"]\n[mcp_servers.b]\nurl = \"https://h/\"\n\
         http_headers = { A = \"b\" }\nenv_http_headers = { C = \"CARGO_PKG_NAME\" }\n",
        &[r#"a: x [] {"CARGO_PKG_NAME": "toolgrade"} None"#, r#"b: https://h/ [("A", "b"), ("C", "toolgrade")]"#],
    );
    check_config(
        "c.json",
        r#"{"mcpServers":{"a":{"command":"x","envFile":"absent.env"}}}"#,
        &["! @@/c.json#a bad-entry: its `envFile` cannot be read (`absent.env`): check the path"],
    );
}

#[test]
fn the_place_of_a_config_tells_its_client() {
    let text = r#"{"mcpServers":{"a":{"command":"x","args":["$CARGO_PKG_NAME","${CARGO_PKG_NAME}","${env:CARGO_PKG_NAME}"]}}}"#;
    for (place, args) in [
        ("mcp.json", r#"["$CARGO_PKG_NAME", "toolgrade", "toolgrade"]"#),
        (".gemini/settings.json", r#"["toolgrade", "toolgrade", "${env:CARGO_PKG_NAME}"]"#),
        (".cursor/mcp.json", r#"["$CARGO_PKG_NAME", "${CARGO_PKG_NAME}", "toolgrade"]"#),
        ("claude_desktop_config.json", r#"["$CARGO_PKG_NAME", "toolgrade", "toolgrade"]"#),
        ("Claude/claude_desktop_config.json", r#"["$CARGO_PKG_NAME", "${CARGO_PKG_NAME}", "${env:CARGO_PKG_NAME}"]"#),
    ] {
        let env = Env::new().file(place, text);
        let targets = [env.path().join(place).to_str().unwrap().to_owned()];
        let resolved = resolve(&Typed { targets: &targets, ..Typed::default() });
        assert_eq!(short(&resolved.targets[0]), format!("a: x {args} {{}} None"), "{place}");
    }
}

#[test]
fn variables_are_filled_in_and_never_shown() {
    // Set by cargo for every test.
    let version = env!("CARGO_PKG_VERSION");
    let (_folder, resolved) = resolve_file(
        "c.json",
        r#"{"mcpServers":{
            "a":{"command":"npx","args":["--at","${CARGO_PKG_VERSION}"],"env":{"X":"${env:CARGO_PKG_VERSION}","Y":"$HOME ${NO_SUCH_VAR:-d}"}},
            "b":{"url":"https://h/${CARGO_PKG_VERSION}/mcp"},
            "c":{"command":"x","args":["${NO_SUCH_VAR}"]},
            "d":{"url":"https://h/","headers":{"A":"${input:key}"}}}}"#,
    );
    assert_eq!(short(&resolved.targets[0]), format!(r#"a: npx ["--at", "{version}"] {{"X": "{version}", "Y": "$HOME d"}} None"#));
    assert_eq!(short(&resolved.targets[1]), format!("b: https://h/{version}/mcp []"));
    let failures: Vec<String> =
        resolved.failures.iter().map(|failure| format!("{} {}", failure.reason, failure.message)).collect();
    assert_eq!(
        failures,
        [
            "unset-variable the variable `NO_SUCH_VAR` is not set: set it before the scan",
            "unset-variable `${input:key}` is asked of a person by the client: write the value of `key` instead"
        ]
    );
    let secrets = resolved.targets[0].secrets();
    assert_eq!(secrets.mask_args(&["--at".to_owned(), version.to_owned()]), ["--at", "${CARGO_PKG_VERSION}"]);
}

#[test]
fn what_is_no_target_is_told() {
    let shapes = "expected a recorded tools/list (`{\"tools\": […]}`, a bare array, a JSON-RPC response), a client's config \
                  (`mcpServers`, `servers`, …), a registry's server.json, or a .jsonl of tools";
    check_config("c.json", "{\"a\":1}", &[&format!("! @@/c.json unrecognised: `@@/c.json` is an object with `a`: {shapes}")]);
    check_config("c.json", "7", &[&format!("! @@/c.json unrecognised: `@@/c.json` is no object: {shapes}")]);
    check_config(
        "c.json",
        "{\"mcpServers\":{}}",
        &["! @@/c.json no-servers: `@@/c.json` is a client's config without servers: add one, or name another file"],
    );
    check_config("c.json", " \n", &[&format!("! @@/c.json empty: `@@/c.json` is empty: {shapes}")]);
    let (_folder, broken) = resolve_file("c.json", "{\"a\":");
    assert_eq!(broken.failures[0].reason, "not-json");
    let (_folder, bomb) = resolve_file("c.json", &"[".repeat(100_000));
    assert_eq!(bomb.failures[0].reason, "not-json");

    let targets = ["/no/such/file", "/"].map(str::to_owned);
    let resolved = resolve(&Typed { targets: &targets, ..Typed::default() });
    let failures: Vec<String> =
        resolved.failures.iter().map(|failure| format!("{} {}", failure.reason, failure.message)).collect();
    assert_eq!(failures[0], "not-found no such file: `/no/such/file` is no URL either; a command is typed after `--`");
    assert!(failures[1].starts_with("unreadable "), "{}", failures[1]);
}

#[test]
fn headers_and_variables_reach_what_was_typed() {
    let env =
        Env::new().file("mcp.json", r#"{"mcpServers":{"web":{"url":"https://three.example"},"local":{"command":"server"}}}"#);
    let config = env.path().join("mcp.json").to_str().unwrap().to_owned();
    let command = ["npx", "-y", "x"].map(str::to_owned);
    let headers = ["Authorization: Bearer abcdef:gh".parse().unwrap()];
    let variables = ["A=b=c".parse().unwrap(), "CARGO_PKG_NAME".parse().unwrap()];
    let given = |targets: &[String], command: &[String]| -> Vec<String> {
        resolve(&Typed { targets, command, headers: &headers, env: &variables }).targets.iter().map(short).collect()
    };
    let one = "https://one.example/mcp".to_owned();
    assert_eq!(
        given(&[one, "HTTP://two.example".to_owned(), config.clone()], &command),
        [
            r#"-: https://one.example/mcp [("Authorization", "Bearer abcdef:gh")]"#,
            r#"-: HTTP://two.example [("Authorization", "Bearer abcdef:gh")]"#,
            r#"web: https://three.example []"#,
            r#"local: server [] {} None"#,
            r#"-: npx ["-y", "x"] {"A": "b=c", "CARGO_PKG_NAME": "toolgrade"} None"#,
        ]
    );
    assert_eq!(
        given(&[config], &[]),
        [
            r#"web: https://three.example [("Authorization", "Bearer abcdef:gh")]"#,
            r#"local: server [] {"A": "b=c", "CARGO_PKG_NAME": "toolgrade"} None"#,
        ]
    );
}

#[test]
fn headers_and_variables_are_checked_when_typed() {
    let env = Env::new();
    for wrong in
        [["--header", "nonsense"], ["--header", "a b: c"], ["--header", "a: b\nc"], ["--env", "NO_SUCH_VAR"], ["--env", "=x"]]
    {
        let output = env.output(&["scan", wrong[0], wrong[1], "https://one.example"]);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn packages_are_named_with_or_without_a_version() {
    let targets =
        ["npm:x@1", "npm:@scope/x@1.2.3-rc.1", "npm:@scope/x", "pypi:y", "pypi:y@2.0", "npm:x@latest"].map(str::to_owned);
    let resolved = resolve(&Typed { targets: &targets, ..Typed::default() });
    let found: Vec<String> = resolved.targets.iter().map(short).collect();
    assert_eq!(
        found,
        [
            "npm: x Some(\"1\") {}",
            "npm: @scope/x Some(\"1.2.3-rc.1\") {}",
            "npm: @scope/x None {}",
            "pypi: y None {}",
            "pypi: y Some(\"2.0\") {}",
            "npm: x None {}"
        ]
    );
}

#[test]
fn a_server_json_is_a_target() {
    let server = |ways: &str| {
        format!(
            r#"{{"$schema":"https://static.example.com/2025-12-11/server.schema.json","name":"io.example/mail","description":"Mail","version":"1.0.0",{ways}}}"#
        )
    };
    check_config(
        "server.json",
        &server(r#""remotes":[{"type":"streamable-http","url":"https://mail.example.com/mcp"}]"#),
        &["io.example/mail: https://mail.example.com/mcp []"],
    );
    let package =
        r#""packages":[{"registryType":"npm","identifier":"@example/mail","version":"1.2.3","transport":{"type":"stdio"}}]"#;
    check_config("server.json", &server(package), &[r#"npm: @example/mail Some("1.2.3") {}"#]);
    // A way that cannot be gone leaves the next one.
    let both = format!(r#""remotes":[{{"type":"sse","url":"https://{{tenant}}.example.com/sse"}}],{package}"#);
    check_config("server.json", &server(&both), &[r#"npm: @example/mail Some("1.2.3") {}"#]);
    check_config(
        "server.json",
        &server(r#""remotes":[{"type":"sse","url":"https://{tenant}.example.com/sse"}]"#),
        &[
            "! @@/server.json needs-values: `@@/server.json` cannot be visited: its URL has parts that somebody must choose: tenant",
        ],
    );
    check_config(
        "all.json",
        &format!(r#"{{"servers":[{},{}]}}"#, server(package), server(package).replace("mail", "post")),
        &[
            "! @@/all.json index: `@@/all.json` is an index of 2 servers: `toolgrade crawl --catalogue DB @@/all.json` visits them",
        ],
    );
}
