//! Intercept's YAML beside our policy: a small model of what POLICY.md of PolicyLayer/Intercept says must decide as we do.

use crate::env::Env;
use crate::generated::{printed, shop};
use crate::policy::policy;
use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use toolgrade::policy::counters::{Counters, index};
use toolgrade::policy::decide::{Call, Outcome, decide};
use toolgrade::policy::model::Window;

/// What a run of Intercept has counted: by tool and window.
#[derive(Default)]
struct Model {
    counters: HashMap<(String, String, i64), u64>,
}

impl Model {
    /// *Rule evaluation order*: `hide`, then `default` for tools not listed, then all rules of the tool, then the counters.
    fn allows(&mut self, config: &Value, tool: &str, arguments: &Value, at: i64) -> bool {
        if config["hide"].as_array().into_iter().flatten().any(|hidden| hidden == tool || hidden == "*") {
            return false;
        }
        let Some(entry) = config["tools"].get(tool) else { return config["default"] != json!("deny") };
        let rules = entry["rules"].as_array().unwrap();
        if rules.iter().any(|rule| rule["action"] == json!("deny")) {
            return false;
        }
        let holds = |condition: &Value| holds(condition, arguments);
        if !rules.iter().filter_map(|rule| rule["conditions"].as_array()).flatten().all(holds) {
            return false;
        }
        let mut reserved = Vec::new();
        for rate in rules.iter().filter_map(|rule| rule["rate_limit"].as_str()) {
            let (most, window) = rate.split_once('/').unwrap();
            let length = Window::ALL.into_iter().find(|known| known.name() == window).unwrap();
            let key = (tool.to_owned(), window.to_owned(), index(length, at));
            if self.counters.get(&key).copied().unwrap_or_default() + 1 > most.parse().unwrap() {
                return false;
            }
            reserved.push(key);
        }
        for key in reserved {
            *self.counters.entry(key).or_default() += 1;
        }
        true
    }
}

/// *Conditions*: a missing path fails every operator but `exists`; numbers are compared as floating-point numbers, anything else
/// by what it looks like; paths go down by names only.
fn holds(condition: &Value, arguments: &Value) -> bool {
    let mut found = Some(arguments);
    for name in condition["path"].as_str().unwrap().strip_prefix("args.").unwrap().split('.') {
        found = found.and_then(Value::as_object).and_then(|object| object.get(name));
    }
    let wanted = &condition["value"];
    let operator = condition["op"].as_str().unwrap();
    if operator == "exists" {
        return found.is_some_and(|value| !value.is_null()) == wanted.as_bool().unwrap();
    }
    let Some(actual) = found else { return false };
    let numbers = actual.as_f64().zip(wanted.as_f64());
    match operator {
        "lt" => numbers.is_some_and(|(actual, wanted)| actual < wanted),
        "lte" => numbers.is_some_and(|(actual, wanted)| actual <= wanted),
        "gt" => numbers.is_some_and(|(actual, wanted)| actual > wanted),
        "gte" => numbers.is_some_and(|(actual, wanted)| actual >= wanted),
        "regex" => actual.as_str().is_some_and(|text| regex::Regex::new(wanted.as_str().unwrap()).unwrap().is_match(text)),
        other => panic!("we write no {other}"),
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = proptest::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(100),
        json!(100.5),
        json!(101),
        json!(99.99),
        json!("eur"),
        json!("EUR"),
        json!("usd"),
        json!("100"),
        json!("/srv"),
        json!("/srv/a"),
        json!("/srv/../etc"),
        json!("/srvx"),
        json!("/srv/a\n"),
        json!("https://example.com"),
        json!("https://example.com/x"),
        json!("https://example.com@evil.example"),
        json!("HTTPS://EXAMPLE.COM:443/"),
        json!(""),
    ]);
    leaf.prop_recursive(1, 4, 3, |inner| {
        proptest::prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            inner.prop_map(|value| json!({ "x": value }))
        ]
    })
}

