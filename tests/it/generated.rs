//! Generated policies: what each profile lets through, what a person may change, and where the tools come from.

use crate::env::Env;
use crate::policy::policy;
use serde_json::{Value, json};
use toolgrade::policy::counters::Counters;
use toolgrade::policy::decide::{Call, Outcome, decide};
use toolgrade::policy::model::Policy;

const SHOP: &str = include_str!("../data/shop.json");

/// The formats, in the order of the help.
pub(crate) const FORMATS: [&str; 13] = [
    "policylayer",
    "intercept",
    "claude-code",
    "codex",
    "cursor",
    "gemini",
    "vscode",
    "opencode",
    "copilot",
    "kiro",
    "anthropic",
    "openai",
    "cedar",
];

pub(crate) fn shop() -> Env {
    Env::new().file("shop.json", SHOP)
}

/// What the program prints, which must go well.
#[track_caller]
pub(crate) fn printed(env: &Env, args: &[&str]) -> String {
    let output = env.output(args);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The policy of the shop, read by the strict reader.
#[track_caller]
fn generated(env: &Env, more: &[&str]) -> Policy {
    policy(&printed(env, &[&["policy", "shop.json"], more].concat()))
}

fn outcome(policy: &Policy, tool: &str, arguments: &Value) -> Outcome {
    decide(policy, &Call { tool, arguments, identity: None, at: 0 }, &Counters::default()).outcome
}

/// The tools of the shop that an empty call, or a fitting one, gets through to.
fn open(policy: &Policy) -> Vec<&'static str> {
    let calls = [
        ("list_orders", json!({})),
        ("create_note", json!({ "note": "x" })),
        ("read_file", json!({ "path": "/srv/a" })),
        ("read_files", json!({ "paths": ["/srv/a"] })),
        ("create_webhook", json!({ "url": "https://example.com/x" })),
        ("run_command", json!({ "command": "ls" })),
        ("bulk_update_orders", json!({ "ids": ["1"], "limit": 3 })),
        ("bulk_send", json!({})),
        ("create_refund", json!({ "amount": 50, "currency": "eur" })),
        ("pay_invoice", json!({ "total.amount": 50, "currency": "eur" })),
        ("delete_order", json!({ "id": "1" })),
        ("unknown", json!({})),
    ];
    calls.iter().filter(|(tool, arguments)| outcome(policy, tool, arguments) == Outcome::Allow).map(|(tool, _)| *tool).collect()
}

const FILLED: &str = r#"
[fill]
roots = ["/srv"]
hosts = ["example.com"]
currencies = ["eur"]
amount = "99.90"
items = 3
"#;

#[test]
fn a_profile_lets_through_what_it_says() {
    let env = shop().file("filled.toml", FILLED);
    assert_eq!(open(&generated(&env, &["--profile", "read-only"])), ["list_orders"]);
    let filled = ["--overrides", "filled.toml"];
    let with = |profile: &'static str| open(&generated(&env, &[&["--profile", profile], &filled[..]].concat()));
    assert_eq!(with("read-only"), ["list_orders", "read_file", "read_files"]);
    let guarded = ["list_orders", "create_note", "bulk_update_orders", "bulk_send"];
    assert_eq!(open(&generated(&env, &[])), guarded);
    let guarded = ["list_orders", "create_note", "read_file", "read_files", "create_webhook", "bulk_update_orders", "bulk_send"];
    assert_eq!(with("guarded"), guarded);
    let open_ = [&guarded[..5], &["run_command"], &guarded[5..], &["create_refund", "pay_invoice", "delete_order"]].concat();
    assert_eq!(open(&generated(&env, &["--profile", "open"])), open_);
    assert_eq!(with("open"), open_);
}

