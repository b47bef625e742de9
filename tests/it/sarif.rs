//! SARIF, against its schema.

use crate::env::Env;
use crate::graded::{Build as _, Grow as _, Judge as _, raw_tool, server, tool};
use serde_json::{Value, json};
use std::sync::LazyLock;
use toolgrade::failure::{Failure, Stage};
use toolgrade::listing::Source;
use toolgrade::report::{Report, safe_json, sarif};
use toolgrade::sanitize::is_hostile;
use toolgrade::verdict::Class;

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sarif-2.1.0.json");
    // A bracket that its pattern for languages does not open is one that this reader of patterns wants escaped.
    let text = std::fs::read_to_string(path).unwrap().replace("{2}]?$", r"{2}\\]?$");
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    // Its draft does not know the format of relative URIs that it asks for; a later one does.
    schema.as_object_mut().unwrap().retain(|key, _| key != "$schema" && key != "id");
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft7);
    options.should_validate_formats(true).build(&schema).unwrap()
});

/// The document, which is valid.
#[track_caller]
fn valid(text: &str) -> Value {
    assert!(!text.contains(|character| character != '\n' && is_hostile(character)), "{text}");
    let document: Value = serde_json::from_str(text).unwrap();
    let wrong: Vec<String> = SCHEMA.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:?}\n{text}");
    document
}

#[track_caller]
fn written(report: &Report) -> Value {
    let mut out = Vec::new();
    sarif::write(report, None, &mut out).unwrap();
    valid(&String::from_utf8(out).unwrap())
}

fn report() -> Report {
    let drop = raw_tool(json!({ "name": "drop_table\u{202e}", "description": "Drops a table." }))
        .class(Class::Destructive)
        .because("delete-data", "name", "drop")
        .because("delete-data", "description", "Drops")
        .signal("bulk", "Bulk operation");
    let read = tool("list_tables").because("list-things", "name", "list");
    let failure = Failure {
        target: "x\u{1b}[2J".to_owned(),
        stage: Stage::Connect,
        reason: "timeout".to_owned(),
        message: "no answer".to_owned(),
    };
    Report { servers: vec![server("shop").tool(read).tool(drop)], failures: vec![failure] }
}

#[test]
fn the_validator_says_no() {
    for wrong in [json!({}), json!({ "version": "2.1.0", "runs": [{}] }), json!({ "version": "2", "runs": [] })] {
        assert!(!SCHEMA.is_valid(&wrong), "{wrong}");
    }
    let mut document = written(&report());
    document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = json!("a b");
    assert!(!SCHEMA.is_valid(&document));
}

#[test]
fn results_are_what_may_do_harm_with_the_words_that_decided() {
    let document = written(&report());
    let mut results = document["runs"][0]["results"].clone();
    for result in results.as_array_mut().unwrap() {
        let fingerprint = result["partialFingerprints"]["toolgrade/v1"].take();
        assert_eq!(fingerprint.as_str().unwrap().len(), 16);
    }
    let mut text = Vec::new();
    safe_json::pretty(&mut text, &results).unwrap();
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
    let run = &document["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"], "x\u{1b}\\[2J: connect: no answer");
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!((&rule["id"], &rule["defaultConfiguration"]["level"]), (&json!("delete-data"), &json!("error")));
}

#[test]
fn a_server_brings_no_links() {
    let evil = raw_tool(json!({ "name": "[x](https://evil.example){0}" })).signal("bulk", "Bulk");
    let document = written(&Report { servers: vec![server("shop").tool(evil)], failures: Vec::new() });
    let message = &document["runs"][0]["results"][0]["message"];
    assert_eq!(message["text"], r"Bulk (shop/\[x\](https://evil.example){{0}})");
}

#[test]
fn a_result_is_known_again_until_its_words_change() {
    let prints = |report: &Report| -> Vec<Value> {
        let document = written(report);
        let results = document["runs"][0]["results"].as_array().unwrap();
        results.iter().map(|result| result["partialFingerprints"]["toolgrade/v1"].clone()).collect()
    };
    let before = prints(&report());
    assert_eq!(before, prints(&report()));
    assert_ne!(before[0], before[1]);
    let changed = report().with(|report| report.servers[0].tools[1].verdict.findings[0].evidence.truncate(1));
    assert_ne!(before[0], prints(&changed)[0]);
}

#[test]
fn the_program_writes_it() {
    let tools = json!([
        { "name": "delete_user", "description": "Deletes a user for ever.", "inputSchema": { "type": "object", "properties": { "id": { "type": "string" } } } },
        { "name": "list_users", "description": "Lists users." },
    ]);
    let env = Env::new().recorded("my tools.json", &tools);
    let output = env.output(&["scan", "my tools.json", "absent.json", "--format", "sarif", "--fail-on", "critical"]);
    assert_eq!(output.status.code(), Some(3));
    let document = valid(&String::from_utf8(output.stdout).unwrap());
    let run = &document["runs"][0];
    let place = &run["results"][0]["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "my%20tools.json");
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "my-tools/delete_user");
    assert_eq!(run["results"][0]["level"], "error");
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().len(), 1);
}

#[test]
fn every_rule_makes_a_valid_descriptor() {
    let mut all = tool("x");
    for rule in toolgrade::rules::all() {
        all = all.signal(&rule.id, &rule.title);
    }
    let document = written(&Report { servers: vec![server("x").tool(all)], failures: Vec::new() });
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), toolgrade::rules::all().len());
    assert!(rules.iter().all(|rule| !rule["fullDescription"]["text"].as_str().unwrap().is_empty()));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, cases: 64, ..Default::default() })]

    #[test]
    fn anything_is_valid(name in "\\PC{1,40}", path in "\\PC{0,40}", rest in "[a-z%#?&\\[\\]{}$:/@ é-]{0,30}", version in "\\PC{0,9}") {
        let hostile = || raw_tool(json!({ "name": name, "description": path })).signal(&path, &name);
        let file = server(&name).tool(hostile()).with(|server| server.server.source = Source::File { path: path.clone() });
        let url = server(&version).tool(hostile()).with(|server| {
            server.server.source = Source::Http { url: format!("https://h.example/{rest}"), transport: version.clone() };
        });
        let process = server(&path).tool(hostile()).with(|server| {
            server.server.source = Source::Stdio { command: name.clone(), args: Vec::new(), env: Vec::new() };
        });
        written(&Report { servers: vec![file, url, process], failures: Vec::new() });
    }
}
