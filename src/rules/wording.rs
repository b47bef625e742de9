//! The phrases of all rules about wording, found by their first word: a text is read once, whatever the number of rules.

use super::{Pattern, Rule, Sense, Step};
use crate::words::Word;
use std::collections::HashMap;

/// Every phrase of every step, and every way of a rule to find wording.
#[derive(Debug, Default)]
pub struct Wording {
    /// By the first word of a phrase.
    phrases: Vec<Vec<Phrase>>,
    known: HashMap<String, usize>,
    /// The ways of rules, with their steps as slots.
    pub(crate) ways: Vec<Way>,
}

#[derive(Debug)]
struct Phrase {
    pattern: Pattern,
    slots: Vec<usize>,
}

/// One way of a rule: its steps by number.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) sense: Sense,
    /// A slot for each step of `order`.
    pub(crate) order: Vec<usize>,
    /// A slot for what must not stand in between.
    pub(crate) unless: Vec<usize>,
    /// A slot for what a comment must say.
    pub(crate) comment: Vec<usize>,
}

/// Where a step's phrase stands in a text, as a range of words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) slot: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Wording {
    /// Collects the steps of rules.
    pub(super) fn new(rules: &[Rule]) -> Self {
        let mut wording = Self::default();
        for (rule, entry) in rules.iter().enumerate() {
            for (when, condition) in entry.when.iter().enumerate().filter(|(_, when)| when.is_about_wording()) {
                let mut slots = |steps: &[Step]| steps.iter().map(|step| wording.slot(step)).collect();
                let (order, unless, comment) =
                    (slots(&condition.order), slots(&condition.unless_between), slots(&condition.comment));
                wording.ways.push(Way { sense: Sense { rule, when }, order, unless, comment });
            }
        }
        wording
    }

    /// The number of a step; the same step in several rules has one.
    fn slot(&mut self, step: &Step) -> usize {
        let next = self.known.len();
        let slot = *self.known.entry(step.text.clone()).or_insert(next);
        if slot == next {
            for pattern in &step.phrases {
                self.add(pattern, slot);
            }
        }
        slot
    }

    fn add(&mut self, pattern: &Pattern, slot: usize) {
        for first in pattern.firsts() {
            let needed = self.phrases.len().max(first.index() + 1);
            self.phrases.resize_with(needed, Vec::new);
            let phrases = &mut self.phrases[first.index()];
            match phrases.iter_mut().find(|phrase| phrase.pattern == *pattern) {
                Some(phrase) if phrase.slots.contains(&slot) => {}
                Some(phrase) => phrase.slots.push(slot),
                None => phrases.push(Phrase { pattern: pattern.clone(), slots: vec![slot] }),
            }
        }
    }

    /// Every place of a text where a phrase of a step stands, in order.
    pub(crate) fn marks(&self, words: &[Word]) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (start, word) in words.iter().enumerate() {
            for phrase in self.phrases.get(word.known.id.index()).into_iter().flatten() {
                let length = phrase.pattern.at(words, start);
                if let Some(length) = length.filter(|length| !cuts(words, start, start + length)) {
                    marks.extend(phrase.slots.iter().map(|&slot| Mark { slot, start, end: start + length }));
                }
            }
        }
        marks
    }

    /// How many slots there are.
    pub(crate) fn slots(&self) -> usize {
        self.known.len()
    }
}

/// Whether a range of words cuts an identifier where it has no glue: the `fetch` of `fetchMode` is no verb.
fn cuts(words: &[Word], start: usize, end: usize) -> bool {
    let joined = |at: usize| at > 0 && words.get(at).is_some_and(|word| word.code && word.start == words[at - 1].end());
    joined(start) || joined(end)
}
