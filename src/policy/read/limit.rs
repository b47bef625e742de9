//! Reads the entries of `limits`: a counter, its window, its maximum and what one call adds.

use super::predicate::path;
use super::reader::{Reader, field};
use crate::policy::model::{Amount, Increment, Limit, Scope, Window};
use crate::policy::strict;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use rustc_hash::FxHashSet;
use serde_json::Value;
use std::sync::Arc;

/// What a call may add to a counter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Static {
    /// The same for every call: a limit of all tools knows no argument that all of them have.
    Only,
    /// That, or one of its arguments.
    OrArgument,
}

const WHAT: &str = "an entry of `limits`";

pub(super) fn limits(reader: &mut Reader<'_>, list: &ast::Array<'_>, pointer: &str, increments: Static) -> Vec<Limit> {
    let mut limits = Vec::new();
    let mut seen: FxHashSet<Arc<str>> = FxHashSet::default();
    for (at, element) in list.elements.iter().enumerate() {
        reader.note(&format!("{pointer}/{at}"), element);
        let Some(limit) = limit(reader, element, increments) else { continue };
        if seen.insert(limit.counter.clone()) {
            limits.push(limit);
        } else {
            let message =
                format!("the counter `{}` is used a second time here: give each limit a counter of its own", limit.counter);
            reader.problem(element.range().start, &message);
        }
    }
    limits
}

fn limit(reader: &mut Reader<'_>, value: &ast::Value<'_>, increments: Static) -> Option<Limit> {
    let fields = ["counter", "window", "max", "scope", "increment", "increment_from", "on_deny"];
    let object = reader.object(value, WHAT, &fields)?;
    let counter = reader.required(object, "counter", WHAT).and_then(|value| counter(reader, value));
    let window = reader.required(object, "window", WHAT).and_then(|value| window(reader, value));
    let max = reader.required(object, "max", WHAT).and_then(|value| amount(reader, value, "max"));
    let scope = scope(reader, object);
    let on_deny = reader.on_deny(object);
    let increment = increment(reader, object, max.as_ref(), increments);
    Some(Limit { counter: counter?, window: window?, max: max?, increment: increment?, scope: scope?, on_deny })
}

fn counter(reader: &mut Reader<'_>, value: &ast::Value<'_>) -> Option<Arc<str>> {
    let name = reader.text(value, "counter")?;
    if name.is_empty() {
        reader.problem(value.range().start, "`counter` is empty: give it a name");
        return None;
    }
    Some(name.into())
}

fn window(reader: &mut Reader<'_>, value: &ast::Value<'_>) -> Option<Window> {
    let word = reader.text(value, "window")?;
    let window = Window::ALL.into_iter().find(|window| window.name() == word);
    if window.is_none() {
        reader.unknown_word(value, "window", word, &Window::ALL.map(Window::name));
    }
    window
}

fn scope(reader: &mut Reader<'_>, object: &ast::Object<'_>) -> Option<Scope> {
    let Some(value) = field(object, "scope") else { return Some(Scope::Shared) };
    let word = reader.text(value, "scope")?;
    if word != "grant" {
        reader.unknown_word(value, "scope", word, &["grant"]);
        return None;
    }
    Some(Scope::Grant)
}

fn amount(reader: &mut Reader<'_>, value: &ast::Value<'_>, name: &str) -> Option<Amount> {
    let Value::Number(written) = strict::plain(value) else {
        reader.wrong_type(value, name, "a number");
        return None;
    };
    match Amount::new(written) {
        Ok(amount) => Some(amount),
        Err(error) => {
            reader.problem(value.range().start, &format!("`{name}` cannot be counted: {error}"));
            None
        }
    }
}

fn increment(reader: &mut Reader<'_>, object: &ast::Object<'_>, max: Option<&Amount>, increments: Static) -> Option<Increment> {
    let scale = max.map_or(0, |max| max.scale);
    match (field(object, "increment"), field(object, "increment_from")) {
        (Some(_), Some(from)) => {
            reader.problem(from.range().start, "a limit has `increment` or `increment_from`, not both");
            None
        }
        (None, Some(from)) if increments == Static::Only => {
            let message = "the limits of `all_tools` add the same for every call: no argument is common to all tools";
            reader.problem(from.range().start, message);
            None
        }
        (None, Some(from)) => path(reader, from, "increment_from").map(Increment::From),
        (None, None) => Some(Increment::Fixed { units: 10_u64.pow(scale), written: None }),
        (Some(value), None) => {
            let amount = amount(reader, value, "increment")?;
            // To the places that `max` counts.
            let units = 10_u64.checked_pow(scale.saturating_sub(amount.scale)).and_then(|power| amount.units.checked_mul(power));
            match units {
                Some(units) if units > 0 && amount.scale <= scale => {
                    Some(Increment::Fixed { units, written: Some(amount.written) })
                }
                _ => {
                    let message = "`increment` must be more than 0 and have no more decimal places than `max`";
                    reader.problem(value.range().start, message);
                    None
                }
            }
        }
    }
}
