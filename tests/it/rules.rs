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

/// A verb that only a signal knows would be an action all the same, and change how a name or a sentence is read.
#[test]
fn signals_know_no_verb_that_no_class_knows() {
    let verbs = |effect: bool| {
        let rules = rules::all().iter().filter(move |rule| matches!(rule.says, Says::Effect(_)) == effect);
        let ways = rules.flat_map(|rule| rule.when.iter().map(move |when| (rule, when)));
        ways.flat_map(|(rule, when)| when.verb.iter().chain(&when.foreign).map(move |verb| (verb.as_str(), &rule.id)))
    };
    let known: BTreeSet<&str> = verbs(true).map(|(verb, _)| verb).collect();
    let unknown: Vec<_> = verbs(false).filter(|(verb, _)| !known.contains(verb)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_signal_stands_in_the_documentation() {
    let pages = [include_str!("../../docs/classifier.md"), include_str!("../../docs/poisoning.md")];
    for rule in rules::all().iter().filter(|rule| matches!(rule.says, Says::Signal(_))) {
        let row = format!("| `{}` |", rule.id);
        assert!(pages.iter().any(|page| page.contains(&row)), "{}: neither page of docs/ has a row for it", rule.id);
    }
}
