//! How many calls a policy decides in a second, and what writing one for a catalogue's worth of tools costs beside `classify`:
//! `cargo bench --bench policy`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on should say where")]

use serde_json::{Map, Value, json};
use std::hint::black_box;
use std::time::Duration;
use toolgrade::classify::classify;
use toolgrade::grade::grade;
use toolgrade::listing::{Listing, Server};
use toolgrade::policy::counters::Counters;
use toolgrade::policy::decide::{Call, Outcome, decide};
use toolgrade::policy::format::Format;
use toolgrade::policy::model::Policy;
use toolgrade::policy::overrides::Overrides;
use toolgrade::policy::plan::Plan;
use toolgrade::policy::profile::Profile;
use toolgrade::policy::prove::Prover;
use toolgrade::policy::read::read;
use toolgrade::tool::Tool;

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
    let start = cpu();
    for at in 0..TOOLS {
        black_box(prover.callable(&conditions, &name(at)));
    }
    println!("  proof                  {:>10.0} tools/s", TOOLS as f64 / (cpu() - start).as_secs_f64());
    generate();
}

/// As many tools as the largest catalogue counts.
const LISTED: usize = 515_000;

/// Classifies the lines of tools, plans for the tools and writes the plan in every format: what each step takes, one server at a time, as
/// tools do not fit into memory together.
fn generate() {
    let recorded = include_str!("../tests/data/recorded/sapo-mcp.json");
    let tools: Value = serde_json::from_str(recorded).unwrap();
    let tools: Vec<Value> = tools["tools"].as_array().unwrap().clone();
    let (mut classifying, mut planning) = (Duration::ZERO, Duration::ZERO);
    let mut plan = Plan { profile: Profile::default(), servers: Vec::new() };
    for number in 0..LISTED / tools.len() {
        // Names differ, or all servers would have the same few tools.
        let renamed = |tool: &Value| {
            let mut tool = tool.clone();
            tool["name"] = format!("{}_{number}", tool["name"].as_str().unwrap()).into();
            tool
        };
        let name = format!("server-{number}");
        let tools: Vec<Value> = tools.iter().map(renamed).collect();
        let lines: String = tools.iter().map(|tool| format!("{}\n", json!({ "server": name, "tool": tool }))).collect();
        let start = cpu();
        classify(&mut lines.as_bytes(), &mut std::io::sink(), false).unwrap();
        classifying += cpu() - start;
        let tools: Vec<Tool> = tools.into_iter().map(|tool| Tool::try_from(tool).unwrap()).collect();
        let server = grade(Listing { server: Server::named(&name), tools: tools.iter().collect() }, name);
        let start = cpu();
        plan.servers.extend(Plan::new(plan.profile, &Overrides::default(), &[server]).servers);
        planning += cpu() - start;
    }
    let count: usize = plan.servers.iter().map(|server| server.tools.len()).sum();
    println!("generation: {count} tools in one policy, as a ratio to `classify`");
    println!("  plan                   {:>10.2}", ratio(planning, classifying));
    for format in ["policylayer", "intercept", "claude-code", "cedar"].into_iter().filter_map(Format::find) {
        let start = cpu();
        black_box(format.write(&plan));
        println!("  write {:<16} {:>10.2}", format.id, ratio(cpu() - start, classifying));
    }
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn name(at: usize) -> String {
    format!("tool_number_{at}")
}

fn policy(rules: impl Fn(&str) -> Value) -> Policy {
    let tools: Map<String, Value> = (0..TOOLS).map(name).map(|name| (name.clone(), rules(&name))).collect();
    let text = json!({ "version": "1", "default": "deny", "tools": tools }).to_string();
    read(&text).unwrap().policy
}

/// Decides and reserves, on one core; the median of the rounds.
fn measure(what: &str, policy: &Policy) {
    let names: Vec<String> = (0..TOOLS).map(name).collect();
    let identities = ["alice", "bob", "carol", "ci"];
    let arguments = json!({ "path": "/srv/data/reports", "amount": 12.50, "currency": "EUR" });
    let mut rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let mut counters = Counters::default();
            let start = cpu();
            for number in 0..CALLS {
                let (tool, identity) = (&names[number % TOOLS], identities[number / TOOLS % identities.len()]);
                let call = Call { tool, arguments: &arguments, identity: Some(identity), at: 1_800_000_000 };
                let decision = decide(policy, black_box(&call), &counters);
                assert_eq!(decision.outcome, Outcome::Allow);
                let reservation = counters.reserve(&decision.charges);
                counters.commit(reservation);
            }
            CALLS as f64 / (cpu() - start).as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!("  {what:<22} {:>10.0} decisions/s", rates[ROUNDS / 2]);
}

/// What this process has used: others on the machine do not count.
#[cfg(unix)]
fn cpu() -> Duration {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_PROCESS_CPUTIME_ID).unwrap().into()
}

/// Without such a clock, the time since the start stands in.
#[cfg(not(unix))]
fn cpu() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
