//! How many calls a policy decides in a second: `cargo bench --bench policy`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on should say where")]

use serde_json::{Map, Value, json};
use std::hint::black_box;
use std::time::Instant;
use toolgrade::policy::counters::Counters;
use toolgrade::policy::decide::{Call, Outcome, decide};
use toolgrade::policy::model::Policy;
use toolgrade::policy::prove::Prover;
use toolgrade::policy::read::read;

const TOOLS: usize = 200;
const CALLS: usize = 1_000_000;
const ROUNDS: usize = 5;

fn main() {
    let limit =
        |name: &str| json!([{ "counter": format!("{name}_rate"), "window": "minute", "max": 1_000_000_000, "scope": "grant" }]);
    let limits = policy(|name| json!({ "limits": limit(name) }));
    measure("limits only", &limits);
    let conditions = policy(|name| {
        json!({
            "require": [{ "path": "args.path", "op": "regex", "value": "/srv/[a-z/]*" }, { "path": "args.amount", "op": "lte", "value": 500 }],
            "deny_if": [{ "path": "args.currency", "op": "not_in", "value": ["EUR", "USD"] }],
            "limits": limit(name),
        })
    });
    measure("conditions and limits", &conditions);
    let prover = Prover::default();
    let start = Instant::now();
    for at in 0..TOOLS {
        black_box(prover.callable(&conditions, &name(at)));
    }
    println!("  proof                  {:>10.0} tools/s", TOOLS as f64 / start.elapsed().as_secs_f64());
}

fn name(at: usize) -> String {
    format!("tool_number_{at}")
}

fn policy(rules: impl Fn(&str) -> Value) -> Policy {
    let tools: Map<String, Value> = (0..TOOLS).map(name).map(|name| (name.clone(), rules(&name))).collect();
    let text = json!({ "version": "1", "default": "deny", "tools": tools }).to_string();
    read(&text).unwrap().policy
}

/// Decides and reserves; the median of the rounds.
fn measure(what: &str, policy: &Policy) {
    let names: Vec<String> = (0..TOOLS).map(name).collect();
    let identities = ["alice", "bob", "carol", "ci"];
    let arguments = json!({ "path": "/srv/data/reports", "amount": 12.50, "currency": "EUR" });
    let mut rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let mut counters = Counters::default();
            let start = Instant::now();
            for number in 0..CALLS {
                let (tool, identity) = (&names[number % TOOLS], identities[number / TOOLS % identities.len()]);
                let call = Call { tool, arguments: &arguments, identity: Some(identity), at: 1_800_000_000 };
                let decision = decide(policy, black_box(&call), &counters);
                assert_eq!(decision.outcome, Outcome::Allow);
                let reservation = counters.reserve(&decision.charges);
                counters.commit(reservation);
            }
            CALLS as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!("  {what:<22} {:>10.0} decisions/s", rates[ROUNDS / 2]);
}
