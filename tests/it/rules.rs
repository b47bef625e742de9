//! Every example in every rule file is a test, and the rules make one consistent registry.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use toolgrade::grade;
use toolgrade::rules::{self, Says, mark};
use toolgrade::verdict::Class;

#[test]
fn examples_hold() {
    let mut wrong = String::new();
    for rule in rules::all() {
        for example in &rule.examples {
            let evidence = grade::evidence_of(rule, &example.tool);
            let have = mark(&example.tool, evidence.as_deref().unwrap_or_default());
            if have != example.marked || evidence.is_some() != example.flags {
                writeln!(wrong, "{}:\n  want {}\n  have {have}", rule.id, example.marked).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_rule_shows_both_sides() {
    for rule in rules::all() {
        let flags = rule.examples.iter().filter(|example| example.flags).count();
        assert!(flags >= 2, "{}: give at least two examples under `## Flags`", rule.id);
        assert!(flags < rule.examples.len(), "{}: give at least one example under `## Leaves alone`", rule.id);
        assert!(rule.body.contains("## Why it matters"), "{}: say why it matters", rule.id);
    }
}

#[test]
fn ids_are_kebab_case_and_every_class_has_a_rule() {
    let kebab = |id: &str| id.chars().all(|character| character.is_ascii_lowercase() || character == '-');
    let mut classes = BTreeSet::new();
    for rule in rules::all() {
        assert!(kebab(&rule.id), "{}", rule.id);
        if let Says::Effect(class) = rule.says {
            classes.insert(class);
        }
    }
    assert_eq!(classes, BTreeSet::from(Class::ALL));
}
