//! What holds of every decision, whatever the policy and the call.

use crate::policy::policy;
use crate::policy_proof::rules;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::{collection, option, proptest, sample, test_runner::Config};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use toolgrade::policy::counters::{Counter, Counters, Owner, Usage as _};
use toolgrade::policy::decide::{Call, Outcome, Standing, decide, standing};
use toolgrade::policy::model::{Policy, Window};
use toolgrade::replay::replay;

/// Any JSON, with the numbers and texts that are hard to get right.
fn json_value() -> BoxedStrategy<Value> {
    let number = sample::select(vec![
        "0",
        "-0",
        "1",
        "1.0",
        "-1",
        "0.5",
        "1e999",
        "-1e999",
        "1e-999",
        "1e9999999999",
        "9007199254740993",
        "9223372036854775808",
        "123456789012345678901234567890",
        "0.1000000000000000000000000000001",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number.prop_map(|text| serde_json::from_str(text).unwrap()),
        sample::select(vec!["", "a", "b", "ab", "\u{0}", "\u{202e}", "$serde_json::private::Number"]).prop_map(Value::from),
    ];
    let key = sample::select(vec!["x", "y", "k", "0", "", "$serde_json::private::Number"]);
    let more = move |inner: BoxedStrategy<Value>| {
        let object = collection::vec((key.clone(), inner.clone()), 0..4);
        prop_oneof![
            collection::vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()),
        ]
        .boxed()
    };
    leaf.boxed().prop_recursive(4, 24, 4, more).boxed()
}

fn arguments() -> impl Strategy<Value = Value> {
    let fields = (option::of(json_value()), option::of(json_value()));
    let object = fields.prop_map(|(x, y)| {
        let fields = [("x", x), ("y", y)].into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        Value::Object(fields.collect())
    });
    prop_oneof![9 => object, 1 => json_value()]
}

/// How many cases a property is tried on: so many, or more where `PROPTEST_CASES` asks for a long run.
pub(crate) fn cases(usual: u32) -> u32 {
    usual.max(Config::default().cases)
}

/// A policy around rules for the tool `t`.
fn around(rules: &Value) -> Value {
    json!({ "version": "1", "default": "deny", "tools": { "t": rules } })
}

fn outcome(document: &Value, arguments: &Value) -> Outcome {
    let policy = policy(&document.to_string());
    decide(&policy, &Call { tool: "t", arguments, identity: None, at: 0 }, &Counters::default()).outcome
}

fn with(rules: &Value, list: &str, entry: Value) -> Value {
    let mut rules = rules.clone();
    rules[list].as_array_mut().unwrap().insert(0, entry);
    around(&rules)
}

proptest! {
    #![proptest_config(Config { cases: cases(500), failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_call_gets_a_decision_and_every_refusal_its_reason(rules in rules(), arguments in arguments(), at in any::<i64>()) {
        let policy = policy(&around(&rules).to_string());
        let call = Call { tool: "t", arguments: &arguments, identity: Some("a"), at };
        let decision = decide(&policy, &call, &Counters::default());
        let document = Value::from(&policy);
        match decision.outcome {
            Outcome::Allow => assert!(decision.rule.is_empty() && decision.message.is_empty()),
            _ => assert!(!decision.message.is_empty() && decision.charges.is_empty() && document.pointer(&decision.rule).is_some()),
        }
        assert_eq!(decide(&policy, &call, &Counters::default()), decision);
    }

    #[test]
    fn more_rules_never_let_more_through(rules in rules(), other in rules(), arguments in arguments()) {
        let before = outcome(&around(&rules), &arguments);
        for list in ["require", "deny_if", "limits"] {
            for (at, entry) in other[list].as_array().unwrap().iter().enumerate() {
                let mut entry = entry.clone();
                if list == "limits" {
                    entry["counter"] = json!(format!("other_{at}"));
                }
                let after = outcome(&with(&rules, list, entry), &arguments);
                assert!(before == Outcome::Allow || after != Outcome::Allow, "{list}");
            }
        }
    }

    #[test]
    fn a_refusal_outweighs_whatever_else_is_said(rules in rules(), arguments in arguments()) {
        assert_eq!(outcome(&with(&rules, "deny_if", json!({ "conditions": [] })), &arguments), Outcome::Deny);
        let mut hidden = around(&rules);
        hidden["default"] = json!("allow");
        for entry in ["t", "*"] {
            hidden["hide"] = json!([entry]);
            assert_eq!(outcome(&hidden, &arguments), Outcome::Hide);
        }
    }

    #[test]
    fn what_is_rolled_back_was_never_there(calls in collection::vec((0..4_i64, option::of("[ab]"), 0..5_u8, any::<bool>()), 0..30)) {
        let policy = limited();
        let (mut counters, mut without) = (Counters::default(), Counters::default());
        for (minute, identity, amount, kept) in calls {
            let arguments = json!({ "n": amount });
            let call = Call { tool: "t", arguments: &arguments, identity: identity.as_deref(), at: minute * 20 };
            let decision = decide(&policy, &call, &counters);
            let reservation = counters.reserve(&decision.charges);
            if kept {
                counters.commit(reservation);
                let same = decide(&policy, &call, &without);
                assert_eq!(same.outcome, decision.outcome);
                let reservation = without.reserve(&same.charges);
                without.commit(reservation);
            } else {
                counters.roll_back(reservation);
            }
        }
    }
}

