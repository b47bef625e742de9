//! Kinds of words: names of other tools, values, addresses – known by how they are written, not by what they say.

use crate::grade::subject::Subject;
use crate::rules::Kind;
use crate::words::Word;
use std::collections::HashSet;

/// Digits from which a number may be a telephone's.
const TELEPHONE: usize = 7;

/// The names that are a tool's own: its own, and its parameters'. Spelling does not count: `getUser` is `get_user`.
#[derive(Default)]
pub(super) struct Own(HashSet<String>);

impl Own {
    pub(super) fn new(subject: &Subject<'_>) -> Self {
        let names = subject.parameters.iter().map(|named| named.parameter.name);
        Self(names.chain([subject.tool.name()]).map(letters).collect())
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many words of this kind start at `at`: `None` when it is no such kind.
pub(super) fn length(kind: Kind, words: &[Word], at: usize, characters: &[char], own: &Own) -> Option<usize> {
    let word = &words[at];
    let after = |offset: usize| characters.get(word.end + offset).copied().unwrap_or(' ');
    match kind {
        Kind::Mail => (word.code && after(0) == '@').then_some(1),
        Kind::Url => (after(0) == ':' && after(1) == '/' && after(2) == '/').then_some(1),
        Kind::Number => {
            let digits = word.text.chars().filter(char::is_ascii_digit).count();
            (digits >= TELEPHONE && digits == word.text.len()).then_some(1)
        }
        Kind::Value => {
            let opens = word.start.checked_sub(1).is_some_and(|before| is_quote(characters[before]));
            (opens && !own.0.contains(&word.text)).then_some(1)
        }
        Kind::Tool => tool(words, at, characters, own),
    }
}

/// An identifier (`send_email`, `sendEmail`, `extract-web-data`) or one quoted word.
fn tool(words: &[Word], at: usize, characters: &[char], own: &Own) -> Option<usize> {
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
    let address = matches!(before, '/' | '~' | '.' | '@' | '$' | '%' | '<' | '=') || matches!(after, '/' | '@' | '=') || joined(':') > 0;
    let name: String = text.iter().collect();
    (written && !address && !dotted && text[0].is_alphabetic() && !own.0.contains(&letters(&name))).then_some(last + 1 - at)
}

/// Whether nothing but the glue of an identifier stands between two words.
fn glued(characters: &[char], from: usize, to: usize) -> bool {
    characters.get(from..to).is_some_and(|between| between.len() <= 1 && between.iter().all(|here| matches!(here, '_' | '-' | '.')))
}

fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '"' | '`' | '‘' | '’' | '“' | '”' | '*')
}
