//! Kinds of words: names of other tools, values, addresses – known by how they are written, not by what they say.

use crate::rules::Kind;
use crate::tool::Tool;
use crate::words::Word;
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::HashSet;

/// Digits from which a number may be a telephone's or an account's.
const TELEPHONE: usize = 7;

/// The names that are a tool's own: its own, and those in its schemas. Spelling does not count: `getUser` is `get_user`.
#[derive(Default)]
pub(super) struct Own<'t> {
    tool: Option<&'t Tool>,
    names: OnceCell<HashSet<String>>,
}

impl<'t> Own<'t> {
    pub(super) fn new(tool: &'t Tool) -> Self {
        Self { tool: Some(tool), names: OnceCell::new() }
    }

    fn has(&self, name: &str) -> bool {
        let names = || {
            let mut names = HashSet::new();
            if let Some(tool) = self.tool {
                names.insert(letters(tool.name()));
                tool.raw().values().for_each(|value| add_keys(value, &mut names));
            }
            names
        };
        self.names.get_or_init(names).contains(&letters(name))
    }
}

/// The keys of all objects in a part of the definition: properties are among them.
fn add_keys(value: &Value, names: &mut HashSet<String>) {
    match value {
        Value::Object(values) => values.iter().for_each(|(key, value)| {
            names.insert(letters(key));
            add_keys(value, names);
        }),
        Value::Array(values) => values.iter().for_each(|value| add_keys(value, names)),
        _ => {}
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many words of this kind start at `at`: `None` when it is no such kind.
pub(super) fn length(kind: Kind, words: &[Word], at: usize, characters: &[char], own: &Own<'_>) -> Option<usize> {
    let word = &words[at];
    let after = |offset: usize| characters.get(word.end + offset).copied().unwrap_or(' ');
    match kind {
        Kind::Mail => (word.code && after(0) == '@').then_some(1),
        Kind::Url => (after(0) == ':' && after(1) == '/' && after(2) == '/').then_some(1),
        Kind::Number => {
            let digits = word.text.chars().filter(char::is_ascii_digit).count();
            (digits >= TELEPHONE && word.text.is_ascii()).then_some(1)
        }
        Kind::Value => {
            let opens = word.start.checked_sub(1).is_some_and(|before| is_quote(characters[before]));
            (opens && !own.has(&word.text)).then_some(1)
        }
        Kind::Tool => tool(words, at, characters, own),
    }
}

/// An identifier (`send_email`, `sendEmail`, `extract-web-data`) or one quoted word.
fn tool(words: &[Word], at: usize, characters: &[char], own: &Own<'_>) -> Option<usize> {
    let start = words[at].start;
    if at > 0 && glued(characters, words[at - 1].end, start) {
        return None;
    }
    let mut last = at;
    while last + 1 < words.len() && glued(characters, words[last].end, words[last + 1].start) {
        last += 1;
    }
    let end = words[last].end;
    let text = &characters[start..end];
    let before = start.checked_sub(1).map_or(' ', |before| characters[before]);
    let after = characters.get(end).copied().unwrap_or(' ');
    let quoted = is_quote(before) && is_quote(after);
    let joined = |character: char| text.iter().filter(|here| **here == character).count();
    let camel = text.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let dotted = joined('.') > 0 && !quoted;
    let written = quoted || camel || joined('_') > 0 || joined('-') > 1;
    let address =
        matches!(before, '/' | '~' | '.' | '@' | '$' | '%' | '<' | '=') || matches!(after, '/' | '@' | '=') || joined(':') > 0;
    let name: String = text.iter().collect();
    (written && !address && !dotted && text[0].is_alphabetic() && !own.has(&name)).then_some(last + 1 - at)
}

/// Whether nothing but the glue of an identifier stands between two words.
fn glued(characters: &[char], from: usize, to: usize) -> bool {
    characters
        .get(from..to)
        .is_some_and(|between| between.len() <= 1 && between.iter().all(|here| matches!(here, '_' | '-' | '.')))
}

fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '"' | '`' | '‘' | '’' | '“' | '”' | '*')
}
