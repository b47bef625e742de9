//! Where in a call's arguments a condition looks: `args.customer.id`, or `/args/customer.id` as a JSON Pointer (RFC 6901).

use serde_json::Value;
use std::fmt;

/// A path into the arguments, and the spelling it was given in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    text: String,
    segments: Vec<String>,
}

/// What is found at a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found<'a> {
    /// A value, `null` included.
    Value(&'a Value),
    /// Nothing: a key or an item is not there, or a `null` stands on the way.
    Missing,
    /// The way leads into something that has no such parts: a text, a number, a list by a name.
    Mismatch,
}

/// Why a text is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPath {
    /// It does not begin with `args.` or `/args/`.
    #[error("a path starts with `args.` or, as a JSON Pointer, with `/args/`")]
    NotArguments,
    /// Two dots in a row, or one at the end.
    #[error("a path has a name between dots; a key with dots or no name is reached by a JSON Pointer such as `/args/a.b`")]
    EmptyName,
    /// A `~` that is neither `~0` nor `~1`.
    #[error("in a JSON Pointer `~` is written `~0`, and `/` in a key `~1`")]
    BadEscape,
    /// More segments than arguments may nest.
    #[error("a path has at most 128 segments")]
    TooDeep,
}

/// As deep as arguments may nest.
const DEEPEST: usize = super::strict::DEEPEST;

impl Path {
    /// Reads a path in either spelling.
    ///
    /// # Errors
    /// When it leads nowhere; see [`NoPath`].
    pub fn parse(text: &str) -> Result<Self, NoPath> {
        let segments: Vec<String> = if let Some(pointer) = text.strip_prefix("/args/") {
            pointer.split('/').map(unescape).collect::<Result<_, _>>()?
        } else if let Some(dotted) = text.strip_prefix("args.") {
            dotted.split('.').map(str::to_owned).collect()
        } else {
            return Err(NoPath::NotArguments);
        };
        // In a pointer the empty name is a name; between dots it is a slip.
        if text.starts_with("args.") && segments.iter().any(String::is_empty) {
            return Err(NoPath::EmptyName);
        }
        if segments.len() > DEEPEST {
            return Err(NoPath::TooDeep);
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// The names and indices, outermost first; never empty.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// What the arguments hold at this path.
    #[must_use]
    pub fn find<'a>(&self, arguments: &'a Value) -> Found<'a> {
        let mut value = arguments;
        for segment in &self.segments {
            let next = match value {
                Value::Object(object) => object.get(segment),
                Value::Array(items) => match index(segment) {
                    Some(index) => items.get(index),
                    None => return Found::Mismatch,
                },
                Value::Null => None,
                Value::Bool(_) | Value::Number(_) | Value::String(_) => return Found::Mismatch,
            };
            match next {
                Some(next) => value = next,
                None => return Found::Missing,
            }
        }
        Found::Value(value)
    }
}

/// A segment as an index into a list (RFC 6901, section 4: no sign, no leading zero).
#[must_use]
pub fn index(segment: &str) -> Option<usize> {
    let plain = segment.bytes().all(|byte| byte.is_ascii_digit()) && (segment == "0" || !segment.starts_with('0'));
    if plain { segment.parse().ok() } else { None }
}

/// A reference token of a JSON Pointer, unescaped.
fn unescape(token: &str) -> Result<String, NoPath> {
    let mut text = String::with_capacity(token.len());
    let mut rest = token.chars();
    while let Some(character) = rest.next() {
        text.push(match character {
            '~' => match rest.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return Err(NoPath::BadEscape),
            },
            other => other,
        });
    }
    Ok(text)
}

/// A name as a reference token of a JSON Pointer (RFC 6901, section 3).
#[must_use]
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_spellings_lead_to_the_same_place() {
        let arguments = json!({ "a": { "b": [10, { "c.d": 1, "": 2, "x/y~z": 3 }] }, "n": null, "t": "text" });
        let check = |path: &str, found: Found<'_>| assert_eq!(Path::parse(path).unwrap().find(&arguments), found, "{path}");
        check("args.a.b.0", Found::Value(&json!(10)));
        check("/args/a/b/0", Found::Value(&json!(10)));
        check("/args/a/b/1/c.d", Found::Value(&json!(1)));
        check("/args/a/b/1/", Found::Value(&json!(2)));
        check("/args/a/b/1/x~1y~0z", Found::Value(&json!(3)));
        check("args.n", Found::Value(&Value::Null));
        check("args.n.x", Found::Missing);
        check("args.a.b.7", Found::Missing);
        check("args.a.x", Found::Missing);
        check("args.A", Found::Missing);
        check("args.t.x", Found::Mismatch);
        check("args.a.b.first", Found::Mismatch);
        check("args.a.b.00", Found::Mismatch);
        check("args.a.b.-1", Found::Mismatch);
        check("args.a.b.99999999999999999999999", Found::Mismatch);
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        for (text, error) in [
            ("amount", NoPath::NotArguments),
            ("args", NoPath::NotArguments),
            ("/args", NoPath::NotArguments),
            ("state.x", NoPath::NotArguments),
            ("args.", NoPath::EmptyName),
            ("args.a..b", NoPath::EmptyName),
            ("/args/a~", NoPath::BadEscape),
            ("/args/a~2", NoPath::BadEscape),
        ] {
            assert_eq!(Path::parse(text), Err(error), "{text}");
        }
        assert_eq!(Path::parse(&format!("args{}", ".a".repeat(200))), Err(NoPath::TooDeep));
    }
}
