//! Slugs are safe in paths and URLs, stable, and never shared by two names.

use proptest::prelude::*;
use std::collections::BTreeMap;
use toolgrade::slug::{slug, unique};

#[test]
fn slugs_are_stable() {
    for (name, expected) in [
        ("create_customer", "create_customer"),
        ("GitHub", "github"),
        ("@modelcontextprotocol/server-filesystem", "modelcontextprotocol-server-filesystem"),
        ("../../etc/passwd", "etc-passwd"),
        ("a  b", "a-b"),
        ("Größe", "gr-e-d109011f"),
        ("日本語", "26ca0d32"),
        ("..", "b37a252a"),
        ("", "4fd0bfc1"),
    ] {
        assert_eq!(slug(name), expected, "{name}");
    }
}

#[test]
fn names_that_collide_all_get_their_hash_whatever_their_order() {
    let forth = unique(&["a b", "a-b", "c"]);
    let back = unique(&["c", "a-b", "a b"]);
    assert_eq!(forth, back.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(forth[2], "c");
    assert!(forth[0].starts_with("a-b-") && forth[1].starts_with("a-b-") && forth[0] != forth[1]);
}

#[test]
fn a_name_that_takes_anothers_hash_gets_its_own() {
    let taken = unique(&["a b", "a-b"]).remove(0);
    let slugs = unique(&["a b", "a-b", &taken]);
    assert_ne!(slugs[0], slugs[2]);
}

#[test]
fn the_same_name_twice_has_the_same_slug() {
    assert_eq!(unique(&["x", "X", "x"])[0], unique(&["x", "X", "x"])[2]);
}

#[test]
fn a_huge_name_makes_a_short_slug() {
    assert!(slug(&"x".repeat(1_000_000)).len() < 140);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn safe_and_never_empty(name in any::<String>()) {
        let slug = slug(&name);
        prop_assert!(!slug.is_empty() && slug.len() < 140);
        prop_assert!(slug.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '.' | '_' | '-')));
        prop_assert!(!slug.starts_with(['.', '-']) && !slug.ends_with(['.', '-']));
    }

    #[test]
    fn never_shared(names in prop::collection::vec("[aA] ?[-é ]?[bB]?", 0..12)) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for (slug, name) in unique(&names).into_iter().zip(&names) {
            prop_assert_eq!(*owners.entry(slug).or_insert(name), *name);
        }
    }
}
