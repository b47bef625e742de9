//! The verdicts on a thousand real tools, one a line, and how often those on thousands of labelled ones are right: a rule change
//! shows its whole effect in a diff.

use crate::env::Env;
use serde_json::Value;
use std::fmt::Write as _;
use toolgrade::grade;
use toolgrade::listing::Server;
use toolgrade::tool::Tool;
use toolgrade::verdict::Verdict;

/// The rows of JSON Lines.
pub(crate) fn rows(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The tools of one server, each with its verdict.
pub(crate) fn graded(server: &[Value]) -> Vec<(Tool, Verdict)> {
    let tools: Vec<Tool> = server.iter().map(|row| Tool::try_from(row["tool"].clone()).unwrap()).collect();
    let verdicts = grade::verdicts(&Server::named(server[0]["server"].as_str().unwrap()), &tools);
    tools.into_iter().zip(verdicts).collect()
}

#[test]
fn verdicts_on_real_tools() {
    let rows = rows(include_str!("../data/corpus.jsonl"));
    let mut verdicts = String::new();
    for server in rows.chunk_by(|a, b| a["server"] == b["server"]) {
        let name = server[0]["server"].as_str().unwrap();
        for (tool, verdict) in graded(server) {
            let rules: Vec<&str> = verdict.findings.iter().map(|finding| finding.rule.as_str()).collect();
            let signals: Vec<&str> = verdict.signals.iter().map(|signal| signal.id.as_str()).collect();
            let (tool, class, said) = (tool.name(), verdict.class, rules.join(","));
            writeln!(verdicts, "{name}/{tool}  {class} {:.2}  {said}  {}", verdict.confidence, signals.join(",")).unwrap();
        }
    }
    insta::assert_snapshot!(verdicts);
}

#[test]
fn agreement_by_clause_of_the_taxonomy() {
    let rows = rows(include_str!("../data/clauses.jsonl"));
    let mut agreement = String::new();
    for clause in rows.chunk_by(|a, b| a["clause"] == b["clause"]) {
        let mut right = 0;
        for server in clause.chunk_by(|a, b| a["server"] == b["server"]) {
            let agrees = |(row, (_, verdict)): &(&Value, (Tool, Verdict))| row["class"] == verdict.class.to_string();
            right += server.iter().zip(graded(server)).filter(agrees).count();
        }
        writeln!(agreement, "{right:>3} of {:>2}  {}", clause.len(), clause[0]["clause"].as_str().unwrap()).unwrap();
    }
    insta::assert_snapshot!(agreement);
}

#[test]
fn agreement_with_labels() {
    let labelled = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/labelled.jsonl");
    let report = Env::new().run(&["eval", labelled]);
    let (measures, _) = report.split_once(" misses\n").unwrap();
    insta::assert_snapshot!(measures);
}
