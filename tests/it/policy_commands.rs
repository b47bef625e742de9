//! `policy check`, `policy test` and `policy diff`, as people and scripts run them.

use crate::env::Env;
use serde_json::{Value, json};

const SAPO: &str = include_str!("../data/recorded/sapo-mcp.json");

/// A policy that leaves things open.
const LOOSE: &str = r#"{
  "version": "1",
  "default": "allow",
  "hide": ["delete_customer", "delete_all"],
  "tools": {
    "create_refund": {
      "require": [{ "path": "args.amount", "op": "lte", "value": 100 }, { "path": "args.amount", "op": "gt", "value": 0 }],
      "deny_if": [
        { "path": "args.currency", "op": "neq", "value": "VND" },
        { "path": "args.note", "op": "regex", "value": "test" }
      ]
    },
    "create_custmer": {},
    "create_customer": { "limits": [{ "counter": "rate", "window": "minute", "max": 90, "scope": "grant" }] },
    "delete_price_rule": { "limits": [{ "counter": "rate", "window": "day", "max": 5 }] },
    "cancel_order": { "deny_if": [{ "path": "args.force", "op": "eq", "value": true }] },
    "delete_customer": { "limits": [{ "counter": "rate", "window": "day", "max": 5 }] }
  }
}
"#;

/// A recorded shop of few tools.
fn shop() -> Value {
    let document: Value = serde_json::from_str(SAPO).unwrap();
    let wanted = [
        "create_customer",
        "get_order",
        "create_refund",
        "cancel_order",
        "delete_customer",
        "delete_price_rule",
        "create_article",
    ];
    let tools = document["tools"].as_array().unwrap().iter();
    tools.filter(|tool| wanted.contains(&tool["name"].as_str().unwrap())).cloned().collect()
}

fn env() -> Env {
    Env::new().recorded("shop.json", &shop()).file("loose.json", LOOSE)
}

#[test]
fn a_generated_policy_has_nothing_questionable_and_proves_its_claim() {
    let env = Env::new().file("shop.json", SAPO);
    env.output(&["policy", "shop.json", "-o", "policy.json"]);
    let text = env.run(&["policy", "check", "policy.json", "shop.json", "--prove"]);
    assert!(text.starts_with("exit 0\n") && text.contains("\n0 dangers, 0 warnings\n"), "{text}");
    assert!(text.contains("\nproved: no Destructive or Financial tool is callable without a matching rule\n"), "{text}");
    // Read again and written again it is the same.
    let written = env.read("policy.json").unwrap();
    let policy = crate::policy::policy(&written);
    assert_eq!(serde_json::to_string_pretty(&Value::from(&policy)).unwrap() + "\n", written);
}

#[test]
fn a_policy_by_itself() {
    insta::assert_snapshot!(env().run(&["policy", "check", "loose.json"]));
}

#[test]
fn what_a_policy_leaves_open_on_a_server() {
    insta::assert_snapshot!(env().run(&["policy", "check", "loose.json", "shop.json", "--prove"]));
}

#[test]
fn findings_as_data() {
    insta::assert_snapshot!(env().run(&["policy", "check", "loose.json", "shop.json", "--format", "json", "--prove"]));
}

