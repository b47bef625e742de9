//! The seeds of the fuzzer, as they are and mangled, held to its invariants: `fuzz/` cannot rot, nor what it finds come back.

use crate::policy_decisions::cases;
use proptest::prelude::{Strategy as _, any};
use proptest::test_runner::{Config, TestRunner};
use proptest::{collection, sample};

#[path = "../../fuzz/invariants.rs"]
mod invariants;

fn seeds() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/decide");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

#[test]
fn every_seed_holds() {
    let seeds = seeds();
    assert!(seeds.len() > 5);
    seeds.iter().for_each(|seed| invariants::hold(seed));
}

/// What a mangled place gets: pieces of policies and of JSON.
const PIECES: [&str; 24] = [
    "",
    "0",
    "-0",
    "1e999",
    "0.1",
    "9007199254740993",
    "null",
    "true",
    "\"x\"",
    "\"\"",
    "[]",
    "{}",
    ",",
    "\0{\"x\":1}",
    "eq",
    "neq",
    "not_in",
    "gte",
    "contains",
    "exists",
    "day",
    "args.x.0",
    "/args/x",
    "(?i)[a-z]*",
];

#[test]
fn every_mangled_seed_holds() {
    let seeds = seeds();
    let edits = collection::vec((any::<sample::Index>(), 0..8_usize, sample::select(PIECES.to_vec())), 0..6);
    let mangled = (sample::select(seeds), edits).prop_map(|(seed, edits)| {
        let mut text: Vec<char> = seed.chars().collect();
        for (at, length, piece) in edits {
            let at = at.index(text.len() + 1);
            let end = text.len().min(at + length);
            text.splice(at..end, piece.chars());
        }
        text.into_iter().collect::<String>()
    });
    let config = Config { cases: cases(500), failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&mangled, |text| {
            invariants::hold(&text);
            Ok(())
        })
        .unwrap();
}
