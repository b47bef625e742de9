//! Token counts equal those of `tiktoken`, and the embedded vocabulary is its own.

use proptest::prelude::*;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tiktoken_rs::CoreBPE;
use toolgrade::tokens;
use toolgrade::tool::Tool;

static REFERENCE: LazyLock<CoreBPE> = LazyLock::new(|| tiktoken_rs::o200k_base().unwrap());

const VOCABULARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/o200k_base.fst");

/// Bytes of a text without a place to split it: this takes a third of a second, a megabyte of it ten times as long.
const LONG_PIECE: usize = 80_000;

/// Ordinary tokens; special ones stand above them.
const TOKENS: u32 = 199_998;

#[track_caller]
fn check(text: &str) {
    assert_eq!(tokens::count(text), REFERENCE.encode_ordinary(text).len(), "{text:?}");
}

#[test]
fn vocabulary_is_current() {
    let mut entries: Vec<(Vec<u8>, u64)> =
        (0..TOKENS).map(|rank| (REFERENCE.decode_bytes(&[rank]).unwrap(), u64::from(rank))).collect();
    entries.sort();
    let fst = fst::Map::from_iter(entries).unwrap().into_fst().into_inner();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(VOCABULARY, &fst).unwrap();
    }
    assert!(std::fs::read(VOCABULARY).unwrap() == fst, "data/o200k_base.fst is stale: UPDATE=1 cargo test");
}

#[test]
fn recorded_tools_cost_what_the_reference_says() {
    for file in ["everything", "filesystem", "memory"] {
        let path = format!("{}/tests/data/recorded/{file}.json", env!("CARGO_MANIFEST_DIR"));
        let list: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for tool in list["tools"].as_array().unwrap() {
            let entry = serde_json::json!({
                "name": tool["name"], "description": tool["description"], "inputSchema": tool["inputSchema"],
            });
            let expected = REFERENCE.encode_ordinary(&entry.to_string()).len();
            let tool = Tool::try_from(tool.clone()).unwrap();
            assert_eq!(tokens::count_tool(&tool), expected, "{file}: {}", tool.name());
        }
    }
}

#[test]
fn absent_fields_cost_nothing() {
    let tool = Tool::try_from(serde_json::json!({ "name": "ping", "annotations": { "title": "not counted" } })).unwrap();
    assert_eq!(tokens::count_tool(&tool), tokens::count(r#"{"name":"ping"}"#));
}

#[test]
fn white_space_leaves_its_last_character_to_the_word() {
    for text in
        ["", " ", "  ", "a  b", "a  ", "  \n  x", "\t\t7", " \u{3000}\u{3000}字", "x \r\n\r\n y", "\n", "\u{85}\u{85}a", "  'S"]
    {
        check(text);
    }
}

#[test]
fn scripts_contractions_and_special_tokens() {
    for text in [
        "we'll DON'T it'ſ",
        "getHTTPServer2x 12345678",
        "Größenänderung Ελληνικά русский עברית العربية हिन्दी ภาษาไทย 日本語 한국어",
        "e\u{301}\u{301}\u{301} 👩‍👩‍👧‍👦 🇩🇪 \u{e0041}\u{e0042}",
        "<|endoftext|><|endofprompt|>",
        "-----//////\n\n// {\"a\":[[[]]]}",
    ] {
        check(text);
    }
}

/// A merge that looked at every pair again after each one would take minutes for this, in a build that is not optimised.
#[test]
fn one_long_piece_takes_little_time() {
    for unit in ["a", "ab", "文", "\u{301}", " ", "-", "Aa\u{2b0}"] {
        let text = unit.repeat(LONG_PIECE / unit.len());
        let start = Instant::now();
        let count = tokens::count(&text);
        let took = start.elapsed();
        assert!(count > 0 && took < Duration::from_secs(10), "{unit:?}: {count} tokens in {took:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn mixed_scripts(text in "([a-zA-Z']{0,6}|[ \t\r\n\u{a0}\u{2028}]{0,4}|[0-9٣Ⅷ]{0,5}|[\u{300}-\u{36f}]|[文字かなǅʰª]{0,4}|[/\\-_.!'\"{}]{0,4}|[а-яА-Я]{0,6}|[\u{1f600}-\u{1f64f}\u{200d}])*") {
        check(&text);
    }
}