#[test]
fn bounds_hold_what_the_schema_takes() {
    let env = shop().file("filled.toml", FILLED);
    let allow = ["--overrides", "filled.toml", "--allow", "create_refund", "--allow", "pay_invoice"];
    let policy = generated(&env, &allow);
    let check = |tool: &str, arguments: Value, goes: bool| {
        assert_eq!(outcome(&policy, tool, &arguments) == Outcome::Allow, goes, "{tool} {arguments}");
    };
    check("read_file", json!({ "path": "/srv/a/b.txt" }), true);
    check("read_file", json!({ "path": "/srv/../etc/passwd" }), false);
    check("read_file", json!({ "path": "/srvx" }), false);
    check("read_file", json!({ "path": "/srv/a", "output_path": "/srv/b" }), false);
    check("read_file", json!({ "path": ["/srv/a"] }), false);
    check("read_file", json!({}), false);
    check("read_files", json!({ "paths": ["/srv/a", "/srv/b"] }), false);
    check("read_files", json!({ "paths": ["/etc/passwd"] }), false);
    check("read_files", json!({ "paths": [] }), false);
    check("create_webhook", json!({ "url": "https://example.com@evil.example" }), false);
    check("create_webhook", json!({ "url": "http://example.com" }), false);
    check("bulk_update_orders", json!({ "ids": ["1", "2", "3"] }), true);
    check("bulk_update_orders", json!({ "ids": ["1", "2", "3", "4"] }), false);
    check("bulk_update_orders", json!({ "ids": ["1"], "limit": 4 }), false);
    check("bulk_update_orders", json!({ "ids": "all" }), false);
    check("create_refund", json!({ "amount": 99.9, "currency": "eur" }), true);
    check("create_refund", json!({ "amount": 99.91, "currency": "eur" }), false);
    check("create_refund", json!({ "amount": -1, "currency": "eur" }), false);
    check("create_refund", json!({ "amount": "5", "currency": "eur" }), false);
    check("create_refund", json!({ "amount": 5, "currency": "usd" }), false);
    check("create_refund", json!({ "amount": 5 }), false);
    check("pay_invoice", json!({ "total.amount": 5, "currency": "eur" }), true);
    check("pay_invoice", json!({ "total": { "amount": 5 }, "currency": "eur" }), false);
}

#[test]
fn what_a_person_chose_survives_regeneration() {
    let overrides =
        "allow = [\"run_command\"]\ndeny = [\"list_orders\"]\nhide = [\"create_note\"]\n[limit]\nbulk_send = \"2/day\"\n";
    let env = shop().file("overrides.toml", overrides);
    let first = printed(&env, &["policy", "shop.json", "--overrides", "overrides.toml"]);
    assert_eq!(first, printed(&env, &["policy", "shop.json", "--overrides", "overrides.toml"]));
    let typed = ["--allow", "run_command", "--deny", "list_orders", "--hide", "create_note", "--limit", "bulk_send=2/day"];
    assert_eq!(first, printed(&env, &[&["policy", "shop.json"], &typed[..]].concat()));
    let document: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(document["hide"], json!(["create_note", "delete_order"]));
    assert_eq!(document["tools"]["list_orders"]["deny_if"][0]["conditions"], json!([]));
    assert_eq!(document["tools"]["run_command"].as_object().unwrap().keys().collect::<Vec<_>>(), ["limits"]);
    let limits = json!([{ "counter": "bulk_send_per_day", "window": "day", "max": 2, "scope": "grant" }]);
    assert_eq!(document["tools"]["bulk_send"]["limits"], limits);
    // What is typed wins over what is in the file.
    let hidden = printed(&env, &["policy", "shop.json", "--overrides", "overrides.toml", "--hide", "run_command"]);
    assert!(hidden.contains("\"hide\": [\n    \"create_note\",\n    \"run_command\""), "{hidden}");
}

