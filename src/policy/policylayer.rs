//! Starter policies as policy.json version "1": default deny, and for each class what the profile says.

use super::model::{EVERY_TOOL, Fallback, Policy};
use super::overrides::Overrides;
use super::plan::Plan;
use super::profile::{Profile, Stance};
use crate::verdict::{Class, GradedServer};
use serde_json::Value;
use std::collections::HashMap;

/// A policy for servers' tools. A tool name that two servers share gets what either of its tools asks for.
#[must_use]
pub fn document(servers: &[GradedServer]) -> Value {
    Value::from(&Plan::new(Profile::default(), &Overrides::default(), servers).policy())
}

/// The policy for one tool of a class, as its page recommends it.
#[must_use]
pub fn for_tool(name: &str, class: Class) -> Value {
    Value::from(&starter(Profile::default(), &[(name, class)]))
}

/// The starter policy of a profile for tools of known class.
#[must_use]
pub fn starter(profile: Profile, tools: &[(&str, Class)]) -> Policy {
    let mut policy = Policy::new(Fallback::Deny);
    // A tool of that name cannot be named: the default refuses it.
    for (name, class) in tools.iter().filter(|(name, _)| *name != EVERY_TOOL) {
        match profile.stance(name, *class) {
            Stance::Hidden => policy.hide(name),
            Stance::Ruled(rules) => policy.set(name, rules),
        }
    }
    policy
}

/// Every tool name of the servers once, in their order, with the most severe class that goes by it.
#[must_use]
pub fn worst_classes(servers: &[GradedServer]) -> Vec<(&str, Class)> {
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
    tools
}
