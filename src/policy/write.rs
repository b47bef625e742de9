//! Writes a policy as policy.json version "1": the same policy, the same bytes.

use super::condition::{Condition, Scalar, Test};
use super::model::{Fallback, Increment, Limit, Policy, Predicate, Scope, ToolRules};
use crate::report::safe_json;
use serde_json::{Map, Value};

/// The rules of a tool as text over several lines, what hides or turns text spelled out.
pub(super) fn rules(rules: &ToolRules) -> String {
    if *rules == ToolRules::default() {
        return "{}".to_owned();
    }
    safe_json::pretty_text(&tool(rules))
}

impl From<&Policy> for Value {
    fn from(policy: &Policy) -> Self {
        let mut object = Map::new();
        object.insert("version".to_owned(), "1".into());
        let default = match policy.default {
            Fallback::Allow => "allow",
            Fallback::Deny => "deny",
        };
        object.insert("default".to_owned(), default.into());
        if !policy.hidden().is_empty() {
            object.insert("hide".to_owned(), policy.hidden().into());
        }
        if !policy.all_tools.is_empty() {
            let mut all = Map::new();
            put(&mut all, "limits", &policy.all_tools, limit);
            object.insert("all_tools".to_owned(), all.into());
        }
        let tools: Map<String, Self> = policy.tools().map(|(name, rules)| (name.to_owned(), tool(rules))).collect();
        if !tools.is_empty() {
            object.insert("tools".to_owned(), tools.into());
        }
        object.into()
    }
}

fn tool(rules: &ToolRules) -> Value {
    let mut object = Map::new();
    put(&mut object, "require", &rules.require, predicate);
    put(&mut object, "deny_if", &rules.deny_if, predicate);
    put(&mut object, "limits", &rules.limits, limit);
    object.into()
}

/// A list under a name, unless it is empty.
fn put<T>(object: &mut Map<String, Value>, name: &str, list: &[T], write: impl Fn(&T) -> Value) {
    if !list.is_empty() {
        object.insert(name.to_owned(), list.iter().map(write).collect());
    }
}

fn predicate(predicate: &Predicate) -> Value {
    let mut object = Map::new();
    object.insert("conditions".to_owned(), predicate.conditions.iter().map(condition).collect());
    object.extend(predicate.on_deny.iter().map(|text| ("on_deny".to_owned(), text.as_str().into())));
    object.into()
}

fn condition(condition: &Condition) -> Value {
    let list = |scalars: &[Scalar]| scalars.iter().map(Value::from).collect();
    let operand = match &condition.test {
        Test::Eq(scalar) | Test::Neq(scalar) | Test::Contains(scalar) => scalar.into(),
        Test::In(scalars) | Test::NotIn(scalars) => list(scalars),
        Test::Lt(number) | Test::Lte(number) | Test::Gt(number) | Test::Gte(number) => Value::Number(number.written.clone()),
        Test::Regex(pattern) => pattern.text().into(),
        Test::Exists(wanted) => (*wanted).into(),
    };
    let mut object = Map::new();
    object.insert("path".to_owned(), condition.path.to_string().into());
    object.insert("op".to_owned(), condition.test.operator().into());
    object.insert("value".to_owned(), operand);
    object.into()
}

fn limit(limit: &Limit) -> Value {
    let mut object = Map::new();
    object.insert("counter".to_owned(), limit.counter.as_ref().into());
    object.insert("window".to_owned(), limit.window.name().into());
    object.insert("max".to_owned(), Value::Number(limit.max.written.clone()));
    if limit.scope == Scope::Grant {
        object.insert("scope".to_owned(), "grant".into());
    }
    match &limit.increment {
        Increment::Fixed { written, .. } => {
            object.extend(written.iter().map(|number| ("increment".to_owned(), Value::Number(number.clone()))));
        }
        Increment::From(path) => {
            object.insert("increment_from".to_owned(), path.to_string().into());
        }
    }
    object.extend(limit.on_deny.iter().map(|text| ("on_deny".to_owned(), text.as_str().into())));
    object.into()
}
