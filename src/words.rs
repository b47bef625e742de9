//! Splits names and prose into words that rules can be matched with.

use crate::grammar::GRAMMAR;
use compact_str::{CompactString, format_compact};
use unicode_normalization::UnicodeNormalization as _;

/// Characters read of one text: many times the longest description that was ever seen (13,086), and little to work through.
const LONGEST: usize = 200_000;

/// One word, lower-case, with its place in the text it was cut from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word in lower case.
    pub text: CompactString,
    /// Where it starts, in Unicode scalar values.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
    /// What stands between the word before and this one.
    pub gap: Gap,
    /// Whether the word is part of an identifier (`delete_user`, `userId`), a URL, a path, quoted code or a bracketed
    /// remark: prose does not say what a tool does with such words, it names other things by them.
    pub code: bool,
    /// Whether it is written in capitals only (`DELETE`, `SQL`): a keyword, an acronym or a shout.
    pub capitals: bool,
}

/// What separates a word from the one before it. Ordered: a larger gap separates more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Nothing, a space or an apostrophe: the words belong together.
    Space,
    /// A hyphen: the words are one (`pay-outs`, `read-only`).
    Hyphen,
    /// A slash or an ampersand: `create/update`.
    Or,
    /// A comma.
    Comma,
    /// A parenthesis, a colon, a semicolon, a dash: another clause.
    Clause,
    /// A full stop, a line that ends a sentence, or the start of the text.
    Sentence,
}

/// Splits an identifier: `drop_table`, `dropTable`, `ns.drop-table`, `HTTPServer` (http, server); scripts written without spaces
/// give one word a character, so that a rule's 削除 matches inside a longer run.
#[must_use]
pub fn split(name: &str) -> Vec<Word> {
    let characters: Vec<char> = name.chars().take(LONGEST).collect();
    let mut words: Vec<Word> = Vec::new();
    let mut start = 0;
    while start < characters.len() {
        if !characters[start].is_alphanumeric() {
            start += 1;
            continue;
        }
        let mut end = start + 1;
        while end < characters.len() && continues(&characters, end) {
            end += 1;
        }
        words.push(word(&characters, start, end, Gap::Space, false));
        start = end;
    }
    join_compounds(&mut words);
    if let Some(first) = words.first_mut() {
        first.gap = Gap::Sentence;
    }
    words
}

