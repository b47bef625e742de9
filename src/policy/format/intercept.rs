//! Intercept: its YAML policy (<https://github.com/PolicyLayer/Intercept/blob/main/POLICY.md>). Every rule of a tool must pass, and an
//! `evaluate` rule passes when all its conditions hold; a missing argument fails all but `exists`.

use super::frame::List;
use super::naming::Names;
use super::note::{Note, UNFILLED};
use super::quote::toml_or_yaml as quoted;
use super::{Comment, Entry, Format, Frame, Lines};
use crate::policy::condition::{Condition, Scalar, Test};
use crate::policy::model::{Increment, Limit, Predicate, Scope, ToolRules};
use crate::policy::path::{Path, index};
use crate::policy::plan::ToolPlan;
use crate::policy::profile::Stance;
use serde_json::Number;
use std::borrow::Cow;

pub(super) const FORMAT: Format = Format {
    id: "intercept",
    name: "Intercept",
    about: "Intercept's YAML",
    file: "policy.yaml",
    sign: "#",
    place: "Check it with `intercept validate -c FILE`.",
    names: Names::Tools(is_named),
    notes: &[&[
        UNFILLED,
        Note::Tools("left out, because this format cannot name them; the default refuses them", |tool| !is_named(&tool.name)),
        Note::Tools("refused, because their rule cannot be expressed here", |tool| {
            is_named(&tool.name) && is(tool, Option::is_none)
        }),
        Note::Tools("stricter here: an argument that is checked must be given", |tool| {
            is_named(&tool.name) && is(tool, |made| made.as_ref().is_some_and(|made| made.stricter))
        }),
        Note::Any("a counter is everybody's: start one Intercept for each identity, with a state of its own", |tool| {
            let counts = |rules: &ToolRules| rules.limits.iter().any(|limit| limit.scope == Scope::Grant);
            is_named(&tool.name) && tool.rules().is_some_and(counts) && is(tool, Option::is_some)
        }),
    ]],
    frame,
    add,
};

