//! What a definition says beside what its tool does is no reason for another class: advice, warnings, labels, other tools, parameters
//! that any tool may have.

use crate::corpus::{graded, rows};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write as _;
use toolgrade::verdict::Class;

#[derive(Deserialize)]
struct Asides {
    before: Vec<String>,
    after: Vec<String>,
    parameters: Vec<String>,
}

/// A tool's class after a change, on a server that has no other tool.
fn class(row: &Value, change: impl FnOnce(&mut Value)) -> Class {
    let mut row = row.clone();
    change(&mut row["tool"]);
    graded(&[row])[0].1.class
}

/// A description that ends like a sentence.
fn ended(description: &str) -> String {
    let description = description.trim_end();
    let closed = description.ends_with(['.', '!', '?', '。']);
    format!("{description}{} ", if closed { "" } else { "." })
}

#[test]
fn change_few_classes() {
    let asides: Asides = toml::from_str(include_str!("../data/asides.toml")).unwrap();
    let rows = rows(include_str!("../data/corpus.jsonl"));
    let described = |row: &&Value| row["tool"]["description"].as_str().is_some_and(|text| !text.trim().is_empty());
    let tools: Vec<(&Value, &str, Class)> = rows
        .iter()
        .filter(described)
        .map(|row| (row, row["tool"]["description"].as_str().unwrap()))
        .map(|(row, text)| (row, text, class(row, |_| ())))
        .collect();
    let mut changed = format!("classes that change, of {}\n", tools.len());
    let mut count = |aside: &str, change: &dyn Fn(&mut Value, &str)| {
        let differs = |(row, text, own): &&(&Value, &str, Class)| class(row, |tool| change(tool, text)) != *own;
        writeln!(changed, "{:>3}  {aside:?}", tools.iter().filter(differs).count()).unwrap();
    };
    for aside in &asides.before {
        count(aside, &|tool, text| tool["description"] = format!("{aside}{text}").into());
    }
    for aside in &asides.after {
        count(aside, &|tool, text| tool["description"] = format!("{}{aside}", ended(text)).into());
    }
    for name in &asides.parameters {
        count(name, &|tool, _| {
            if tool["inputSchema"]["properties"].is_object() {
                tool["inputSchema"]["properties"][name] = json!({ "type": "string" });
            }
        });
    }
    insta::assert_snapshot!(changed);
}
