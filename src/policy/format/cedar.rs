//! Cedar, in the words of `ToolHive` (<https://docs.stacklok.com/toolhive/reference/authz-policy-reference>): `permit` for what may be called,
//! with the arguments in `context.arg_…`; what nothing permits is denied.

use super::naming::Names;
use super::note::Note;
use super::quote::cedar as quoted;
use super::{Entry, Format, Lines};
use crate::policy::condition::{Condition, Scalar, Test};
use crate::policy::model::ToolRules;
use crate::policy::plan::{Standing, ToolPlan};
use serde_json::Number;

pub(super) const FORMAT: Format = Format {
    id: "cedar",
    name: "Cedar",
    about: "Cedar policies",
    file: "policies.cedar",
    sign: "//",
    place: "For ToolHive: each policy is one entry of `cedar.policies` in its authorization config.",
    names: Names::Tools(|_| true),
    notes: &[&[
        Note::Tools("not counted here, so their limits are lost", |tool| {
            opening(tool).is_some() && tool.rules().is_some_and(|rules| !rules.limits.is_empty())
        }),
        Note::Tools("not permitted, because their conditions cannot be expressed here", |tool| {
            tool.standing() < Standing::Approval && opening(tool).is_none()
        }),
        Note::Tools("not permitted, because nobody is asked here", |tool| tool.standing() == Standing::Approval),
    ]],
    frame: |frame, _| frame.lines(),
    add,
};

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    let (tool, because) = (entry.tool(), &*entry.because);
    match opening(tool) {
        Some(when) => {
            let because = if because.is_empty() { String::new() } else { format!("// {because}\n") };
            let when = if when.is_empty() { String::new() } else { format!("\nwhen {{ {} }}", when.join(" && ")) };
            let resource = quoted(&entry.key);
            let to = format_args!("action == Action::\"call_tool\", resource == Tool::{resource}");
            lines.add(0, format_args!("\n{because}permit(principal, {to}){when};\n"), "");
        }
        None => {
            let because = if because.is_empty() { String::new() } else { format!(" – {because}") };
            lines.add(0, format_args!("\n// Not permitted: {}{because}\n", super::quote::line(&entry.key)), "");
        }
    }
}

/// The conditions under which a tool may be called; `None` where nothing permits it.
fn opening(tool: &ToolPlan) -> Option<Vec<String>> {
    tool.rules().filter(|_| tool.standing() < Standing::Approval).and_then(when)
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
