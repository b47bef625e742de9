//! What a description says beside what its tool does is no reason for another class: advice, warnings, labels, other tools.

use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write as _;
use toolgrade::grade;
use toolgrade::listing::Server;
use toolgrade::tool::Tool;
use toolgrade::verdict::Class;

#[derive(Deserialize)]
struct Asides {
    before: Vec<String>,
    after: Vec<String>,
}

/// A tool's class with another description, on a server that has no other tool.
fn class(row: &Value, description: String) -> Class {
    let mut tool = row["tool"].clone();
    tool["description"] = description.into();
    let tools = [Tool::try_from(tool).unwrap()];
    grade::verdicts(&Server::named(row["server"].as_str().unwrap()), &tools)[0].class
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
    let rows: Vec<Value> = include_str!("../data/corpus.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let described = |row: &&Value| row["tool"]["description"].as_str().is_some_and(|text| !text.trim().is_empty());
    let tools: Vec<(&Value, &str, Class)> = rows
        .iter()
        .filter(described)
        .map(|row| (row, row["tool"]["description"].as_str().unwrap()))
        .map(|(row, text)| (row, text, class(row, text.to_owned())))
        .collect();
    let mut changed = format!("classes that change, of {}\n", tools.len());
    let mut count = |aside: &str, with: &dyn Fn(&str) -> String| {
        let differs = |(row, text, own): &&(&Value, &str, Class)| class(row, with(text)) != *own;
        writeln!(changed, "{:>3}  {aside:?}", tools.iter().filter(differs).count()).unwrap();
    };
    for aside in &asides.before {
        count(aside, &|text| format!("{aside}{text}"));
    }
    for aside in &asides.after {
        count(aside, &|text| format!("{}{aside}", ended(text)));
    }
    insta::assert_snapshot!(changed);
}
