//! The words of other languages: `data/languages/` is well kept, and what is embedded was made of it.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toolgrade::grammar::{List, Lists};
use toolgrade::languages::Meaning;
use toolgrade::listing::Server;
use toolgrade::tool::Tool;
use toolgrade::verdict::Class;
use toolgrade::{grade, rules};

/// A file of `data/languages/`, named by the language's code (ISO 639).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    /// By an English verb that rules know, the forms in which a tool says it.
    verbs: BTreeMap<String, Vec<String>>,
    /// By an English noun or adjective, the words for it.
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    /// Function words, by the list of `data/grammar.toml` they are on.
    #[serde(default)]
    grammar: BTreeMap<List, Vec<String>>,
}

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

fn languages() -> BTreeMap<String, Language> {
    let files = std::fs::read_dir(format!("{DATA}/languages")).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: &Path| toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    files.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), read(&path))).collect()
}

#[test]
fn every_list_is_sorted_and_every_verb_known() {
    let known: BTreeSet<&str> =
        rules::all().iter().flat_map(|rule| &rule.when).flat_map(|when| &when.verb).map(String::as_str).collect();
    let is_short = |word: &str| (1..=32).contains(&word.len());
    for (code, language) in languages() {
        for verb in language.verbs.keys() {
            assert!(known.contains(verb.as_str()), "{code}: no rule knows the verb {verb}");
        }
        let lists = language.verbs.values().chain(language.words.values()).chain(language.grammar.values());
        for list in lists {
            assert!(list.is_sorted_by(|one, next| one < next), "{code}: sort {list:?}");
            assert!(list.iter().all(|word| word.split(' ').all(is_short) && *word == word.to_lowercase()), "{code}: {list:?}");
        }
    }
}

#[test]
fn a_word_has_one_meaning() {
    let mut owners: BTreeMap<(&str, String), String> = BTreeMap::new();
    for (code, language) in languages() {
        let verbs = language.verbs.values().flatten().map(|word| ("verb", word));
        let nouns = language.words.values().flatten().map(|word| ("noun", word));
        for (kind, word) in verbs.chain(nouns) {
            let owner = owners.insert((kind, word.clone()), code.clone());
            assert_eq!(owner, None, "{code}: {word} is a {kind} elsewhere too: leave it to the language that more people speak");
        }
    }
}

#[test]
fn what_is_embedded_is_made_of_the_files() {
    let languages = languages();
    let translated = languages.values().flat_map(|language| language.verbs.keys().chain(language.words.keys()));
    let english: Vec<&String> = translated.collect::<BTreeSet<_>>().into_iter().collect();
    let number = |word: &String| u16::try_from(english.binary_search(&word).unwrap() + 1).unwrap();
    let mut meanings: BTreeMap<&String, Meaning> = BTreeMap::new();
    let mut phrases = String::new();
    let mut add = |word, verb, noun, lists| {
        let meaning = meanings.entry(word).or_default();
        meaning.verb += verb;
        meaning.noun += noun;
        meaning.lists.add(lists);
    };
    for language in languages.values() {
        for (verb, form) in language.verbs.iter().flat_map(|(verb, forms)| forms.iter().map(move |form| (verb, form))) {
            if form.contains(' ') {
                phrases += &format!("{form}\t{verb}\n");
            } else {
                add(form, number(verb), 0, Lists::default());
            }
        }
        language
            .words
            .iter()
            .for_each(|(noun, words)| words.iter().for_each(|word| add(word, 0, number(noun), Lists::default())));
        language.grammar.iter().for_each(|(list, words)| words.iter().for_each(|word| add(word, 0, 0, Lists::of(*list))));
    }
    let fst = fst::Map::from_iter(meanings.into_iter().map(|(word, meaning)| (word, meaning.pack()))).unwrap();
    check("languages-phrases.txt", phrases.as_bytes());
    check("languages.fst", &fst.into_fst().into_inner());
    check("languages.txt", english.iter().map(|word| format!("{word}\n")).collect::<String>().as_bytes());
}

/// Compares what is embedded, or writes it.
fn check(name: &str, expected: &[u8]) {
    let path = format!("{DATA}/{name}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == expected, "data/{name} is stale: UPDATE=1 cargo test");
}

#[test]
fn plain_sentences_are_read() {
    let text = include_str!("../data/sentences.toml");
    let sentences: BTreeMap<String, BTreeMap<Class, Vec<String>>> = toml::from_str(text).unwrap();
    let mut missed = Vec::new();
    for (language, classes) in &sentences {
        for (class, description) in classes.iter().flat_map(|(class, sentences)| sentences.iter().map(move |text| (*class, text)))
        {
            let tool = Tool::try_from(serde_json::json!({ "name": "x", "description": description })).unwrap();
            let verdict = grade::verdicts(&Server::named("a"), &[tool]).remove(0);
            // What nothing is known of reads, too: something must have been said.
            if verdict.class != class || verdict.findings.is_empty() {
                missed.push(format!("{language}: {description} {:?}", verdict.class));
            }
        }
    }
    assert_eq!(missed, [""; 0]);
}
