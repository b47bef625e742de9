//! Strict JSON with places: exactly RFC 8259, and no key twice. Nothing is repaired, so nothing is read in two ways.

use super::problem::{Lines, Place, Problem};
use jsonc_parser::ast;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use rustc_hash::FxHashSet;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// How deep values may nest: what `serde_json` reads, and more than any call needs.
pub const DEEPEST: usize = 128;

/// No extension of JSON.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads one JSON value with the byte range of each part.
///
/// # Errors
/// When the text is no strict JSON, nests deeper than [`DEEPEST`], or an object has a key twice.
pub fn parse(text: &str) -> Result<ast::Value<'_>, Problem> {
    let start = Place { line: 1, column: 1 };
    if text.starts_with('\u{feff}') {
        return Err(Problem {
            place: start,
            message: "the text starts with a byte order mark: save it as UTF-8 without one".to_owned(),
        });
    }
    if text.trim().is_empty() {
        return Err(Problem { place: start, message: "the text is empty".to_owned() });
    }
    // Two readers: serde_json decides what JSON is, jsonc-parser says where everything stands. It would take a little more – odd
    // whitespace, line breaks in strings.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| not_json(text, &error))?;
    let tree = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let place = Lines::of(text).place(error.range().start);
        let message = match error.kind() {
            ParseErrorKind::NestingDepthExceeded => too_deep(),
            kind => format!("no JSON: {}", lower_first(&kind.to_string())),
        };
        Problem { place, message }
    })?;
    let Some(value) = tree.value else { return Err(Problem { place: start, message: "the text is empty".to_owned() }) };
    match check(&value, 1) {
        None => Ok(value),
        Some((offset, message)) => Err(Problem { place: Lines::of(text).place(offset), message }),
    }
}

/// The first thing wrong below a value: too deep, or a key twice.
fn check(value: &ast::Value<'_>, depth: usize) -> Option<(usize, String)> {
    let too_deep = |at: usize| (depth > DEEPEST).then(|| (at, too_deep()));
    match value {
        ast::Value::Object(object) => too_deep(object.range.start).or_else(|| {
            let mut seen = FxHashSet::default();
            object.properties.iter().find_map(|property| {
                let name = property.name.as_str();
                if !seen.insert(name) {
                    return Some((property.range.start, format!("`{name}` stands here a second time: keep one of the two")));
                }
                check(&property.value, depth + 1)
            })
        }),
        ast::Value::Array(array) => {
            too_deep(array.range.start).or_else(|| array.elements.iter().find_map(|element| check(element, depth + 1)))
        }
        _ => None,
    }
}

fn too_deep() -> String {
    format!("values nest deeper than {DEEPEST}")
}

/// A value without its places; every number with the digits it was written in.
#[must_use]
pub fn plain(value: &ast::Value<'_>) -> Value {
    match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(literal) => literal.value.into(),
        ast::Value::NumberLit(literal) => literal.value.parse().map_or(Value::Null, Value::Number),
        ast::Value::StringLit(literal) => literal.value.as_ref().into(),
        ast::Value::Array(array) => array.elements.iter().map(plain).collect(),
        ast::Value::Object(object) => {
            let members = object.properties.iter().map(|property| (property.name.as_str().to_owned(), plain(&property.value)));
            members.collect::<Map<_, _>>().into()
        }
    }
}

/// What `serde_json` says, without the place it repeats.
fn not_json(text: &str, error: &serde_json::Error) -> Problem {
    let said = error.to_string();
    let message = said.rsplit_once(" at line ").map_or(said.as_str(), |(message, _)| message);
    // Its columns are bytes, and 0 at the end of a line.
    let (line, bytes) = (error.line().max(1), error.column());
    let before = text.split('\n').nth(line - 1).unwrap_or_default();
    let end = (0..=bytes.saturating_sub(1).min(before.len())).rev().find(|at| before.is_char_boundary(*at)).unwrap_or(0);
    Problem { place: Place { line, column: before[..end].chars().count() + 1 }, message: format!("no JSON: {message}") }
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}
