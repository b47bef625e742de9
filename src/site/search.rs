//! The index that the search page reads: a sorted list of words with the tools each leads to, cut into small files.
//!
//! A line `=word` opens a word; the lines below it are what it finds, best first: name, server, directory, page, class, signals,
//! with tabs between. `search/index.json` says with which word each file begins, so a question costs this list once and for
//! each word a small file. A tool is not listed under the words of its server's name: they are looked for in its line.

use super::survey::Survey;
use super::{List, Writer};
use crate::rules::{Rule, Says};
use crate::sanitize;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::json;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// How many bytes a file has, before it is packed: about a fifth goes over the wire.
const FILE: usize = 40_000;

/// Words of descriptions that one tool is found by, and how many tools one such word finds.
const SAID: usize = 8;
const FOUND: usize = 200;

/// The longest word that is looked up.
const LONGEST: usize = 24;

/// Where in a posting the parts stand: word, rank, number of the tool or – behind all tools – of the server.
const WORD: u32 = 40;
const RANK: u32 = 32;

/// Ranks below this are of names, the shorter the name the sooner; from here on they are of descriptions.
const BY_TEXT: u64 = 200;

/// Words that say too little to be looked up in descriptions.
static COMMON: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    let words = "a all an and any are as at be by can each for from given has if in into is it its new of on one only or other \
        return returns set specific specified that the their them this to tool use used user using via when which will \
        with you your";
    words.split(' ').collect()
});

/// The files of the index; the survey is read once for all of them.
pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    lists.push(Box::new(|writer| write(writer, survey)));
}

/// What every page that is found says of itself in the index.
struct Signals<'r>(Vec<(usize, &'r Rule, &'r str)>);

impl<'r> Signals<'r> {
    fn new(rules: &'r [Rule]) -> Self {
        let signal = |(at, rule): (usize, &'r Rule)| match &rule.says {
            Says::Signal(_) => Some((at, rule, rule.title.as_str())),
            Says::Effect(_) => None,
        };
        Self(rules.iter().enumerate().filter_map(signal).collect())
    }

    /// The numbers of a tool's signals, each as one character from `A` on.
    fn letters(&self, rules: u128, line: &mut String) {
        let has = |at: usize| rules & super::digest::bit(at) != 0;
        let numbers = (0_u8..).zip(&self.0).filter(|(_, (at, ..))| has(*at));
        line.extend(numbers.map(|(number, _)| char::from(b'A' + number)));
    }
}

fn write(writer: &mut Writer<'_>, survey: &Survey) -> anyhow::Result<()> {
    let (words, postings) = postings(survey);
    let signals = Signals::new(survey.rules);
    let mut firsts: Vec<&str> = Vec::new();
    let mut file = String::new();
    for group in postings.chunk_by(|a, b| a >> WORD == b >> WORD) {
        let word = words[(group[0] >> WORD) as usize].as_str();
        let mut said = 0;
        let mut is_open = false;
        let mut last = None;
        for posting in group {
            let number = (posting & ((1 << RANK) - 1)) as usize;
            if posting >> RANK & 0xff >= BY_TEXT {
                said += 1;
                if said > FOUND {
                    break;
                }
            }
            if file.len() > FILE {
                writer.file(&format!("search/{}.txt", firsts.len() - 1), std::mem::take(&mut file))?;
                is_open = false;
            }
            if !is_open {
                if file.is_empty() {
                    firsts.push(word);
                }
                // Writing to a String cannot fail.
                let _ = writeln!(file, "={word}");
                is_open = true;
            }
            if last != Some(number) {
                line(survey, &signals, number, &mut file);
            }
            last = Some(number);
        }
    }
    if !file.is_empty() {
        writer.file(&format!("search/{}.txt", firsts.len() - 1), file)?;
    }
    let names: Vec<_> = signals.0.iter().map(|(_, rule, title)| json!([rule.id, title])).collect();
    writer.file(
        "search/index.json",
        serde_json::to_string(&json!({ "together": survey.together, "signals": names, "files": firsts }))? + "\n",
    )
}