/// Limits of every kind on one tool. (Times stay within one window: a later one that was only rolled back in stays begun.)
fn limited() -> Policy {
    let limits = json!([
        { "counter": "each", "window": "hour", "max": 6, "scope": "grant" },
        { "counter": "all", "window": "day", "max": 9 },
        { "counter": "sum", "window": "day", "max": 20, "increment_from": "args.n" },
    ]);
    policy(&around(&json!({ "limits": limits })).to_string())
}

#[test]
fn a_reservation_is_given_back_only_to_its_own_window() {
    let policy = limited();
    let arguments = json!({ "n": 1 });
    let call = |at| Call { tool: "t", arguments: &arguments, identity: Some("a"), at };
    let mut counters = Counters::default();
    let held = |counters: &Counters, index| {
        let counter = Counter { tool: Some("t"), name: "each", window: Window::Hour, scale: 0, owner: Owner::Identity("a") };
        counters.held(&counter, index).units
    };
    let early = counters.reserve(&decide(&policy, &call(3_599), &Counters::default()).charges);
    let late = counters.reserve(&decide(&policy, &call(3_600), &Counters::default()).charges);
    assert_eq!(held(&counters, 1), 1);
    counters.roll_back(early);
    assert_eq!(held(&counters, 1), 1);
    counters.roll_back(late);
    assert_eq!(held(&counters, 1), 0);
    // A call that nobody settled was made.
    drop(counters.reserve(&decide(&policy, &call(3_600), &counters).charges));
    assert_eq!(held(&counters, 1), 1);
    counters.forget_before(7_199);
    assert_eq!(held(&counters, 1), 1);
    counters.forget_before(7_200);
    assert_eq!(held(&counters, 1), 0);
}

#[test]
fn a_list_of_tools_is_filtered_by_what_decides_calls() {
    let document = r#"{"version":"1","default":"deny","hide":["h"],"tools":{"h":{},"t":{}}}"#;
    let policy = policy(document);
    assert_eq!(standing(&policy, "h"), Standing::Hidden("h"));
    assert_eq!(standing(&policy, "u"), Standing::Unlisted);
    assert!(matches!(standing(&policy, "t"), Standing::Ruled(_)));
}

#[test]
fn large_and_deep_arguments_are_decided_or_refused() {
    let rules = json!({ "deny_if": [
        { "path": "args.text", "op": "regex", "value": "(a|aa)+b" },
        { "path": "args.text", "op": "contains", "value": "needle" },
        { "path": "args.items", "op": "contains", "value": "needle" },
    ] });
    let policy = policy(&around(&rules).to_string());
    let long = "a".repeat(1 << 20);
    let line = |arguments: Value| json!({ "tool": "t", "arguments": arguments }).to_string() + "\n";
    let deep = |depth: usize| format!("{{\"tool\":\"t\",\"arguments\":{{\"x\":{}{}}}}}\n", "[".repeat(depth), "]".repeat(depth));
    let input = [
        line(json!({ "text": long })),
        line(json!({ "text": format!("{long}b") })),
        line(json!({ "items": vec!["hay"; 200_000] })),
        line(json!({ "items": vec![0; 200_000] })),
        // As many levels as are read, with the line and the arguments; and one more.
        deep(126),
        deep(127),
        deep(100_000),
    ]
    .concat();
    let mut out = Vec::new();
    assert_eq!(replay(&policy, &mut input.as_bytes(), &mut out).unwrap(), 2);
    let mut told = String::new();
    for line in String::from_utf8(out).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        writeln!(told, "{} {}", line["decision"], line["error"]).unwrap();
    }
    insta::assert_snapshot!(told, @r#"
    "allow" null
    "deny" null
    "allow" null
    "deny" null
    "allow" null
    null "column 156: values nest deeper than 128"
    null "column 538: values nest deeper than 128"
    "#);
}

#[test]
fn a_number_written_as_an_object_is_no_number() {
    let rules = json!({ "require": [{ "path": "args.x", "op": "lte", "value": 5 }] });
    let policy = policy(&around(&rules).to_string());
    let call = r#"{"tool":"t","arguments":{"x":{"$serde_json::private::Number":"1"}}}"#;
    let mut out = Vec::new();
    replay(&policy, &mut call.as_bytes(), &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("\"deny\""));
}
