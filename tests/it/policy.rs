//! What a policy means: every table of `docs/policy.md`, and what no policy and no call may do.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use toolgrade::policy::condition::OPERATORS;
use toolgrade::policy::counters::Counters;
use toolgrade::policy::decide::{Call, Outcome, decide};
use toolgrade::policy::model::Policy;
use toolgrade::policy::read;

const PAGE: &str = include_str!("../../docs/policy.md");

/// Reads a policy that must be one.
#[track_caller]
pub(crate) fn policy(text: &str) -> Policy {
    match read::read(text) {
        Ok(document) => document.policy,
        Err(problems) => panic!("{text}: {problems:?}"),
    }
}

/// What a policy with fresh counters says of a call.
fn outcome(policy: &Policy, tool: &str, arguments: &Value) -> (Outcome, String) {
    let decision = decide(policy, &Call { tool, arguments, identity: None, at: 0 }, &Counters::default());
    (decision.outcome, decision.rule)
}

/// The rows of the tables whose head has these columns, each cell by its column.
fn rows(text: &str, columns: &[&str]) -> Vec<BTreeMap<String, String>> {
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
        inner.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
    };
    let mut rows = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.starts_with('|') || cells(line) != columns {
            continue;
        }
        lines.next();
        while let Some(line) = lines.next_if(|line| line.starts_with('|')) {
            let row = cells(line);
            assert_eq!(row.len(), columns.len(), "{line}");
            rows.push(columns.iter().map(|column| (*column).to_owned()).zip(row).collect());
        }
    }
    assert!(!rows.is_empty(), "no table with {columns:?}");
    rows
}

/// A fenced policy of the page, and the text that follows it.
fn section(name: &str) -> (Policy, &'static str) {
    let (_, rest) = PAGE.split_once(&format!("<!-- policy: {name} -->\n```json\n")).unwrap();
    let (text, rest) = rest.split_once("\n```\n").unwrap();
    (policy(text), rest.split("\n## ").next().unwrap())
}

/// The answer of a condition, as a policy that requires it and one that refuses it show it.
#[track_caller]
fn check_answer(condition: &Value, arguments: &Value, answer: &str) {
    let with = |list: &str| {
        let text = json!({ "version": "1", "default": "deny", "tools": { "t": { list: [{ "conditions": [condition] }] } } });
        outcome(&policy(&text.to_string()), "t", arguments).0
    };
    let want = match answer {
        "yes" => (Outcome::Allow, Outcome::Deny),
        "no" => (Outcome::Deny, Outcome::Allow),
        "neither" => (Outcome::Deny, Outcome::Deny),
        other => panic!("{other}"),
    };
    assert_eq!((with("require"), with("deny_if")), want, "{condition} of {arguments}: {answer}");
}

fn parse(cell: &str) -> Value {
    serde_json::from_str(cell).unwrap_or_else(|error| panic!("{cell}: {error}"))
}

#[test]
fn every_operator_answers_as_the_page_says() {
    let rows = rows(PAGE, &["op", "value", "args.x", "answer"]);
    for row in &rows {
        let condition = json!({ "path": "args.x", "op": row["op"], "value": parse(&row["value"]) });
        let arguments = match row["args.x"].as_str() {
            "missing" => json!({}),
            value => json!({ "x": parse(value) }),
        };
        check_answer(&condition, &arguments, &row["answer"]);
    }
    for operator in OPERATORS {
        assert!(rows.iter().any(|row| row["op"] == operator), "{operator} is not on the page");
    }
}

#[test]
fn every_path_leads_where_the_page_says() {
    for row in rows(PAGE, &["path", "op", "value", "arguments", "answer"]) {
        let condition = json!({ "path": row["path"], "op": row["op"], "value": parse(&row["value"]) });
        check_answer(&condition, &parse(&row["arguments"]), &row["answer"]);
    }
}

#[test]
fn rules_are_asked_in_the_order_of_the_page() {
    let (policy, rest) = section("order");
    for row in rows(rest, &["tool", "arguments", "decision", "rule"]) {
        let (outcome, rule) = outcome(&policy, &row["tool"], &parse(&row["arguments"]));
        assert_eq!((json!(outcome), rule), (json!(row["decision"]), row["rule"].clone()), "{row:?}");
    }
}

#[test]
fn limits_count_as_the_page_says() {
    let (policy, rest) = section("limits");
    let mut counters = Counters::default();
    for row in rows(rest, &["at", "identity", "tool", "arguments", "decision", "rule"]) {
        let at = row["at"].parse::<jiff::Timestamp>().unwrap().as_second();
        let identity = Some(row["identity"].as_str()).filter(|identity| !identity.is_empty());
        let arguments = parse(&row["arguments"]);
        let call = Call { tool: &row["tool"], arguments: &arguments, identity, at };
        let decision = decide(&policy, &call, &counters);
        let have = (json!(decision.outcome), decision.rule.clone());
        let reservation = counters.reserve(&decision.charges);
        counters.commit(reservation);
        assert_eq!(have, (json!(row["decision"]), row["rule"].clone()), "{row:?}");
    }
}