fn line(survey: &Survey, signals: &Signals<'_>, number: usize, file: &mut String) {
    if number < survey.len() {
        let row = survey.row(number);
        let server = row.server();
        let _ = write!(
            file,
            "{}\t{}\t{}\t{}\t{}\t",
            sanitize::line(row.name()),
            sanitize::line(&super::text::cut(&server.name, 80)),
            server.directory().strip_prefix("servers/").unwrap_or_default(),
            row.slug(),
            row.class() as u8
        );
        signals.letters(row.rules(), file);
    } else {
        let server = &survey.servers[number - survey.len()];
        let worst = server.counts.iter().rev().find(|(_, count)| *count > 0).map_or(0, |(class, _)| *class as u8);
        let directory = server.directory();
        let name = sanitize::line(&super::text::cut(&server.name, 80));
        let _ = write!(file, "{name}\t\t{}\tindex\t{worst}\t", directory.strip_prefix("servers/").unwrap_or_default());
    }
    file.push('\n');
}

/// All words in alphabetical order, and by word and rank what they lead to.
fn postings(survey: &Survey) -> (Vec<String>, Vec<u64>) {
    let mut numbers: FxHashMap<String, u64> = FxHashMap::default();
    // About as many as most tools have: growing would need room for twice as many.
    let mut postings: Vec<u64> = Vec::with_capacity(survey.len() * (SAID + 4));
    let mut seen: Vec<u64> = Vec::new();
    let mut add = |word: &str, rank: u64, number: usize, seen: &mut Vec<u64>| {
        let id = match numbers.get(word) {
            Some(id) => *id,
            None => {
                let id = numbers.len() as u64;
                numbers.insert(word.to_owned(), id);
                id
            }
        };
        if !seen.contains(&id) {
            seen.push(id);
            postings.push(id << WORD | rank << RANK | number as u64);
        }
    };
    for (at, server) in survey.servers.iter().enumerate() {
        let own = words(&server.name);
        seen.clear();
        for word in &own {
            add(word, own.len().min(99) as u64, survey.len() + at, &mut seen);
        }
        for row in survey.of_server(server) {
            seen.clear();
            let named = words(row.name());
            for word in &named {
                add(word, 1 + named.len().min(98) as u64, row.number(), &mut seen);
            }
            let mut left = SAID;
            each_word(row.brief(), |word| {
                if word.len() > 2 && !COMMON.contains(word) {
                    add(word, BY_TEXT, row.number(), &mut seen);
                    left -= 1;
                }
                left > 0
            });
        }
    }
    let mut sorted: Vec<(String, u64)> = numbers.into_iter().collect();
    sorted.sort_unstable();
    let mut places = vec![0_u64; sorted.len()];
    for (place, (_, id)) in (0_u64..).zip(&sorted) {
        places[*id as usize] = place;
    }
    for posting in &mut postings {
        *posting = places[(*posting >> WORD) as usize] << WORD | *posting & ((1 << WORD) - 1);
    }
    postings.sort_unstable();
    (sorted.into_iter().map(|(word, _)| word).collect(), postings)
}

/// The words of a name or a text as somebody types them: small letters and digits, `camelCase` apart.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, |word| {
        words.push(word.to_owned());
        true
    });
    words
}

/// Hands over such words until `each` wants no more.
fn each_word(text: &str, mut each: impl FnMut(&str) -> bool) {
    let mut word = String::new();
    let mut before = ' ';
    for character in text.chars() {
        let starts = character.is_uppercase() && before.is_lowercase();
        if (!character.is_alphanumeric() || starts) && !word.is_empty() {
            if !each(&word) {
                return;
            }
            word.clear();
        }
        if character.is_alphanumeric() && word.len() < LONGEST {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    if !word.is_empty() {
        each(&word);
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_what_is_typed() {
        assert_eq!(words("createIssue_v2"), ["create", "issue", "v2"]);
        assert_eq!(words("io.github/Über--HTTPServer"), ["io", "github", "über", "httpserver"]);
        assert_eq!(words("  "), [""; 0]);
    }
}
