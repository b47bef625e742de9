//! Cedar, in the words of `ToolHive` (<https://docs.stacklok.com/toolhive/reference/authz-policy-reference>): `permit` for what may be called,
//! with the arguments in `context.arg_…`; what nothing permits is denied.

use super::quote::cedar as quoted;
use super::{Notes, Written};
use crate::policy::condition::{Condition, Scalar, Test};
use crate::policy::model::ToolRules;
use crate::policy::plan::{Plan, Standing};
use serde_json::Number;
use std::fmt::Write as _;

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    let (mut text, mut counted, mut refused, mut approved) = (String::new(), Vec::new(), Vec::new(), Vec::new());
    let plans = plan.tools();
    for tool in &plans {
        let name = tool.name.as_str();
        let standing = tool.standing();
        let open = match tool.rules() {
            Some(rules) if standing < Standing::Approval => when(rules).map(|when| (rules, when)),
            _ => None,
        };
        // Writing to a String cannot fail.
        let _ = match open {
            Some((rules, when)) => {
                if !rules.limits.is_empty() {
                    counted.push(name);
                }
                let when = if when.is_empty() { String::new() } else { format!("\nwhen {{ {} }}", when.join(" && ")) };
                let resource = quoted(name);
                write!(
                    text,
                    "\n// {}\npermit(principal, action == Action::\"call_tool\", resource == Tool::{resource}){when};\n",
                    tool.because()
                )
            }
            None => {
                match standing {
                    Standing::Approval => approved.push(name),
                    Standing::Checked | Standing::Limited | Standing::Free => refused.push(name),
                    Standing::Refused | Standing::Hidden => {}
                }
                writeln!(text, "\n// Not permitted: {} – {}", super::quote::line(name), tool.because())
            }
        };
    }
    notes.about("not counted here, so their limits are lost", &counted);
    notes.about("not permitted, because their conditions cannot be expressed here", &refused);
    notes.about("not permitted, because nobody is asked here", &approved);
    let head = notes.head("//", plan, "For ToolHive: each policy is one entry of `cedar.policies` in its authorization config.");
    notes.done(format!("{head}{text}"))
}

/// The conditions of a tool, joined by "and"; `None` where one cannot be expressed.
fn when(rules: &ToolRules) -> Option<Vec<String>> {
    let mut when = Vec::new();
    for condition in rules.require.iter().flat_map(|predicate| &predicate.conditions) {
        when.push(holds(condition)?);
    }
    for predicate in &rules.deny_if {
        match predicate.conditions.as_slice() {
            [condition] => when.push(fails(condition)?),
            _ => return None,
        }
    }
    Some(when)
}

/// Where a condition holds. A value of another type is an error, and a policy with an error permits nothing.
fn holds(condition: &Condition) -> Option<String> {
    let (has, value) = argument(condition)?;
    let compare = |operator: &str, number: &Number| Some(format!("({has} && {value} {operator} {})", long(number)?));
    match &condition.test {
        Test::Eq(scalar) => Some(format!("({has} && {value} == {})", literal(scalar)?)),
        Test::In(scalars) => {
            let list: Option<Vec<String>> = scalars.iter().map(literal).collect();
            Some(format!("({has} && [{}].contains({value}))", list?.join(", ")))
        }
        Test::Lt(bound) => compare("<", &bound.written),
        Test::Lte(bound) => compare("<=", &bound.written),
        Test::Gt(bound) => compare(">", &bound.written),
        Test::Gte(bound) => compare(">=", &bound.written),
        Test::Exists(true) => Some(has),
        Test::Exists(false) => Some(format!("!({has})")),
        Test::Neq(_) | Test::NotIn(_) | Test::Regex(_) | Test::Contains(_) => None,
    }
}

/// Where a condition surely does not hold: also where its argument is missing.
fn fails(condition: &Condition) -> Option<String> {
    let (has, value) = argument(condition)?;
    let unless = |operator: &str, number: &Number| Some(format!("(!({has}) || {value} {operator} {})", long(number)?));
    match &condition.test {
        Test::Lt(bound) => unless(">=", &bound.written),
        Test::Lte(bound) => unless(">", &bound.written),
        Test::Gt(bound) => unless("<=", &bound.written),
        Test::Gte(bound) => unless("<", &bound.written),
        Test::Exists(true) => Some(format!("!({has})")),
        Test::Exists(false) => Some(has),
        _ => None,
    }
}

/// An argument, by the test for its presence and by its value. Only scalars at the top are in the context.
fn argument(condition: &Condition) -> Option<(String, String)> {
    match condition.path.segments() {
        [name] => {
            let key = quoted(&format!("arg_{name}"));
            Some((format!("context has {key}"), format!("context[{key}]")))
        }
        _ => None,
    }
}

fn literal(scalar: &Scalar) -> Option<String> {
    match scalar {
        Scalar::Text(text) => Some(quoted(text)),
        Scalar::Bool(value) => Some(value.to_string()),
        Scalar::Number(number) => long(&number.written),
        Scalar::Null => None,
    }
}

/// A whole number: Cedar has no others to compare.
fn long(number: &Number) -> Option<String> {
    number.as_i64().map(|whole| whole.to_string())
}
