//! Kinds of words: names of other tools, values, addresses – known by how they are written, not by what they say.

use crate::json::Node;
use crate::rules::Kind;
use crate::tool::Raw;
use crate::words::{Characters, Word};
use std::cell::OnceCell;
use std::collections::HashSet;

/// Digits from which a number may be a telephone's or an account's.
const TELEPHONE: usize = 7;

/// What a parameter is called.
const SLOTS: [&str; 3] = ["argument", "field", "parameter"];

/// The last words of arguments that say whom or what a call is about, not how it is to be done.
const AIMS: [&str; 24] = [
    "account",
    "address",
    "amount",
    "assignee",
    "bcc",
    "body",
    "cc",
    "email",
    "iban",
    "id",
    "ids",
    "mail",
    "name",
    "owner",
    "password",
    "path",
    "payee",
    "recipient",
    "recipients",
    "role",
    "text",
    "title",
    "to",
    "user",
];

/// What stands before a place in somebody's home.
const HOMES: [&str; 6] = ["~/", "$HOME/", "%USERPROFILE%\\", "/home/", "/root/", "/Users/"];

/// The names that are a tool's own: its own, and those in its schemas. Spelling does not count: `getUser` is `get_user`.
#[derive(Default)]
pub(super) struct Own<'t> {
    tool: Option<Raw<'t>>,
    names: OnceCell<HashSet<String>>,
}

impl<'t> Own<'t> {
    pub(super) fn new(tool: Raw<'t>) -> Self {
        Self { tool: Some(tool), names: OnceCell::new() }
    }

    /// Whether a name is that of a parameter.
    fn is_parameter(&self, name: &str) -> bool {
        let properties = self.tool.and_then(Raw::properties);
        properties.is_some_and(|properties| properties.members().any(|(key, _)| key.eq_ignore_ascii_case(name)))
    }

    fn has(&self, name: &str) -> bool {
        let names = || {
            let mut names = HashSet::new();
            if let Some(tool) = self.tool {
                names.insert(letters(tool.name()));
                tool.object().values().for_each(|value| add_keys(value, &mut names));
            }
            names
        };
        self.names.get_or_init(names).contains(&letters(name))
    }
}

/// The keys of all objects in a part of the definition: properties are among them.
fn add_keys(value: Node<'_>, names: &mut HashSet<String>) {
    let is_object = value.object().is_some();
    for (key, value) in value.members() {
        if is_object {
            names.insert(letters(key));
        }
        add_keys(value, names);
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many words of this kind start at `at`: `None` when it is no such kind.
pub(super) fn length(kind: Kind, words: &[Word], at: usize, source: Characters<'_>, own: &Own<'_>) -> Option<usize> {
    let word = &words[at];
    match kind {
        Kind::Mail => (word.code && source.at(word.end()) == Some('@')).then_some(1),
        Kind::Url => (source.0[word.end()..].starts_with("://") || word.text() == "www").then_some(1),
        Kind::Number => {
            let text = word.text();
            let digits = text.chars().filter(char::is_ascii_digit).count();
            (digits >= TELEPHONE && text.is_ascii()).then_some(1)
        }
        Kind::Value => {
            let opens = source.before(word.start).is_some_and(is_quote);
            (opens && !own.has(&word.text())).then_some(1)
        }
        Kind::Tool => tool(words, at, source, own),
        Kind::End => None,
        Kind::Parameter => parameter(words, at, source, own),
        Kind::Slot => parameter(words, at, source, own).filter(|length| is_slot(words, at, at + length - 1, source)),
        Kind::Fixed => {
            let after = &source.0[word.end()..];
            let aimed = after.starts_with('=') && AIMS.contains(&word.text().as_ref());
            (aimed && after[1..].starts_with(|c: char| is_quote(c) || c.is_ascii_digit() || c == '[')).then_some(1)
        }
        Kind::Home if !matches!(source.before(word.start), Some('/' | '.' | '\\')) => None,
        Kind::Home => HOMES.iter().any(|home| source.0[..word.start].trim_end_matches('.').ends_with(home)).then_some(1),
    }
}

/// A parameter of the tool, by its name.
fn parameter(words: &[Word], at: usize, source: Characters<'_>, own: &Own<'_>) -> Option<usize> {
    let last = identifier(words, at, source)?;
    own.is_parameter(source.cut(words[at].start, words[last].end())).then_some(last + 1 - at)
}

/// Whether a parameter is written as a name in running text, not as an entry of a list: `x`, `side_note`, "the note argument".
fn is_slot(words: &[Word], at: usize, last: usize, source: Characters<'_>) -> bool {
    let (start, end) = (words[at].start, words[last].end());
    let quoted = is_quote(source.before(start).unwrap_or(' ')) && is_quote(source.or_space(end));
    let said = words.get(last + 1).is_some_and(|next| SLOTS.contains(&next.text().as_ref()));
    let entry = source.0[end..].trim_start().starts_with([':', '=', '(']);
    (quoted || said || last > at || source.cut(start, end).contains('_')) && !entry
}

/// The last word of the identifier that starts at `at`, if one does.
fn identifier(words: &[Word], at: usize, source: Characters<'_>) -> Option<usize> {
    let glued = |at: usize| matches!(source.cut(words[at - 1].end(), words[at].start), "" | "_" | "-" | ".");
    if at > 0 && glued(at) {
        return None;
    }
    let mut last = at;
    while last + 1 < words.len() && glued(last + 1) {
        last += 1;
    }
    Some(last)
}

/// An identifier (`send_email`, `sendEmail`, `extract-web-data`) or one quoted word.
fn tool(words: &[Word], at: usize, source: Characters<'_>, own: &Own<'_>) -> Option<usize> {
    let last = identifier(words, at, source)?;
    let (start, end) = (words[at].start, words[last].end());
    let name = source.cut(start, end);
    let before = source.before(start).unwrap_or(' ');
    let after = source.or_space(end);
    let quoted = is_quote(before) && is_quote(after);
    let camel = name.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let dotted = name.contains('.') && !quoted;
    let written = quoted || camel || name.contains('_') || name.matches('-').count() > 1;
    let address =
        matches!(before, '/' | '~' | '.' | '@' | '$' | '%' | '<' | '=') || matches!(after, '/' | '@' | '=') || name.contains(':');
    (written && !address && !dotted && name.starts_with(char::is_alphabetic) && !own.has(name)).then_some(last + 1 - at)
}

fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '"' | '`' | '‘' | '’' | '“' | '”' | '*')
}
