//! Reads the entries of `require` and `deny_if`: conditions, and what the caller is told.

use super::reader::{Reader, field};
use crate::policy::condition::{Condition, Exact, OPERATORS, Scalar, Test};
use crate::policy::model::Predicate;
use crate::policy::path::Path;
use crate::policy::pattern::Pattern;
use crate::policy::strict;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use serde_json::Value;

/// What `"conditions": []` means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    /// Always: an unconditional refusal.
    Always,
    /// Nothing, which is a slip.
    Refused,
}

/// The most digits that a number of a policy has before or after its point: more than any quantity, few enough to reckon with.
const MOST_DIGITS: i64 = 1_000;

/// What people write for an operator that has another name here.
const OTHER_NAMES: [(&str, &str); 16] = [
    ("=", "eq"),
    ("==", "eq"),
    ("equals", "eq"),
    ("!=", "neq"),
    ("ne", "neq"),
    ("not_equals", "neq"),
    ("nin", "not_in"),
    ("<", "lt"),
    ("<=", "lte"),
    ("le", "lte"),
    (">", "gt"),
    (">=", "gte"),
    ("ge", "gte"),
    ("matches", "regex"),
    ("includes", "contains"),
    ("present", "exists"),
];

pub(super) fn predicates(reader: &mut Reader<'_>, list: &ast::Array<'_>, pointer: &str, empty: Empty) -> Vec<Predicate> {
    let mut predicates = Vec::new();
    for (at, element) in list.elements.iter().enumerate() {
        reader.note(&format!("{pointer}/{at}"), element);
        predicates.extend(predicate(reader, element, empty));
    }
    predicates
}

/// One entry: with `conditions`, or a single condition written without that list.
fn predicate(reader: &mut Reader<'_>, value: &ast::Value<'_>, empty: Empty) -> Option<Predicate> {
    let what = "an entry of `require` or `deny_if`";
    let single =
        matches!(value, ast::Value::Object(object) if ["path", "op", "value"].iter().any(|name| field(object, name).is_some()));
    let fields: &[&str] = if single { &["path", "op", "value", "on_deny"] } else { &["conditions", "on_deny"] };
    let object = reader.object(value, what, fields)?;
    let on_deny = reader.on_deny(object);
    if single {
        return Some(Predicate { conditions: vec![condition(reader, object)?], on_deny });
    }
    reader.required(object, "conditions", what)?;
    let list = reader.list(object, "conditions")?;
    if list.elements.is_empty() && empty == Empty::Refused {
        reader.problem(list.range.start, "`conditions` is empty, so nothing is required: add one, or take the entry out");
    }
    let mut conditions = Vec::new();
    for element in &list.elements {
        if let Some(object) = reader.object(element, "a condition", &["path", "op", "value"]) {
            conditions.extend(condition(reader, object));
        }
    }
    Some(Predicate { conditions, on_deny })
}

fn condition(reader: &mut Reader<'_>, object: &ast::Object<'_>) -> Option<Condition> {
    let path = reader.required(object, "path", "a condition");
    let operator = reader.required(object, "op", "a condition");
    let operand = reader.required(object, "value", "a condition");
    let path = path.and_then(|value| self::path(reader, value, "path"));
    let operator = operator?;
    let name = reader.text(operator, "op")?;
    if !OPERATORS.contains(&name) {
        match OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, known)) => {
                reader.problem(operator.range().start, &format!("`op` cannot be `{name}`: did you mean `{known}`?"));
            }
            None => reader.unknown_word(operator, "op", name, &OPERATORS),
        }
        return None;
    }
    let test = test(reader, name, operand?)?;
    Some(Condition { path: path?, test })
}

/// A path into the arguments.
pub(super) fn path(reader: &mut Reader<'_>, value: &ast::Value<'_>, name: &str) -> Option<Path> {
    let text = reader.text(value, name)?;
    match Path::parse(text) {
        Ok(path) => Some(path),
        Err(error) => {
            reader.problem(value.range().start, &format!("`{text}` is no path: {error}"));
            None
        }
    }
}

fn test(reader: &mut Reader<'_>, operator: &str, value: &ast::Value<'_>) -> Option<Test> {
    Some(match operator {
        "eq" => Test::Eq(scalar(reader, value)?),
        "neq" => Test::Neq(scalar(reader, value)?),
        "in" => Test::In(scalars(reader, value)?),
        "not_in" => Test::NotIn(scalars(reader, value)?),
        "lt" => Test::Lt(number(reader, value)?),
        "lte" => Test::Lte(number(reader, value)?),
        "gt" => Test::Gt(number(reader, value)?),
        "gte" => Test::Gte(number(reader, value)?),
        "contains" => Test::Contains(scalar(reader, value)?),
        "exists" => match value {
            ast::Value::BooleanLit(literal) => Test::Exists(literal.value),
            other => {
                reader.wrong_type(other, "value", "`true` or `false` after `exists`");
                return None;
            }
        },
        _ => {
            let text = match value {
                ast::Value::StringLit(literal) => &literal.value,
                other => {
                    reader.wrong_type(other, "value", "a text after `regex`");
                    return None;
                }
            };
            match Pattern::parse(text) {
                Ok(pattern) => Test::Regex(pattern),
                Err(error) => {
                    reader.problem(value.range().start, &format!("`value` is no regular expression: {error}"));
                    return None;
                }
            }
        }
    })
}

fn scalars(reader: &mut Reader<'_>, value: &ast::Value<'_>) -> Option<Vec<Scalar>> {
    let ast::Value::Array(list) = value else {
        reader.wrong_type(value, "value", "a list after `in` and `not_in`");
        return None;
    };
    if list.elements.is_empty() {
        reader.problem(list.range.start, "`value` lists nothing, so no call would do: add a value");
    }
    list.elements.iter().map(|element| scalar(reader, element)).collect()
}

fn scalar(reader: &mut Reader<'_>, value: &ast::Value<'_>) -> Option<Scalar> {
    match value {
        ast::Value::NullKeyword(_) => Some(Scalar::Null),
        ast::Value::BooleanLit(literal) => Some(Scalar::Bool(literal.value)),
        ast::Value::NumberLit(_) => number(reader, value).map(Scalar::Number),
        ast::Value::StringLit(literal) => Some(Scalar::Text(literal.value.to_string())),
        other => {
            reader.wrong_type(other, "value", "a text, a number, a boolean or null");
            None
        }
    }
}

fn number(reader: &mut Reader<'_>, value: &ast::Value<'_>) -> Option<Exact> {
    let Value::Number(written) = strict::plain(value) else {
        reader.wrong_type(value, "value", "a number after `lt`, `lte`, `gt` and `gte`");
        return None;
    };
    let exact = Exact::new(written).filter(|exact| exact.value.reach() <= MOST_DIGITS);
    if exact.is_none() {
        reader.problem(value.range().start, &format!("`value` has more than {MOST_DIGITS} digits on one side of its point"));
    }
    exact
}