fn frame(frame: &mut Frame, _: &[Cow<'_, str>]) {
    frame.text("version: \"1\"\ndefault: \"deny\"\n");
    frame.list(List { open: "\nhide:\n", comma: "", close: "", empty: "" });
    frame.text("\ntools:");
    frame.list(List { open: "", comma: "", close: "", empty: " {}\n" });
}

fn add(entry: &Entry<'_>, lines: &mut Lines) {
    let name = quoted(&entry.key);
    match &entry.tool().stance {
        Stance::Hidden => lines.add(0, format_args!("  - {name}"), Comment("#", &entry.because)),
        Stance::Ruled(rules) => {
            let because = if entry.because.is_empty() { String::new() } else { format!("  # {}\n", entry.because) };
            let rules = match rules_of(&entry.key, rules) {
                Some(made) if made.text.is_empty() => " []\n".to_owned(),
                Some(made) => format!("\n{}", made.text),
                None => format!("\n{}", deny("Its rule cannot be expressed here.")),
            };
            lines.add(1, format_args!("\n{because}  {name}:\n    rules:{rules}"), "");
        }
    }
}

/// `*` names every tool, and a name of blanks is no entry of `hide`.
fn is_named(name: &str) -> bool {
    name != "*" && !name.trim().is_empty()
}

/// Whether something is true of the rules a tool gets here.
fn is(tool: &ToolPlan, check: fn(&Option<Made>) -> bool) -> bool {
    tool.rules().is_some_and(|rules| check(&rules_of(&tool.name, rules)))
}

struct Made {
    text: String,
    stricter: bool,
}

/// The rules of a tool; `None` where one of them cannot be expressed.
fn rules_of(name: &str, rules: &ToolRules) -> Option<Made> {
    let mut made = Made { text: String::new(), stricter: false };
    for predicate in &rules.require {
        let conditions: Vec<String> = predicate.conditions.iter().map(holds).collect::<Option<_>>()?;
        made.text.push_str(&evaluate(&conditions, predicate));
    }
    for predicate in &rules.deny_if {
        match predicate.conditions.as_slice() {
            [] => made.text.push_str(&deny(predicate.on_deny.as_deref().unwrap_or("Refused by policy."))),
            // Rules are joined by "and", so only one condition has a contrary.
            [condition] => {
                let (text, exact) = fails(condition)?;
                made.stricter |= !exact;
                made.text.push_str(&evaluate(&[text], predicate));
            }
            _ => return None,
        }
    }
    for limit in &rules.limits {
        made.text.push_str(&counted(name, limit)?);
    }
    Some(made)
}

fn deny(message: &str) -> String {
    format!("      - name: \"refused\"\n        action: \"deny\"\n        on_deny: {}\n", quoted(message))
}

fn evaluate(conditions: &[String], predicate: &Predicate) -> String {
    let message = predicate.on_deny.as_deref().unwrap_or("Refused by policy.");
    let conditions = conditions.concat();
    format!("      - name: {0}\n        conditions:\n{conditions}        on_deny: {0}\n", quoted(message))
}

fn condition(path: &str, op: &str, value: &str) -> String {
    format!("          - path: {}\n            op: \"{op}\"\n            value: {value}\n", quoted(path))
}

/// A condition that passes where ours holds, and nowhere else.
fn holds(own: &Condition) -> Option<String> {
    let path = dotted(&own.path)?;
    Some(match &own.test {
        // Theirs compares what things look like (`true` is "true"); a pattern is only for texts.
        Test::Eq(Scalar::Text(text)) => condition(&path, "regex", &pattern(&[regex::escape(text)])),
        Test::In(list) => {
            let texts: Option<Vec<String>> = list
                .iter()
                .map(|scalar| if let Scalar::Text(text) = scalar { Some(regex::escape(text)) } else { None })
                .collect();
            condition(&path, "regex", &pattern(&texts?))
        }
        Test::Regex(own) => condition(&path, "regex", &pattern(&[own.text().to_owned()])),
        Test::Lt(bound) => condition(&path, "lt", &number(&bound.written)?),
        Test::Lte(bound) => condition(&path, "lte", &number(&bound.written)?),
        Test::Gt(bound) => condition(&path, "gt", &number(&bound.written)?),
        Test::Gte(bound) => condition(&path, "gte", &number(&bound.written)?),
        Test::Exists(wanted) => condition(&path, "exists", if *wanted { "true" } else { "false" }),
        Test::Eq(_) | Test::Neq(_) | Test::NotIn(_) | Test::Contains(_) => return None,
    })
}

/// A condition that passes where ours surely does not hold, and whether also where the argument is missing.
fn fails(own: &Condition) -> Option<(String, bool)> {
    let path = dotted(&own.path)?;
    Some(match &own.test {
        Test::Exists(wanted) => (condition(&path, "exists", if *wanted { "false" } else { "true" }), true),
        Test::Lt(bound) => (condition(&path, "gte", &number(&bound.written)?), false),
        Test::Lte(bound) => (condition(&path, "gt", &number(&bound.written)?), false),
        Test::Gt(bound) => (condition(&path, "lte", &number(&bound.written)?), false),
        Test::Gte(bound) => (condition(&path, "lt", &number(&bound.written)?), false),
        _ => return None,
    })
}

/// A limit of calls. The shorthand counts under a name of its own; a dot in the tool's name would end it.
fn counted(name: &str, limit: &Limit) -> Option<String> {
    let whole = limit.max.scale == 0 && limit.max.units > 0 && limit.increment == Increment::Fixed { units: 1, written: None };
    if !whole || name.contains('.') {
        return None;
    }
    let rate = format!("{}/{}", limit.max.units, limit.window.name());
    Some(format!("      - name: {}\n        rate_limit: \"{rate}\"\n", quoted(&format!("at most {rate}"))))
}

/// A path of theirs: names between dots. There is no way into a list.
fn dotted(path: &Path) -> Option<String> {
    let segments = path.segments();
    let plain = segments.iter().all(|segment| !segment.is_empty() && !segment.contains('.') && index(segment).is_none());
    plain.then(|| format!("args.{}", segments.join(".")))
}

/// A pattern for whole texts, as ours are; theirs would look for a part.
fn pattern(alternatives: &[String]) -> String {
    quoted(&format!(r"\A(?:{})\z", alternatives.join("|")))
}

/// A number that is the same as a floating-point number, which theirs are.
fn number(written: &Number) -> Option<String> {
    const LARGEST: i64 = 1 << 53;
    let text = written.to_string();
    let whole: i64 = text.parse().ok()?;
    (whole.abs() <= LARGEST).then_some(text)
}
