//! Reads fields of a JSON tree, and keeps what is wrong with them and where everything stands.

use crate::policy::problem::{Lines, Problem};
use crate::policy::suggest;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use rustc_hash::FxHashMap;

/// What has been learned of a document so far.
pub(super) struct Reader<'t> {
    lines: Lines<'t>,
    offsets: FxHashMap<String, usize>,
    problems: Vec<(usize, String)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { lines: Lines::of(text), offsets: FxHashMap::default(), problems: Vec::new() }
    }

    /// The lines, the offset of each noted pointer, and the problems in the order of their places.
    pub(super) fn finish(self) -> (Lines<'t>, FxHashMap<String, usize>, Vec<Problem>) {
        let Self { lines, offsets, mut problems } = self;
        problems.sort();
        let problems = problems.into_iter().map(|(offset, message)| Problem { place: lines.place(offset), message }).collect();
        (lines, offsets, problems)
    }

    /// Remembers where the value of a pointer stands.
    pub(super) fn note(&mut self, pointer: &str, value: &ast::Value<'_>) {
        self.note_at(pointer, value.range().start);
    }

    /// Remembers where a pointer leads.
    pub(super) fn note_at(&mut self, pointer: &str, offset: usize) {
        self.offsets.insert(pointer.to_owned(), offset);
    }

    /// Keeps a problem.
    pub(super) fn problem(&mut self, offset: usize, message: &str) {
        self.problems.push((offset, message.to_owned()));
    }

    /// An object with no other than these fields.
    pub(super) fn object<'v>(&mut self, value: &'v ast::Value<'v>, what: &str, fields: &[&str]) -> Option<&'v ast::Object<'v>> {
        let ast::Value::Object(object) = value else {
            self.problem(value.range().start, &format!("{what} must be an object, not {}", kind(value)));
            return None;
        };
        for property in &object.properties {
            let name = property.name.as_str();
            if !fields.contains(&name) {
                let known = match suggest::nearest(name, fields.iter().copied()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("it has {}", among(fields)),
                };
                self.problem(property.range.start, &format!("`{name}` is no field of {what}: {known}"));
            }
        }
        Some(object)
    }

    /// A field that must be there.
    pub(super) fn required<'v>(&mut self, object: &'v ast::Object<'v>, name: &str, what: &str) -> Option<&'v ast::Value<'v>> {
        let value = field(object, name);
        // A slip was told already, with this name as what was meant.
        let slip = |property: &ast::ObjectProp<'_>| suggest::nearest(property.name.as_str(), [name]).is_some();
        if value.is_none() && !object.properties.iter().any(slip) {
            self.problem(object.range.start, &format!("{what} needs `{name}`"));
        }
        value
    }

    /// A field that is a list, if it is there.
    pub(super) fn list<'v>(&mut self, object: &'v ast::Object<'v>, name: &str) -> Option<&'v ast::Array<'v>> {
        match field(object, name)? {
            ast::Value::Array(array) => Some(array),
            other => {
                self.wrong_type(other, name, "a list");
                None
            }
        }
    }

    /// A value that is a text.
    pub(super) fn text<'v>(&mut self, value: &'v ast::Value<'v>, name: &str) -> Option<&'v str> {
        match value {
            ast::Value::StringLit(literal) => Some(&literal.value),
            other => {
                self.wrong_type(other, name, "a text");
                None
            }
        }
    }

    /// `on_deny`, if it is there.
    pub(super) fn on_deny(&mut self, object: &ast::Object<'_>) -> Option<String> {
        let value = field(object, "on_deny")?;
        match value {
            ast::Value::StringLit(literal) if literal.value.is_empty() => {
                self.problem(literal.range.start, "`on_deny` is empty: say why, or leave it out");
                None
            }
            value => self.text(value, "on_deny").map(str::to_owned),
        }
    }

    /// Says that a value has the wrong type.
    pub(super) fn wrong_type(&mut self, value: &ast::Value<'_>, name: &str, wanted: &str) {
        self.problem(value.range().start, &format!("`{name}` must be {wanted}, not {}", kind(value)));
    }

    /// Says that a word is none of those that may stand there.
    pub(super) fn unknown_word(&mut self, value: &ast::Value<'_>, name: &str, word: &str, known: &[&str]) {
        let hint = match suggest::nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is {}", known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ")),
        };
        self.problem(value.range().start, &format!("`{name}` cannot be `{word}`: {hint}"));
    }
}

/// A field of an object.
pub(super) fn field<'v>(object: &'v ast::Object<'v>, name: &str) -> Option<&'v ast::Value<'v>> {
    object.properties.iter().find(|property| property.name.as_str() == name).map(|property| &property.value)
}

/// What a value is, in words.
pub(super) fn kind(value: &ast::Value<'_>) -> &'static str {
    match value {
        ast::Value::StringLit(_) => "a text",
        ast::Value::NumberLit(_) => "a number",
        ast::Value::BooleanLit(_) => "a boolean",
        ast::Value::NullKeyword(_) => "null",
        ast::Value::Array(_) => "a list",
        ast::Value::Object(_) => "an object",
    }
}

/// Words in a row: `a`, `b` and `c`.
fn among(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