/// Puts back together what is one word however it is capitalised: `runGraphQL` is run, graphql.
fn join_compounds(words: &mut Vec<Word>) {
    let mut at = 1;
    while at < words.len() {
        let (before, here) = (&words[at - 1], &words[at]);
        let joined = format_compact!("{}{}", before.text, here.text);
        if before.end == here.start && GRAMMAR.compounds.contains(&joined) {
            words[at - 1].end = words[at].end;
            words[at - 1].text = joined;
            words.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Whether the character at `at` belongs to the same word of an identifier as the one before it.
fn continues(characters: &[char], at: usize) -> bool {
    let (before, here) = (characters[at - 1], characters[at]);
    if is_mark(here) {
        return true;
    }
    if !here.is_alphanumeric() || is_spaceless(here) || is_spaceless(before) {
        return false;
    }
    let next_is_lower = characters.get(at + 1).is_some_and(|next| next.is_lowercase());
    let starts_camel = before.is_lowercase() && here.is_uppercase();
    let ends_acronym = before.is_uppercase() && here.is_uppercase() && next_is_lower && !is_plural_acronym(characters, at);
    !(starts_camel || ends_acronym)
}

/// `APIs`, `URLs`: the lone `s` belongs to the acronym.
fn is_plural_acronym(characters: &[char], at: usize) -> bool {
    characters.get(at + 1) == Some(&'s') && !characters.get(at + 2).is_some_and(|next| next.is_lowercase())
}

/// Splits prose into words, with what separates them; identifiers, URLs and quoted code are marked as such.
#[must_use]
pub fn prose(text: &str) -> Vec<Word> {
    let characters: Vec<char> = text.chars().take(LONGEST).collect();
    let mut words = Vec::new();
    let mut gap = Gap::Sentence;
    let (mut quoted, mut bracketed) = (false, false);
    let mut at = 0;
    while at < characters.len() {
        let character = characters[at];
        match character {
            '`' => quoted = !quoted,
            '[' => bracketed = true,
            ']' => bracketed = false,
            _ => {}
        }
        let path = opens_path(&characters, at);
        if !character.is_alphanumeric() && !path {
            gap = gap.max(gap_of(&characters, at));
            at += 1;
            continue;
        }
        let end = if path { path_end(&characters, at) } else { chunk_end(&characters, at) };
        let code = quoted || bracketed || path || is_code(&characters[at..end]);
        for word in split_chunk(&characters, at, end, gap, code) {
            words.push(word);
        }
        gap = Gap::Space;
        at = end;
    }
    words
}

/// `PUT /admin/orders/{id}.json`: a slash after white space opens a path.
fn opens_path(characters: &[char], at: usize) -> bool {
    let opens = characters[at] == '/' && (at == 0 || characters[at - 1].is_whitespace());
    opens && characters.get(at + 1).is_some_and(|next| next.is_alphanumeric() || *next == '{')
}

fn path_end(characters: &[char], at: usize) -> usize {
    let length = characters[at..].iter().position(|&here| here.is_whitespace() || matches!(here, ',' | ')' | ';' | '"'));
    length.map_or(characters.len(), |length| at + length)
}

/// The end of the run of characters that a reader sees as one unit: up to white space or punctuation that ends it.
fn chunk_end(characters: &[char], start: usize) -> usize {
    if is_spaceless(characters[start]) {
        return start + 1;
    }
    let mut end = start + 1;
    while let Some(&here) = characters.get(end) {
        let next = characters.get(end + 1).copied().unwrap_or(' ');
        let glued = (matches!(here, '_' | '.' | ':' | '@' | '$' | '{' | '}') || is_url_glue(characters, start, end))
            && (next.is_alphanumeric() || matches!(next, '/' | '{' | '_'))
            && !is_spaceless(next);
        if is_spaceless(here) || !(here.is_alphanumeric() || is_mark(here) || glued) {
            break;
        }
        end += 1;
    }
    end
}

/// Slashes glue only inside something that is already a URL or a path (`https://…`, `users/{id}`): `create/update` are two words.
fn is_url_glue(characters: &[char], start: usize, end: usize) -> bool {
    matches!(characters[end], '/' | '?' | '=' | '%' | '-') && characters[start..=end].windows(2).any(|pair| pair == [':', '/'])
}

fn is_code(chunk: &[char]) -> bool {
    let inner = |character: &char| matches!(character, '_' | ':' | '{' | '$' | '@');
    let dotted = chunk.windows(2).any(|pair| pair[0] == '.' && pair[1].is_alphanumeric());
    let camel = chunk[0].is_lowercase() && chunk.windows(2).any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase());
    chunk.iter().any(inner) || dotted || camel
}

/// The words of one chunk; an identifier in prose is split like any identifier, each word marked as code.
fn split_chunk(characters: &[char], start: usize, end: usize, gap: Gap, code: bool) -> Vec<Word> {
    if !code {
        return vec![word(characters, start, end, gap, false)];
    }
    let chunk: String = characters[start..end].iter().collect();
    let mut words = split(&chunk);
    for (index, word) in words.iter_mut().enumerate() {
        word.start += start;
        word.end += start;
        word.code = true;
        word.gap = if index == 0 { gap } else { Gap::Space };
    }
    words
}

/// What the separator at `at` means.
fn gap_of(characters: &[char], at: usize) -> Gap {
    let next = characters.get(at + 1).copied().unwrap_or(' ');
    match characters[at] {
        '.' if next == ' ' && characters.get(at + 2).is_some_and(|after| after.is_lowercase()) => Gap::Clause,
        '.' | '!' | '?' if next.is_whitespace() || matches!(next, '"' | ')' | '*' | '<' | '\'') => Gap::Sentence,
        '。' | '！' | '？' | '|' | '•' | '✓' | '→' => Gap::Sentence,
        '\n' if line_ends_sentence(characters, at) => Gap::Sentence,
        ',' | '，' => Gap::Comma,
        '/' | '&' | '+' | '、' => Gap::Or,
        '(' | ')' | ':' | ';' | '：' | '；' | '（' | '）' | '—' | '–' | '[' | ']' | '<' | '>' | '=' | '{' | '}' => {
            Gap::Clause
        }
        '-' if next == ' ' => Gap::Clause,
        '-' if next.is_alphanumeric() => Gap::Hyphen,
        _ => Gap::Space,
    }
}

/// A line break ends a sentence unless the next line goes on in lower case (text wrapped by hand).
fn line_ends_sentence(characters: &[char], at: usize) -> bool {
    let rest = &characters[at + 1..];
    let wrapped = rest.iter().find(|character| !matches!(character, ' ' | '\t'));
    let breaks_twice = matches!(wrapped, Some('\n' | '\r') | None);
    breaks_twice || !wrapped.is_some_and(|next| next.is_lowercase() || next.is_ascii_digit())
}

fn word(characters: &[char], start: usize, end: usize, gap: Gap, code: bool) -> Word {
    let letters = &characters[start..end];
    let lower = letters.iter().flat_map(|character| character.to_lowercase());
    // One spelling for what looks the same: composed or not, full-width or not.
    let text = if letters.iter().all(char::is_ascii) { lower.collect() } else { lower.nfkc().collect() };
    let capitals = end - start > 1 && characters[start..end].iter().all(|character| character.is_uppercase());
    Word { text, start, end, gap, code, capitals }
}

/// Combining marks continue a word.
fn is_mark(character: char) -> bool {
    use unicode_general_category::{GeneralCategory, get_general_category};
    !character.is_ascii()
        && matches!(
            get_general_category(character),
            GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark
        )
}

/// Scripts written without spaces between words: Han, Kana, Thai, Lao, Khmer, Myanmar.
fn is_spaceless(character: char) -> bool {
    matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFF66..=0xFF9F | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::{CompactString, Gap, prose, split};

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let words: Vec<CompactString> = split(name).into_iter().map(|word| word.text).collect();
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn identifiers_split_into_words() {
        check("drop_table", "drop table");
        check("dropTable", "drop table");
        check("ns.drop-table", "ns drop table");
        check("getHTTPServer2x", "get http server2x");
        check("WizCommerce Open API_PostCustomers", "wiz commerce open api post customers");
        check("listAPIs", "list apis");
        check("s3/delete", "s3 delete");
        check("顧客を削除", "顧 客 を 削 除");
        check("runGraphQLQuery", "run graphql query");
        check("xóa_đơn_hàng", "xóa đơn hàng");
        check("удалитьФайл", "удалить файл");
        check("__", "");
    }

    #[test]
    fn prose_knows_code_and_clauses() {
        let words = prose("Deletes a file. Use `list files` or get_file first, e.g. https://x.io/delete (safe).");
        let code: Vec<&str> = words.iter().filter(|word| word.code).map(|word| word.text.as_str()).collect();
        assert_eq!(code, ["list", "files", "get", "file", "e", "g", "https", "x", "io", "delete"]);
        let starts: Vec<&str> = words.iter().filter(|word| word.gap == Gap::Sentence).map(|word| word.text.as_str()).collect();
        assert_eq!(starts, ["deletes", "use"]);
    }

    #[test]
    fn paths_are_code() {
        let words = prose("Update via PUT /admin/orders/{id}.json, then read.");
        let plain: Vec<&str> = words.iter().filter(|word| !word.code).map(|word| word.text.as_str()).collect();
        assert_eq!(plain, ["update", "via", "put", "then", "read"]);
    }

    #[test]
    fn spans_point_into_the_text() {
        let text = "Löscht ÄPFEL und deleteUser";
        for word in prose(text) {
            let cut: String = text.chars().skip(word.start).take(word.end - word.start).collect();
            assert_eq!(cut.to_lowercase(), word.text);
        }
    }
}
