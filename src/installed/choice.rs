//! What a client does with the tools of one server: which it offers to the model, and which run without a question.

use serde_json::Value;

/// Keys of lists of the only tools that are offered.
const ONLY: [&str; 4] = ["includeTools", "enabled_tools", "tools", "available_tools"];
/// Keys of lists of tools that are not offered.
const WITHOUT: [&str; 3] = ["excludeTools", "disabled_tools", "disabledTools"];
/// Keys of lists of tools that run without a question.
const UNASKED: [&str; 2] = ["alwaysAllow", "autoApprove"];

/// What an entry says of the tools of its server. Names may hold `*`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    only: Vec<String>,
    without: Vec<String>,
    unasked: Vec<String>,
}

impl Choice {
    /// Reads an entry of a config.
    #[must_use]
    pub fn read(entry: &Value) -> Self {
        let lists = |keys: &[&str]| -> Vec<String> {
            let lists = keys.iter().filter_map(|key| entry[*key].as_array()).flatten();
            lists.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let mut unasked = lists(&UNASKED);
        if entry["trust"] == Value::Bool(true) {
            unasked.push("*".to_owned());
        }
        Self { only: lists(&ONLY), without: lists(&WITHOUT), unasked }
    }

    /// Whether the client offers the tool to the model.
    #[must_use]
    pub fn offers(&self, tool: &str) -> bool {
        (self.only.is_empty() || is_named(&self.only, tool)) && !is_named(&self.without, tool)
    }

    /// Whether the client runs the tool without asking a person.
    #[must_use]
    pub fn is_unasked(&self, tool: &str) -> bool {
        is_named(&self.unasked, tool)
    }
}

fn is_named(names: &[String], tool: &str) -> bool {
    names.iter().any(|name| name == tool || name.contains('*') && glob::Pattern::new(name).is_ok_and(|name| name.matches(tool)))
}