#[test]
fn a_file_that_is_no_policy_is_an_error_everywhere() {
    let env = env()
        .file("bad.json", "{\n  \"version\": \"1\",\n  \"defualt\": \"deny\",\n  \"hide\": \"x\"\n}\n")
        .file("calls.jsonl", "");
    insta::assert_snapshot!(env.run(&["policy", "check", "bad.json"]), @r"
    exit 1
    --- stderr
    error: bad.json: line 3, column 3: `defualt` is no field of a policy: did you mean `default`?
    error: bad.json: line 4, column 11: `hide` must be a list, not a text
    ");
    insta::assert_snapshot!(env.run(&["policy", "check", "bad.json", "--format", "json"]), @r#"
    exit 1
    --- stdout
    {
      "toolgrade": "@@VERSION@@",
      "policy": "bad.json",
      "valid": false,
      "problems": [
        {
          "line": 3,
          "column": 3,
          "message": "`defualt` is no field of a policy: did you mean `default`?"
        },
        {
          "line": 4,
          "column": 11,
          "message": "`hide` must be a list, not a text"
        }
      ],
      "findings": []
    }
    --- stderr
    error: bad.json: line 3, column 3: `defualt` is no field of a policy: did you mean `default`?
    error: bad.json: line 4, column 11: `hide` must be a list, not a text
    "#);
    for args in [&["policy", "test", "bad.json", "calls.jsonl"][..], &["policy", "diff", "loose.json", "bad.json"]] {
        let text = env.run(args);
        assert!(text.starts_with("exit 1\n--- stderr\nerror: bad.json: line 3, column 3: "), "{text}");
    }
    for (args, said) in [
        (&["policy", "check", "absent.json"][..], "cannot read `absent.json`: give a policy file, or `-`"),
        (&["policy", "test", "loose.json", "absent.jsonl"], "cannot open `absent.jsonl`: give a file of JSON Lines, or `-`"),
        (&["policy", "test", "-", "-"], "standard input cannot be both"),
        (&["policy", "diff", "-", "-"], "standard input cannot be both"),
        (&["policy", "check", "loose.json", "absent.json"], "no server was read"),
    ] {
        let text = env.run(args);
        assert!(text.starts_with("exit 1\n") && text.contains(said), "{text}");
    }
    assert_eq!(env.output(&["policy", "check"]).status.code(), Some(2));
}

#[test]
fn a_partly_failed_target_wins_over_a_danger() {
    let env = env().file("cut.json", r#"{"mcpServers":{"shop":{"command":"absent-command"},"too":{"url":"x://"}}}"#);
    assert_eq!(env.output(&["policy", "check", "loose.json", "shop.json"]).status.code(), Some(10));
    assert_eq!(env.output(&["policy", "check", "loose.json", "cut.json"]).status.code(), Some(1));
    let none = env.recorded("none.json", &json!([]));
    assert_eq!(none.output(&["policy", "check", "loose.json", "none.json"]).status.code(), Some(3));
}

#[test]
fn calls_are_decided_in_their_order_and_none_is_lost() {
    let calls = r#"{"tool":"create_customer","arguments":{"name":"a"},"at":"2026-01-31T23:59:59+07:00","identity":"alice"}
{"tool":"create_refund","arguments":{"amount":100.00,"currency":"VND"}}

{"tool":"create_refund","arguments":{"amount":"100","currency":"VND"},"args":{},"note":"more fields are left aside"}
{"tool":"create_refund","arguments":{"amount":1,"amount":1000,"currency":"VND"}}
{"tool":"create_refund","args":{"amount":1}}
{"tool":"create_refund","argument":{"amount":1}}
{"tool":"create_refund","arguments":{"amount":NaN}}
not JSON
[]
{"arguments":{}}
{"tool":5}
{"tool":"get_order","at":"yesterday"}
{"tool":"get_order","identity":7}
{"tool":"get_order","arguments":[]}
{"tool":"delete_customer","arguments":{},"identity":null,"at":null}
{"tool":"delete_price_rule"}
"#;
    let env = env();
    insta::assert_snapshot!(env.file("calls.jsonl", calls).run(&["policy", "test", "loose.json", "calls.jsonl"]));
}

#[test]
fn counters_are_carried_along_by_time_and_identity() {
    let policy = json!({ "version": "1", "default": "deny", "tools": { "t": { "limits": [
        { "counter": "c", "window": "minute", "max": 2, "scope": "grant" } ] } } });
    let call = |at: &str, identity: &str| json!({ "tool": "t", "at": at, "identity": identity }).to_string() + "\n";
    let calls: String = (0..4)
        .map(|second| call(&format!("2026-01-01T00:00:0{second}Z"), "a"))
        .chain([call("2026-01-01T00:00:05Z", "b"), call("2026-01-01T00:01:00Z", "a"), call("2026-01-01T00:00:59Z", "a")])
        .chain([call("2026-01-01T00:01:01Z", "a")])
        .collect();
    let env = Env::new().file("policy.json", &policy.to_string());
    let first = env.run_with(&["policy", "test", "policy.json", "-"], &calls);
    let outcomes: Vec<String> = first
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok()?["decision"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(outcomes, ["allow", "allow", "deny", "deny", "allow", "allow", "allow", "deny"]);
    assert_eq!(env.run_with(&["policy", "test", "policy.json", "-"], &calls), first);
}

#[test]
fn hostile_text_of_policies_and_calls_does_not_reach_the_terminal() {
    let name = "x\u{1b}]0;owned\u{7}\u{202e}";
    let policy = json!({ "version": "1", "default": "deny", "tools": { name: { "deny_if": [
        { "path": format!("/args/{name}"), "op": "neq", "value": name, "on_deny": name } ] } } });
    let unknown = json!({ "version": "1", "default": "deny", name: 1, "hide": [name, name] });
    let env = Env::new()
        .file("policy.json", &policy.to_string())
        .file("unknown.json", &unknown.to_string())
        .file("empty.json", r#"{"version":"1","default":"allow"}"#)
        .recorded("tools.json", &json!([{ "name": name }, { "name": "delete_x" }]))
        .file("calls.jsonl", &(json!({ "tool": name, "arguments": { name: 5 } }).to_string() + "\n{\"tool\u{202e}\":1}\n"));
    for args in [
        &["policy", "check", "policy.json", "tools.json", "--prove"][..],
        &["policy", "check", "policy.json", "--prove", "--format", "json"],
        &["policy", "check", "unknown.json", "--format", "json"],
        &["policy", "test", "policy.json", "calls.jsonl"],
        &["policy", "diff", "policy.json", "empty.json", "tools.json"],
        &["policy", "diff", "empty.json", "policy.json", "--format", "json"],
    ] {
        let text = env.run(args);
        assert!(text.contains("owned"), "{text}");
        assert!(!text.contains(|character| character != '\n' && toolgrade::sanitize::is_hostile(character)), "{args:?}: {text}");
    }
}

#[test]
fn what_became_possible_and_impossible() {
    let env = env();
    env.output(&["policy", "shop.json", "-o", "starter.json"]);
    insta::assert_snapshot!(env.run(&["policy", "diff", "starter.json", "loose.json", "shop.json"]));
    insta::assert_snapshot!(env.run(&["policy", "diff", "starter.json", "starter.json", "-q"]), @r"
    exit 0
    --- stdout
    no call became possible or impossible
    ");
}

#[test]
fn differences_are_about_calls_and_not_about_words() {
    let policy = |rules: Value| json!({ "version": "1", "default": "deny", "tools": { "pay": rules } }).to_string();
    let condition = |op: &str, value: Value| json!({ "conditions": [{ "path": "args.amount", "op": op, "value": value }] });
    let env = Env::new()
        .file("require.json", &policy(json!({ "require": [condition("lte", json!(100)), condition("gte", json!(0))] })))
        .file(
            "deny.json",
            &policy(json!({ "require": [condition("exists", json!(true))],
            "deny_if": [condition("gt", json!(100.0)), condition("lt", json!(-0))] })),
        )
        .file(
            "wider.json",
            &policy(json!({ "require": [condition("lt", json!(100.5)), condition("gt", json!(0))],
            "limits": [{ "counter": "sum", "window": "hour", "max": 1000.00, "increment_from": "args.amount" }] })),
        );
    insta::assert_snapshot!(env.run(&["policy", "diff", "require.json", "deny.json", "-q"]), @r"
    exit 0
    --- stdout
    no call became possible or impossible
    ");
    insta::assert_snapshot!(env.run(&["policy", "diff", "require.json", "wider.json", "-q"]), @r#"
    exit 0
    --- stdout
    possible now
      Financial    pay  these arguments get through now: {"amount":100.1}

    impossible now
      Financial    pay  these arguments no longer get through: {"amount":0}
      Financial    pay  1000 of `args.amount` in a minute, for all together, where it was any sum of `args.amount`

    1 thing became possible, 2 impossible
    "#);
}
