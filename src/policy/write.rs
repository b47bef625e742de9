//! Writes a policy as policy.json version "1": the same policy, the same bytes.

use super::condition::{Condition, Scalar, Test};
use super::model::{Fallback, Increment, Limit, Policy, Predicate, Scope, ToolRules};
use crate::report::safe_json;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The rules of a tool as text over several lines, what hides or turns text spelled out.
pub(super) fn rules(rules: &ToolRules) -> String {
    if *rules == ToolRules::default() { "{}".to_owned() } else { safe_json::pretty_text(rules) }
}

impl From<&Policy> for Value {
    fn from(policy: &Policy) -> Self {
        // Strings, numbers and lists only: this cannot fail.
        serde_json::to_value(policy).unwrap_or_default()
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Tools<'p>(&'p Policy);
        impl Serialize for Tools<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.tools())
            }
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", "1")?;
        let default = match self.default {
            Fallback::Allow => "allow",
            Fallback::Deny => "deny",
        };
        map.serialize_entry("default", default)?;
        put(&mut map, "hide", self.hidden())?;
        if !self.all_tools.is_empty() {
            map.serialize_entry("all_tools", &ToolRules { limits: self.all_tools.clone(), ..ToolRules::default() })?;
        }
        if self.tools().len() > 0 {
            map.serialize_entry("tools", &Tools(self))?;
        }
        map.end()
    }
}

impl Serialize for ToolRules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        put(&mut map, "require", &self.require)?;
        put(&mut map, "deny_if", &self.deny_if)?;
        put(&mut map, "limits", &self.limits)?;
        map.end()
    }
}

/// A list under a name, unless it is empty.
fn put<M: SerializeMap, T: Serialize>(map: &mut M, name: &str, list: &[T]) -> Result<(), M::Error> {
    if list.is_empty() { Ok(()) } else { map.serialize_entry(name, list) }
}

impl Serialize for Predicate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("conditions", &self.conditions)?;
        if let Some(text) = &self.on_deny {
            map.serialize_entry("on_deny", text)?;
        }
        map.end()
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let list = |scalars: &[Scalar]| scalars.iter().map(Value::from).collect();
        let operand: Value = match &self.test {
            Test::Eq(scalar) | Test::Neq(scalar) | Test::Contains(scalar) => scalar.into(),
            Test::In(scalars) | Test::NotIn(scalars) => list(scalars),
            Test::Lt(number) | Test::Lte(number) | Test::Gt(number) | Test::Gte(number) => Value::Number(number.written.clone()),
            Test::Regex(pattern) => pattern.text().into(),
            Test::Exists(wanted) => (*wanted).into(),
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", &self.path.to_string())?;
        map.serialize_entry("op", self.test.operator())?;
        map.serialize_entry("value", &operand)?;
        map.end()
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("counter", self.counter.as_ref())?;
        map.serialize_entry("window", self.window.name())?;
        map.serialize_entry("max", &self.max.written)?;
        if self.scope == Scope::Grant {
            map.serialize_entry("scope", "grant")?;
        }
        match &self.increment {
            Increment::Fixed { written: Some(number), .. } => map.serialize_entry("increment", number)?,
            Increment::Fixed { written: None, .. } => {}
            Increment::From(path) => map.serialize_entry("increment_from", &path.to_string())?,
        }
        if let Some(text) = &self.on_deny {
            map.serialize_entry("on_deny", text)?;
        }
        map.end()
    }
}
