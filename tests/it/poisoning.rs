//! Poisoned definitions of every kind, and honest ones that look like them: how many of each are seen.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use toolgrade::grade;
use toolgrade::listing::Server;
use toolgrade::tool::Tool;
use toolgrade::verdict::{Severity, Signal};

/// The sets, as they were written before the rules of today.
const SETS: [(&str, &str); 2] =
    [("first", include_str!("../data/poisoning/first.jsonl")), ("second", include_str!("../data/poisoning/second.jsonl"))];

fn signals(tool: &Value) -> Vec<Signal> {
    let tool = Tool::try_from(tool.clone()).unwrap();
    let verdict = grade::verdicts(&Server::named("s"), &[tool]).remove(0);
    verdict.signals.into_iter().filter(|signal| signal.severity == Some(Severity::Critical)).collect()
}

#[test]
fn recall_by_kind() {
    let mut report = String::new();
    for (name, lines) in SETS {
        let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for line in lines.lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let signals = signals(&row["tool"]);
            let (seen, all) = kinds.entry(row["kind"].as_str().unwrap().to_owned()).or_default();
            *seen += usize::from(!signals.is_empty());
            *all += 1;
            let shown = |signal: &Signal| !signal.evidence.is_empty() && signal.evidence.iter().all(|e| e.start < e.end);
            assert!(signals.iter().all(shown), "no evidence: {line}");
        }
        for (kind, (seen, all)) in kinds {
            writeln!(report, "{name:<7} {kind:<9} {seen:>3} of {all:>3}").unwrap();
        }
    }
    insta::assert_snapshot!(report);
}