/// A call of a tool of the shop, with some of its arguments.
fn call() -> impl Strategy<Value = (String, Value, i64)> {
    let tools: Value = serde_json::from_str(include_str!("../data/shop.json")).unwrap();
    let tools = tools["tools"].as_array().unwrap().clone();
    (proptest::sample::select(tools), prop::collection::vec(value(), 3), any::<[bool; 3]>(), 0..200_i64).prop_map(
        |(tool, values, given, at)| {
            let names = tool["inputSchema"]["properties"].as_object().cloned().unwrap_or_default();
            let pairs = names.keys().cloned().zip(values).zip(given).filter(|(_, given)| *given).map(|(pair, _)| pair);
            (tool["name"].as_str().unwrap().to_owned(), pairs.collect::<Map<_, _>>().into(), at)
        },
    )
}

/// Tools of which the notes say that they are refused here, or stricter.
const NOTED: [&str; 3] = ["read_files", "bulk_update_orders", "pay_invoice"];

#[track_caller]
fn compare(env: &Env, more: &[&str]) {
    let base = ["policy", "shop.json", "-q", "--overrides", "filled.toml"];
    let ours = policy(&printed(env, &[&base[..], more].concat()));
    let config: Value = serde_saphyr::from_str(&printed(env, &[&base[..], more, &["--format", "intercept"]].concat())).unwrap();
    let runs = prop::collection::vec(call(), 1..60);
    TestRunner::default()
        .run(&runs, |calls| {
            let (mut counters, mut model) = (Counters::default(), Model::default());
            // Time does not go back in a run.
            let mut now = 0;
            for (tool, arguments, pause) in calls {
                now += pause / 20;
                let decision = decide(&ours, &Call { tool: &tool, arguments: &arguments, identity: None, at: now }, &counters);
                let own = decision.outcome == Outcome::Allow;
                let theirs = model.allows(&config, &tool, &arguments, now);
                let noted = NOTED.contains(&tool.as_str());
                assert!(own == theirs || noted && own, "{tool} {arguments} at {now}: ours {own}, theirs {theirs}");
                let reservation = counters.reserve(&decision.charges);
                counters.commit(reservation);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn intercept_decides_as_we_do() {
    let filled = "[fill]\nroots = [\"/srv\"]\nhosts = [\"example.com\"]\ncurrencies = [\"eur\"]\namount = 100\nitems = 2\n";
    let env = shop().file("filled.toml", filled);
    for profile in ["read-only", "guarded", "open"] {
        compare(&env, &["--profile", profile]);
    }
    compare(
        &env,
        &["--allow", "create_refund", "--allow", "pay_invoice", "--allow", "run_command", "--limit", "create_note=2/minute"],
    );
    let text = env.run(&["policy", "shop.json", "--format", "intercept"]);
    assert!(NOTED.iter().all(|tool| text.contains(&format!("`{tool}`"))), "{text}");
}

/// The rules of `intercept validate` that a generated file could break.
#[test]
fn a_file_passes_the_validation_of_intercept() {
    let config: Value =
        serde_saphyr::from_str(&printed(&shop(), &["policy", "shop.json", "-q", "--format", "intercept"])).unwrap();
    assert_eq!((&config["version"], &config["default"]), (&json!("1"), &json!("deny")));
    for (tool, entry) in config["tools"].as_object().unwrap() {
        let rules = entry["rules"].as_array().unwrap();
        let mut windows: Vec<&str> =
            rules.iter().filter_map(|rule| rule["rate_limit"].as_str()?.split('/').next_back()).collect();
        let count = windows.len();
        windows.dedup();
        assert_eq!(windows.len(), count, "{tool}: two counters of one name");
        for rule in rules {
            let conditions = rule["conditions"].as_array();
            assert!(rule["name"].as_str().is_some_and(|name| !name.is_empty()), "{tool}: {rule}");
            let kinds = [
                rule["action"] == json!("deny"),
                conditions.is_some_and(|list| !list.is_empty()),
                rule["rate_limit"].is_string(),
            ];
            assert_eq!(kinds.iter().filter(|kind| **kind).count(), 1, "{tool}: {rule}");
            for condition in conditions.into_iter().flatten() {
                assert!(condition["path"].as_str().unwrap().starts_with("args."), "{condition}");
                assert!(condition["op"] != json!("regex") || regex::Regex::new(condition["value"].as_str().unwrap()).is_ok());
            }
        }
    }
}
