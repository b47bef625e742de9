//! Proofs beside brute force: on small domains every argument is tried, and both must say the same.

use crate::policy::policy;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, proptest, sample, test_runner::Config};
use serde_json::{Value, json};
use std::sync::LazyLock;
use toolgrade::policy::counters::Counters;
use toolgrade::policy::decide::{Call, Outcome, decide};
use toolgrade::policy::model::Policy;
use toolgrade::policy::prove::{Answer, callable, gained};

/// Values that tell the operands below apart, and each type from the others.
fn values() -> Vec<Value> {
    let text = r#"[null, false, true, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 1e9999999999,
        "", "a", "b", "ab", "ba", "zz", "a b", [], ["a"], ["b"], ["a","b"], ["z"], ["a",7], [7], [1], [1,2], [2], [1,"z"], [{}], [null],
        ["a",{}], [1,{}], ["a",1,{}], ["a",1], ["b",{}], ["a","b",{}], [true], {}, {"k":1}, {"k":"a"}, {"k":null}, {"k":2}, {"k":true}, {"k":[]},
        {"k":0.5}, {"k":-1}, {"k":1.5}, {"k":"b"}, {"k":"ab"}, {"k":"zz"}, {"k":["a"]}, {"k":{}}, {"k":3}, {"k":0}, {"k":"ba"}, {"k":""}]"#;
    serde_json::from_str(text).unwrap()
}

/// All arguments of the domain.
static DOMAIN: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let some = || std::iter::once(None).chain(values().into_iter().map(Some));
    let mut domain = Vec::new();
    for x in some() {
        for y in some() {
            let mut arguments = serde_json::Map::new();
            arguments.extend(x.iter().map(|x| ("x".to_owned(), x.clone())));
            arguments.extend(y.iter().map(|y| ("y".to_owned(), y.clone())));
            domain.push(arguments.into());
        }
    }
    domain
});

fn scalar() -> impl Strategy<Value = Value> {
    sample::select(vec![json!(null), json!(true), json!(0), json!(1), json!(2), json!(1.0), json!("a"), json!("b"), json!("")])
}

fn condition() -> impl Strategy<Value = Value> {
    let path = sample::select(vec!["args.x", "args.y", "args.x.k", "/args/y/k"]);
    let test = prop_oneof![
        (sample::select(vec!["eq", "neq", "contains"]), scalar()),
        (sample::select(vec!["in", "not_in"]), collection::vec(scalar(), 1..4).prop_map(Value::from)),
        (
            sample::select(vec!["lt", "lte", "gt", "gte"]),
            sample::select(vec![json!(-1), json!(0), json!(1), json!(1.5), json!(2)])
        ),
        (Just("regex"), sample::select(vec![json!("a|b"), json!(".*a.*"), json!("[ab]*"), json!("a.?"), json!("[^a]+")])),
        (Just("exists"), any::<bool>().prop_map(Value::from)),
    ];
    (path, test).prop_map(|(path, (op, value))| json!({ "path": path, "op": op, "value": value }))
}

fn limit() -> impl Strategy<Value = Value> {
    let path = sample::select(vec!["args.x", "args.y.k"]);
    let max: Vec<Value> = ["0", "1", "2.0", "1.5"].into_iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    (path, sample::select(max))
        .prop_map(|(path, max)| json!({ "counter": path, "window": "day", "max": max, "increment_from": path }))
}

fn rules() -> impl Strategy<Value = Policy> {
    let predicate = |least| collection::vec(condition(), least..3).prop_map(|conditions| json!({ "conditions": conditions }));
    let lists = (collection::vec(predicate(1), 0..3), collection::vec(predicate(0), 0..4), collection::vec(limit(), 0..2));
    lists.prop_map(|(require, deny_if, limits)| {
        let rules = json!({ "require": require, "deny_if": deny_if, "limits": limits });
        policy(&json!({ "version": "1", "default": "deny", "tools": { "t": rules } }).to_string())
    })
}

fn allows(policy: &Policy, arguments: &Value) -> bool {
    let call = Call { tool: "t", arguments, identity: None, at: 0 };
    decide(policy, &call, &Counters::default()).outcome == Outcome::Allow
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_tool_is_callable_exactly_when_some_arguments_get_through(policy in rules()) {
        let found = DOMAIN.iter().find(|arguments| allows(&policy, arguments));
        match callable(&policy, "t") {
            Answer::Yes(arguments) => assert!(allows(&policy, &arguments), "{arguments}"),
            Answer::No => assert_eq!(found, None),
            Answer::Unknown(why) => panic!("{why}"),
        }
    }

    #[test]
    fn calls_are_gained_exactly_when_some_arguments_are(before in rules(), after in rules()) {
        let found = DOMAIN.iter().find(|arguments| allows(&after, arguments) && !allows(&before, arguments));
        match gained(&before, &after, "t") {
            Answer::Yes(arguments) => assert!(allows(&after, &arguments) && !allows(&before, &arguments), "{arguments}"),
            Answer::No => assert_eq!(found, None),
            Answer::Unknown(why) => panic!("{why}"),
        }
    }
}