#[test]
fn overrides_that_come_to_nothing_are_told() {
    let text = shop().run(&[
        "policy",
        "shop.json",
        "-q",
        "-o",
        "p.json",
        "--hide",
        "creat_note",
        "--limit",
        "delete_order=1/day",
        "--allow",
        "x",
    ]);
    insta::assert_snapshot!(text, @"
    exit 0
    --- stderr
    warning: no server lists a tool `creat_note`: did you mean `create_note`?
    warning: no server lists a tool `x`
    warning: the limit of `delete_order` has no effect while the tool is refused: allow it, too
    ");
}

#[test]
fn overrides_are_read_strictly() {
    let said = |text: &str| {
        let env = shop().file("o.toml", text);
        let said = env.run(&["policy", "shop.json", "--overrides", "o.toml"]);
        assert!(said.starts_with("exit 1\n--- stderr\nerror: "), "{said}");
        said.split_once("error: ").unwrap().1.to_owned()
    };
    let texts = [
        "alow = [\"x\"]",
        "allow = \"x\"",
        "allow = [\"x\"]\nhide = [\"x\"]",
        "allow = [\"\"]",
        "allow = [\"a\"",
        "[limit]\nx = \"5 per hour\"",
        "[limit]\nx = \"0/hour\"",
        "[fill]\nroots = [\"srv\"]",
        "[fill]\nroots = []",
        "[fill]\nhosts = [\"https://a.example/path\"]",
        "[fill]\namount = 1.5",
        "[fill]\namount = \"-5\"",
        "[fill]\nitems = 0",
        "[tool.x]\nroot = [\"/srv\"]",
        "[tool.x]\namount = true",
    ];
    let all: Vec<String> = texts.iter().map(|text| format!("{text}\n=> {}", said(text))).collect();
    insta::assert_snapshot!(all.join("\n"));
    let both = shop().run(&["policy", "shop.json", "--allow", "x", "--deny", "x"]);
    assert!(both.starts_with("exit 1\n") && both.contains("`x` stands under `allow` and under `deny`: keep one"), "{both}");
    assert!(shop().run(&["policy", "shop.json", "--limit", "x=often"]).starts_with("exit 2\n"));
}

#[test]
fn the_same_input_gives_the_same_bytes_from_a_list_and_from_a_catalogue() {
    let env = shop().recorded("notes.json", &json!([{ "name": "list_notes" }]));
    printed(&env, &["scan", "shop.json", "notes.json", "--catalogue", "seen.db"]);
    for format in FORMATS {
        let live = printed(&env, &["policy", "shop.json", "-q", "--format", format]);
        assert_eq!(live, printed(&env, &["policy", "--catalogue", "seen.db", "shop", "-q", "--format", format]), "{format}");
        let all = printed(&env, &["policy", "--catalogue", "seen.db", "-q", "--format", format]);
        assert_eq!(all, printed(&env, &["policy", "notes.json", "shop.json", "-q", "--format", format]), "{format}");
    }
    let text = env.run(&["policy", "--catalogue", "seen.db", "absent"]);
    assert!(text.starts_with("exit 1\n") && text.contains("has no server `absent`"), "{text}");
    assert!(env.run(&["policy"]).starts_with("exit 2\n"));
    assert!(env.run(&["policy", "--catalogue", "seen.db", "--", "server"]).starts_with("exit 2\n"));
}

#[test]
fn a_sidecar_explains_every_tool() {
    let env = shop();
    printed(&env, &["policy", "shop.json", "--format", "claude-code", "--explain", "why.md"]);
    insta::assert_snapshot!(env.read("why.md").unwrap());
}

#[test]
fn tools_of_one_name_get_what_either_of_them_asks_for() {
    let reads = |parameter: &str| json!([{ "name": "read_file", "inputSchema": { "type": "object", "properties": { parameter: { "type": "string" } }, "required": [parameter] } }]);
    let env = Env::new().recorded("a.json", &reads("path")).recorded("b.json", &reads("directory"));
    let document: Value = serde_json::from_str(&printed(&env, &["policy", "a.json", "b.json"])).unwrap();
    let paths: Vec<&Value> = document["tools"]["read_file"]["require"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["conditions"][0]["path"])
        .collect();
    assert_eq!(paths, ["args.path", "args.directory"]);
}
