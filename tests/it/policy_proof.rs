//! Proofs beside brute force: on small domains every argument is tried, and both must say the same.

use crate::policy::policy;
use crate::policy_decisions::cases;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, proptest, sample, test_runner::Config};
use serde_json::{Value, json};
use std::sync::LazyLock;
use toolgrade::policy::counters::Counters;
use toolgrade::policy::decide::{Call, Outcome, decide};
use toolgrade::policy::model::Policy;
use toolgrade::policy::prove::{Answer, Prover, Undecided};

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
    let path = sample::select(vec!["args.x", "args.y", "args.x.k", "/args/y/k", "args.y.0"]);
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

/// The rules of a tool, as JSON.
pub(crate) fn rules() -> impl Strategy<Value = Value> {
    let predicate = |least| collection::vec(condition(), least..3).prop_map(|conditions| json!({ "conditions": conditions }));
    let lists = (collection::vec(predicate(1), 0..3), collection::vec(predicate(0), 0..4), collection::vec(limit(), 0..2));
    lists.prop_map(|(require, deny_if, limits)| json!({ "require": require, "deny_if": deny_if, "limits": limits }))
}

/// A policy with these rules for the tool `t`.
fn of_rules(rules: &Value) -> Policy {
    policy(&json!({ "version": "1", "default": "deny", "tools": { "t": rules } }).to_string())
}

fn allows(policy: &Policy, arguments: &Value) -> bool {
    let call = Call { tool: "t", arguments, identity: None, at: 0 };
    decide(policy, &call, &Counters::default()).outcome == Outcome::Allow
}

proptest! {
    #![proptest_config(Config { cases: cases(300), failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_tool_is_callable_exactly_when_some_arguments_get_through(rules in rules()) {
        let policy = of_rules(&rules);
        let found = DOMAIN.iter().find(|arguments| allows(&policy, arguments));
        match Prover::default().callable(&policy, "t") {
            Answer::Yes(arguments) => assert!(allows(&policy, &arguments), "{arguments}"),
            Answer::No => assert_eq!(found, None),
            // Places and values of one list: the page says that these are left open.
            Answer::Unknown(why) => assert_eq!(why, Undecided::List),
        }
    }

    #[test]
    fn calls_are_gained_exactly_when_some_arguments_are(before in rules(), after in rules()) {
        let (before, after) = (of_rules(&before), of_rules(&after));
        let found = DOMAIN.iter().find(|arguments| allows(&after, arguments) && !allows(&before, arguments));
        match Prover::default().gained(&before, &after, "t") {
            Answer::Yes(arguments) => assert!(allows(&after, &arguments) && !allows(&before, &arguments), "{arguments}"),
            Answer::No => assert_eq!(found, None),
            // Places and values of one list: the page says that these are left open.
            Answer::Unknown(why) => assert_eq!(why, Undecided::List),
        }
    }
}

/// What is proved of one tool with these rules.
#[track_caller]
fn check(rules: Value, answer: &str) {
    let have = match Prover::default().callable(&of_rules(&rules), "t") {
        Answer::Yes(arguments) => arguments.to_string(),
        Answer::No => "no".to_owned(),
        Answer::Unknown(why) => format!("unknown: {why}"),
    };
    assert_eq!(have, answer, "{rules}");
}

/// Conditions on `args.x`, each with its operator and operand.
fn on_x(conditions: &str) -> Value {
    let conditions: Vec<(String, Value)> = serde_json::from_str(conditions).unwrap();
    let conditions = conditions.iter().map(|(op, value)| json!({ "path": "args.x", "op": op, "value": value }));
    json!({ "conditions": conditions.collect::<Value>() })
}

fn requires(conditions: &str) -> Value {
    json!({ "require": [on_x(conditions)] })
}

