//! Reads the text of a document: JSON as people write it, TOML and YAML, told apart by the file's name.

use super::failure;
use crate::failure::Failure;
use serde_json::{Map, Value};
use std::ffi::OsStr;
use std::path::Path;

/// The largest document read as what people write by hand, in bytes: JSON with comments, TOML, YAML.
const MAX_BY_HAND: usize = 4 << 20;

/// The document. What is none says where and why, without quoting values, which may be secrets; `expected` says what would be one.
pub(super) fn parse(path: &str, text: &str, expected: &str) -> Result<Value, Failure> {
    let is_toml = has_extension(path, &["toml"]);
    if (is_toml || is_yaml(path)) && text.len() > MAX_BY_HAND {
        let message =
            format!("`{path}` is larger than {} MiB: nobody writes such a config, so it is not read", MAX_BY_HAND >> 20);
        return Err(failure(path, "too-large", message));
    }
    if is_toml {
        return toml(path, text);
    }
    if is_yaml(path) {
        return yaml(path, text);
    }
    json(text).map_err(|why| failure(path, "not-json", format!("`{path}` cannot be read ({why}): {expected}")))
}

/// Whether the name says that the text is no JSON.
pub(super) fn is_other_than_json(path: &str) -> bool {
    has_extension(path, &["toml"]) || is_yaml(path)
}

pub(super) fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(path).extension().and_then(OsStr::to_str).unwrap_or_default();
    extensions.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

fn is_yaml(path: &str) -> bool {
    has_extension(path, &["yaml", "yml"])
}

/// Strict JSON first, so that numbers keep every digit; then what people write by hand.
fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).or_else(|error| {
        // Recordings are written by programs; only configs are small enough to be written by hand.
        if text.len() > MAX_BY_HAND {
            return Err(error.to_string());
        }
        let relaxed = jsonc_parser::ParseOptions { allow_missing_commas: false, ..jsonc_parser::ParseOptions::default() };
        jsonc_parser::parse_to_serde_value(text, &relaxed).map_err(|error| error.to_string())
    })
}

fn toml(path: &str, text: &str) -> Result<Value, Failure> {
    toml::from_str::<Map<String, Value>>(text).map(Value::Object).map_err(|error| {
        let before = text.get(..error.span().unwrap_or_default().start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let why = error.message().lines().collect::<Vec<_>>().join(", ");
        failure(path, "not-toml", format!("`{path}` is no TOML (line {line}: {why}): correct it"))
    })
}

/// The reader bounds depth, size and what aliases grow to.
fn yaml(path: &str, text: &str) -> Result<Value, Failure> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let why = error.without_snippet().to_string();
        let why = why.lines().next().unwrap_or_default();
        failure(path, "not-yaml", format!("`{path}` is no YAML ({why}): correct it"))
    })
}
