//! Cedar policies, read, validated and decided by the Cedar crate, in a schema after ToolHive's entities.

use crate::env::Env;
use crate::generated::{printed, shop};
use crate::policy::policy;
use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, Schema, ValidationMode, Validator};
use serde_json::{Value, json};
use toolgrade::policy::counters::Counters;
use toolgrade::policy::decide::{Call, Outcome, decide};

const SCHEMA: &str = r#"
entity Client;
entity Tool;
action "call_tool" appliesTo {
  principal: Client, resource: Tool,
  context: {
    "arg_note"?: String, "arg_amount"?: Long, "arg_total.amount"?: Long, "arg_currency"?: String, "arg_limit"?: Long, "arg_url"?: String,
    "arg_output_path"?: String
  }
};
"#;

fn policies(text: &str) -> PolicySet {
    let set: PolicySet = text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let schema = Schema::from_cedarschema_str(SCHEMA).unwrap().0;
    let result = Validator::new(schema).validate(&set, ValidationMode::Strict);
    assert!(result.validation_passed(), "{text}: {:?}", result.validation_errors().collect::<Vec<_>>());
    set
}

fn allows(set: &PolicySet, tool: &str, arguments: &Value) -> bool {
    let id = |kind: &str, name: &str| EntityUid::from_type_name_and_id(kind.parse().unwrap(), cedar_policy::EntityId::new(name));
    let pairs = arguments.as_object().unwrap().iter().map(|(name, value)| (format!("arg_{name}"), value.clone()));
    let context = Context::from_json_value(pairs.collect::<serde_json::Map<_, _>>().into(), None).unwrap();
    let request = Request::new(id("Client", "somebody"), id("Action", "call_tool"), id("Tool", tool), context, None).unwrap();
    Authorizer::new().is_authorized(&request, set, &Entities::empty()).decision() == Decision::Allow
}

fn written(env: &Env, file: &str, more: &[&str]) -> String {
    printed(env, &[&["policy", file, "-q", "--format", "cedar"], more].concat())
}

#[test]
fn the_cedar_crate_permits_nothing_that_we_refuse() {
    let env = shop().file("filled.toml", "[fill]\ncurrencies = [\"eur\"]\namount = 100\n");
    let more = ["--overrides", "filled.toml", "--allow", "create_refund", "--allow", "pay_invoice", "--allow", "delete_order"];
    let set = policies(&written(&env, "shop.json", &more));
    let ours = policy(&printed(&env, &[&["policy", "shop.json", "-q"], &more[..]].concat()));
    let calls = [
        ("list_orders", json!({}), true),
        ("create_note", json!({ "note": "x" }), true),
        ("create_refund", json!({ "amount": 100, "currency": "eur" }), true),
        ("create_refund", json!({ "amount": 101, "currency": "eur" }), false),
        ("create_refund", json!({ "amount": -1, "currency": "eur" }), false),
        ("create_refund", json!({ "amount": "5", "currency": "eur" }), false),
        ("create_refund", json!({ "amount": 5, "currency": "usd" }), false),
        ("create_refund", json!({ "amount": 5 }), false),
        ("create_refund", json!({}), false),
        ("pay_invoice", json!({ "total.amount": 5, "currency": "eur" }), true),
        ("delete_order", json!({}), true),
        ("run_command", json!({}), false),
        ("unknown", json!({}), false),
    ];
    for (tool, arguments, goes) in calls {
        let own = decide(&ours, &Call { tool, arguments: &arguments, identity: None, at: 0 }, &Counters::default()).outcome;
        assert_eq!((allows(&set, tool, &arguments), own == Outcome::Allow), (goes, goes), "{tool} {arguments}");
    }
    // What cannot be expressed is refused, never left open.
    let guarded = policies(&written(&env, "shop.json", &[]));
    for tool in
        ["read_file", "read_files", "create_webhook", "bulk_update_orders", "run_command", "create_refund", "delete_order"]
    {
        assert!(!allows(&guarded, tool, &json!({})), "{tool}");
    }
}

#[test]
fn odd_names_are_cedar_strings() {
    let names = ["say \"hi\"", "back\\slash", "list\n\u{202e}\u{0}x", "*", "получить", "permit(principal, action, resource);"];
    let tools: Vec<Value> = names.iter().map(|name| json!({ "name": name, "description": "Lists things." })).collect();
    let env = Env::new().recorded("odd.json", &Value::Array(tools));
    let set = policies(&written(&env, "odd.json", &["--profile", "open"]));
    assert_eq!(set.policies().count(), names.len());
    assert!(names.iter().all(|name| allows(&set, name, &json!({}))) && !allows(&set, "other", &json!({})));
}