#[test]
fn numbers_are_found_exactly_where_they_are() {
    check(requires(r#"[["gt", 1], ["lt", 2]]"#), r#"{"x":1.1}"#);
    check(requires(r#"[["gt", 1], ["lt", 1]]"#), "no");
    check(requires(r#"[["gte", 1], ["lte", 1.0]]"#), r#"{"x":1}"#);
    check(requires(r#"[["gte", 1], ["lte", 1.0], ["neq", 10e-1]]"#), "no");
    check(requires(r#"[["gt", -0.30000000000000001], ["lt", -0.3]]"#), r#"{"x":-0.300000000000000001}"#);
    check(requires(r#"[["gt", 9007199254740992], ["lt", 9007199254740993]]"#), r#"{"x":9007199254740992.1}"#);
    check(requires(r#"[["gt", 99999999999999999999999999999]]"#), r#"{"x":100000000000000000000000000000}"#);
    let (large, larger) = (format!("1{}", "0".repeat(999)), format!("1{}1", "0".repeat(998)));
    check(requires(r#"[["gte", 1e999]]"#), &format!(r#"{{"x":{large}}}"#));
    check(requires(r#"[["gt", 1e999]]"#), &format!(r#"{{"x":{larger}}}"#));
    check(requires(r#"[["gt", 1e-999], ["lt", 1e-999]]"#), "no");
}

#[test]
fn amounts_that_can_be_counted_are_whole_units() {
    let with_limit = |conditions: &str, max: &str| {
        let max: Value = serde_json::from_str(max).unwrap();
        let limit = json!({ "counter": "c", "window": "day", "max": max, "increment_from": "args.x" });
        json!({ "require": [on_x(conditions)], "limits": [limit] })
    };
    check(with_limit(r#"[["gt", 1], ["lt", 2]]"#, "9"), "no");
    check(with_limit(r#"[["gt", 1], ["lt", 2]]"#, "9.0"), r#"{"x":1.1}"#);
    check(with_limit(r#"[["gt", 1], ["lt", 1.1]]"#, "9.0"), "no");
    check(with_limit(r#"[["gt", 9]]"#, "9"), "no");
    check(with_limit(r#"[["lt", 0]]"#, "9"), "no");
    check(with_limit(r#"[["exists", true]]"#, "0"), r#"{"x":0}"#);
    let shut = json!({ "limits": [{ "counter": "c", "window": "day", "max": 4, "increment": 5 }] });
    check(shut, "no");
}

#[test]
fn texts_are_found_by_what_all_patterns_accept() {
    check(requires(r#"[["regex", "[a-c]+"], ["regex", "[c-z]{3}"]]"#), r#"{"x":"ccc"}"#);
    check(requires(r#"[["regex", "(aa)+"], ["regex", "(aaa)+"], ["neq", "aaaaaa"]]"#), r#"{"x":"aaaaaaaaaaaa"}"#);
    check(requires(r#"[["regex", "a|b"], ["not_in", ["a", "b"]]]"#), "no");
    check(requires(r#"[["contains", "foo"], ["contains", "oob"]]"#), r#"{"x":"foob"}"#);
    check(requires(r#"[["regex", "é|\\x{1F600}"], ["neq", "é"]]"#), r#"{"x":"😀"}"#);
    check(requires(r#"[["regex", "[^\\x00-\\x{10FFFF}]"]]"#), "no");
    let refused = json!({ "require": [on_x(r#"[["regex", "/srv/.*"]]"#)], "deny_if": [on_x(r#"[["contains", ".."]]"#)] });
    check(refused, r#"{"x":"/srv/"}"#);
    let nothing_left = json!({ "require": [on_x(r#"[["regex", "a+"]]"#)], "deny_if": [on_x(r#"[["regex", "[ab]*"]]"#)] });
    check(nothing_left, "no");
}

#[test]
fn what_is_not_decided_is_said() {
    check(requires(r#"[["regex", "\\bé\\b.*"]]"#), "unknown: a regular expression is too large, or has Unicode word boundaries");
    check(
        requires(
            r#"[["regex", "[ab]*a[ab]{14}"], ["regex", "[ab]*b[ab]{13}a"], ["regex", "(?:[ab]{97})+"], ["regex", "(?:[ab]{89})+"]]"#,
        ),
        "unknown: regular expressions on one argument are too large together",
    );
    // But a condition that fails anyway needs no automaton.
    check(requires(r#"[["regex", "\\bé\\b.*"], ["eq", 5]]"#), "no");
    // Pigeons and holes: the search ends in bounded time.
    let (pigeons, holes) = (9, 8);
    let place =
        |pigeon: i32, hole: i32, value: bool| json!({ "path": format!("args.p{pigeon}_{hole}"), "op": "eq", "value": value });
    let mut deny_if: Vec<Value> = (0..pigeons)
        .map(|pigeon| json!({ "conditions": (0..holes).map(|hole| place(pigeon, hole, false)).collect::<Vec<_>>() }))
        .collect();
    for hole in 0..holes {
        for (one, other) in (0..pigeons).flat_map(|one| (0..one).map(move |other| (one, other))) {
            deny_if.push(json!({ "conditions": [place(one, hole, true), place(other, hole, true)] }));
        }
    }
    let present = (0..pigeons).flat_map(|pigeon| {
        (0..holes).map(move |hole| json!({ "path": format!("args.p{pigeon}_{hole}"), "op": "exists", "value": true }))
    });
    let rules = json!({ "require": [{ "conditions": present.collect::<Vec<_>>() }], "deny_if": deny_if });
    check(rules, "unknown: there are too many ways to pass every `deny_if`");
}

#[test]
fn lists_are_filled_as_far_as_they_are_asked() {
    let at = |path: &str, op: &str, value: Value| json!({ "path": path, "op": op, "value": value });
    let all = |conditions: Value| json!({ "require": [{ "conditions": conditions }] });
    check(all(json!([at("args.l.1", "eq", json!("b")), at("args.l", "exists", json!(true))])), r#"{"l":{"1":"b"}}"#);
    check(all(json!([at("args.l.1", "eq", json!("b")), at("args.l.x", "eq", json!(1))])), r#"{"l":{"1":"b","x":1}}"#);
    check(all(json!([at("args.l", "contains", json!("a")), at("args.l", "contains", json!(1))])), r#"{"l":["a",1]}"#);
    let list_only = json!({ "require": [at("args.l.0", "exists", json!(true)), at("args.l", "contains", json!(1))] });
    check(list_only, "unknown: a list is asked for items by place and by value, or by a very large place");
}
