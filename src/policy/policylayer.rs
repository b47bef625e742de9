//! Writes policy.json version "1": default deny, and for each class the reference rule.

use crate::verdict::{Class, GradedServer};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// A policy for servers' tools. A tool name that two servers share gets the rule of the more severe class.
#[must_use]
pub fn document(servers: &[GradedServer]) -> Value {
    let mut tools: Vec<(&str, Class)> = Vec::new();
    // A hostile server lists a hundred thousand names: they are not compared with each other.
    let mut at: HashMap<&str, usize> = HashMap::new();
    for tool in servers.iter().flat_map(|server| &server.tools) {
        let (name, class) = (tool.tool.name(), tool.verdict.class);
        let index = *at.entry(name).or_insert(tools.len());
        match tools.get_mut(index) {
            Some((_, worst)) => *worst = class.max(*worst),
            None => tools.push((name, class)),
        }
    }
    policy(&tools)
}

/// The policy for one tool of a class, as its page recommends it.
#[must_use]
pub fn for_tool(name: &str, class: Class) -> Value {
    policy(&[(name, class)])
}

fn policy(tools: &[(&str, Class)]) -> Value {
    let mut hidden: Vec<Value> = Vec::new();
    let mut rules = Map::new();
    for &(name, class) in tools {
        match rule(name, class) {
            Some(rule) => drop(rules.insert(name.to_owned(), rule)),
            None => hidden.push(name.into()),
        }
    }
    let mut policy = Map::new();
    policy.insert("version".to_owned(), "1".into());
    policy.insert("default".to_owned(), "deny".into());
    if !hidden.is_empty() {
        policy.insert("hide".to_owned(), hidden.into());
    }
    if !rules.is_empty() {
        policy.insert("tools".to_owned(), rules.into());
    }
    policy.into()
}

/// The entry under `tools`, or `None` for a tool that is hidden instead.
fn rule(name: &str, class: Class) -> Option<Value> {
    let at_most =
        |max: u32| json!({ "limits": [{ "counter": format!("{name}_rate"), "window": "minute", "max": max, "scope": "grant" }] });
    match class {
        Class::Read => Some(json!({})),
        Class::Write => Some(at_most(30)),
        Class::Execute => Some(at_most(10)),
        Class::Destructive => None,
        Class::Financial => Some(json!({ "deny_if": [{ "conditions": [], "on_deny": "Requires human approval." }] })),
    }
}
