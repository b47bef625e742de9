//! The program as people and scripts run it.

use crate::env::Env;
use serde_json::{Value, json};

fn notes() -> Value {
    json!([
        { "name": "list_notes", "description": "Lists notes." },
        { "name": "add_note", "description": "Adds a note.", "inputSchema": { "type": "object", "properties": { "text": { "type": "string" } } } },
    ])
}

/// The status a run ends with.
#[track_caller]
fn exits(env: &Env, args: &[&str], code: i32) {
    assert_eq!(env.output(args).status.code(), Some(code), "{}", env.run(args));
}

#[test]
fn help_of_every_subcommand() {
    let env = Env::new();
    let mut text = env.run(&["--help"]);
    let commands = ["scan", "classify", "eval", "rules", "policy", "policy check", "policy test", "policy diff", "site"];
    for command in commands {
        let args: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        text.push_str(&format!("\n=== {command}\n{}", env.run(&args)));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_recorded_list_in_every_format() {
    let env = Env::new().recorded("notes.json", &notes());
    for format in ["table", "json", "jsonl", "csv", "markdown", "sarif"] {
        let output = env.output(&["scan", "notes.json", "--format", format, "--quiet"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{format}");
        assert!(text.contains("list_notes") && text.contains("add_note") && text.ends_with('\n'), "{format}: {text}");
    }
    assert_eq!(env.output(&["scan", "notes.json"]).stdout, env.output(&["scan", "notes.json", "--format", "table"]).stdout);
}

#[test]
fn servers_come_in_the_order_of_their_targets_with_slugs_of_their_own() {
    let env = Env::new().recorded("b.json", &notes()).recorded("a.json", &notes());
    let output = env.output(&["scan", "b.json", "a.json", "b.json", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let slugs: Vec<&str> =
        document["servers"].as_array().unwrap().iter().map(|server| server["server"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["b", "a", "b-2"]);
}

#[test]
fn a_target_that_fails_costs_no_other_one() {
    let env = Env::new().recorded("notes.json", &notes());
    for quiet in [&[][..], &["--quiet"]] {
        let output = env.output(&[&["scan", "absent.json", "notes.json", "--format", "json"], quiet].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["servers"][0]["tools"].as_array().unwrap().len(), 2);
        assert_eq!(document["failures"][0]["target"], "absent.json");
        assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: absent.json: "));
        assert_eq!(output.status.code(), Some(3));
    }
}

#[test]
fn a_document_is_printed_even_when_every_target_failed() {
    let output = Env::new().output(&["scan", "absent.json", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["servers"], document["failures"].as_array().unwrap().len()), (&json!([]), 1));
}

#[test]
fn an_empty_list_is_a_result_and_a_failure() {
    let env = Env::new().recorded("none.json", &json!([]));
    insta::assert_snapshot!(env.run(&["scan", "none.json"]), @"
    exit 3
    --- stdout
    none · no tools
    none.json · recorded

    0 tools: 0 Read, 0 Write, 0 Execute, 0 Destructive, 0 Financial · 0 tokens
    --- stderr
    error: none.json: list: the recorded list has no tools: record it with the credentials or arguments that show them
    ");
}

#[test]
fn fail_on_takes_any_case_and_incomplete_wins_over_it() {
    let env = Env::new().recorded("notes.json", &notes());
    for least in ["read", "READ", "Low", "low"] {
        exits(&env, &["scan", "notes.json", "--fail-on", least], 10);
    }
    exits(&env, &["scan", "notes.json", "--fail-on", "Financial"], 0);
    exits(&env, &["scan", "notes.json", "absent.json", "--fail-on", "read"], 3);
    exits(&env, &["scan", "notes.json", "--fail-on", "harmless"], 2);
    exits(&env, &["scan"], 2);
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let tools = json!([{ "name": "x\u{1b}]0;owned\u{7}\u{202e}", "description": "\u{9b}2J" }]);
    let env = Env::new().recorded("evil.json", &tools);
    for format in ["table", "json", "jsonl", "csv", "markdown", "sarif"] {
        let text = env.run(&["scan", "evil.json", "--explain", "--format", format]);
        assert!(!text.contains(|character| character != '\n' && toolgrade::sanitize::is_hostile(character)), "{format}: {text}");
    }
}

#[test]
fn colour_stays_out_of_pipes_unless_it_is_asked_for() {
    let coloured = |env: Env| env.recorded("notes.json", &notes()).run(&["scan", "notes.json"]).contains('\u{1b}');
    assert!(!coloured(Env::new()));
    assert!(coloured(Env::new().var("CLICOLOR_FORCE", "1")));
    assert!(!coloured(Env::new().var("NO_COLOR", "1")));
}

#[test]
fn a_policy_goes_to_standard_output_or_into_a_file() {
    let env = Env::new().recorded("notes.json", &notes());
    let output = env.output(&["policy", "notes.json"]);
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((policy["version"].as_str(), policy["tools"].as_object().unwrap().len()), (Some("1"), 2));
    exits(&env, &["policy", "notes.json", "-o", "policy.json"], 0);
    assert_eq!(env.read("policy.json").unwrap().into_bytes(), output.stdout);
    assert_eq!(env.files(), ["notes.json", "policy.json"]);
}

#[test]
fn a_policy_of_a_partly_failed_scan_says_what_it_does_not_cover() {
    let env = Env::new().recorded("notes.json", &notes());
    let text = env.run(&["policy", "notes.json", "absent.json", "-o", "policy.json"]);
    assert!(text.starts_with("exit 3\n") && text.contains("warning: the policy does not cover absent.json\n"), "{text}");
    assert!(env.read("policy.json").is_some());
}

#[test]
fn no_policy_without_a_server() {
    let env = Env::new().file("policy.json", "before");
    let text = env.run(&["policy", "absent.json", "-o", "policy.json"]);
    assert!(text.starts_with("exit 1\n") && text.contains("no server was read"), "{text}");
    assert_eq!(env.read("policy.json").as_deref(), Some("before"));
    assert_eq!(env.files(), ["policy.json"]);
}

#[test]
fn a_policy_that_cannot_be_written_is_an_error_that_names_the_file() {
    let env = Env::new().recorded("notes.json", &notes());
    let text = env.run(&["policy", "notes.json", "-o", "absent/policy.json"]);
    assert!(text.starts_with("exit 1\n") && text.contains("cannot write `absent/policy.json`"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_policy_goes_into_a_writable_file_of_a_directory_that_is_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = Env::new().recorded("notes.json", &notes()).file("policy.json", "before, and longer than what comes after");
    let anyone = std::fs::Permissions::from_mode(0o666);
    std::fs::set_permissions(env.path().join("policy.json"), anyone).unwrap();
    let output = env.output_read_only(&["policy", "notes.json", "-o", "policy.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(env.read("policy.json").unwrap().into_bytes(), env.output(&["policy", "notes.json"]).stdout);
    let output = env.output_read_only(&["policy", "notes.json", "-o", "new.json"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.starts_with("error: cannot write `new.json`: "), "{said}");
    assert_eq!(env.files(), ["notes.json", "policy.json"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let tools: Vec<Value> = (0..20_000).map(|number| json!({ "name": format!("tool_{number}") })).collect();
    let env = Env::new().recorded("many.json", &Value::Array(tools));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_toolgrade"))
        .args(["scan", "many.json", "--quiet", "--format", "json"])
        .current_dir(env.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_name_that_servers_share_gets_the_graver_rule_once() {
    let graver = json!([{ "name": "notes", "description": "Deletes notes." }, { "name": "add_note" }]);
    let milder = json!([{ "name": "notes", "description": "Lists notes." }, { "name": "add_note" }]);
    for (first, second) in [(&graver, &milder), (&milder, &graver)] {
        let env = Env::new().recorded("a.json", first).recorded("b.json", second);
        let policy: Value = serde_json::from_slice(&env.output(&["policy", "a.json", "b.json"]).stdout).unwrap();
        assert_eq!(policy["hide"], json!(["notes"]));
        assert_eq!(policy["tools"].as_object().unwrap().keys().collect::<Vec<_>>(), ["add_note"]);
    }
}

#[test]
fn a_catalogue_that_cannot_be_written_does_not_cost_the_report() {
    let env = Env::new().recorded("notes.json", &notes());
    exits(&env, &["scan", "notes.json", "--catalogue", "c.db"], 0);
    let catalogue = rusqlite::Connection::open(env.path().join("c.db")).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON observations BEGIN SELECT RAISE(ABORT, 'no space left'); END";
    catalogue.execute_batch(full).unwrap();
    let output = env.output(&["scan", "notes.json", "--catalogue", "c.db", "--format", "json", "--quiet"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["servers"][0]["tools"].as_array().unwrap().len(), 2);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: cannot record notes in `c.db`: ") && said.contains("no space left"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_policy_is_not_written_through_a_link_that_waits_for_it() {
    let env = Env::new().recorded("notes.json", &notes()).file("victim", "before");
    // The shell's id is the program's, so the link has the name of its draft.
    let script = "ln -s victim .policy.json.$$.tmp && exec \"$0\" policy notes.json -o policy.json";
    let mut shell = std::process::Command::new("sh");
    let status = shell.args(["-c", script, env!("CARGO_BIN_EXE_toolgrade")]).current_dir(env.path()).status().unwrap();
    assert_eq!((status.code(), env.read("victim").as_deref(), env.read("policy.json")), (Some(1), Some("before"), None));
}

#[test]
fn classify_answers_every_line_in_order() {
    let lines = [
        r#"{"name":"list_notes"}"#,
        "",
        "no JSON",
        r#"{"server":"s","tool":{"name":"drop_table"},"more":1}"#,
        r#"{"server":"s","tool":5}"#,
        "{\"name\":\"a\\u202eb\"}",
    ];
    let env = Env::new().file("tools.jsonl", &lines.join("\n"));
    insta::assert_snapshot!(env.run(&["classify", "--brief", "tools.jsonl"]), @r#"
    exit 3
    --- stdout
    {"server":null,"name":"list_notes","class":"Read","severity":"Low"}
    {"line":3,"error":"no JSON: expected ident at line 1 column 2"}
    {"server":"s","name":"drop_table","class":"Destructive","severity":"Critical"}
    {"line":5,"error":"no tool: not a JSON object"}
    {"server":null,"name":"a\u202eb","class":"Read","severity":"Low"}
    "#);
    let text = env.run(&["classify", "."]);
    assert!(text.starts_with("exit 1\n") && text.contains("`.`"), "{text}");
}

/// Lines that are long, or many of one server, are graded in batches: none is lost, and they stay in order.
#[test]
fn classify_keeps_the_order_over_batches() {
    let long = "x".repeat(1 << 20);
    let line =
        |number: i32| json!({ "server": (number / 30).to_string(), "tool": { "name": format!("long_{number}") }, "x": long });
    let mut lines: Vec<String> = (0..40).map(|number| line(number).to_string()).collect();
    lines.extend((0..9000).map(|number| json!({ "server": "one", "tool": { "name": format!("tool_{number}") } }).to_string()));
    let env = Env::new().file("tools.jsonl", &lines.join("\n"));
    let output = String::from_utf8(env.output(&["classify", "--brief", "tools.jsonl"]).stdout).unwrap();
    let named = |text: &str| serde_json::from_str::<Value>(text).map(|line| line["name"].clone()).unwrap();
    let wanted = (0..40).map(|number| format!("long_{number}")).chain((0..9000).map(|number| format!("tool_{number}")));
    assert!(output.lines().map(named).eq(wanted.map(Value::from)));
}

#[test]
fn eval_measures_in_words_and_as_data() {
    let miss = "{\"server\":\"s\",\"class\":\"Read\",\"tool\":{\"name\":\"delete_\u{9b}2J\"}}";
    let env = Env::new().file("gold.jsonl", miss);
    let words = env.run(&["eval", "gold.jsonl"]);
    assert!(words.contains("\n1 tool · strict 0.0000") && words.contains("\n1 miss\n"), "{words}");
    let data = env.output(&["eval", "gold.jsonl", "--format", "json"]).stdout;
    let measured: Value = serde_json::from_slice(&data).unwrap();
    assert_eq!((&measured["strict"], &measured["misses"][0]["name"]), (&json!(0.0), &json!("delete_\u{9b}2J")));
    assert!(!words.contains('\u{9b}') && !String::from_utf8(data).unwrap().contains('\u{9b}'));
}
