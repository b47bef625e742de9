//! Where the verb stands in other languages: at the end, or in two parts.

use super::{Verb, negated};
use crate::grammar::{Form, List};
use crate::rules;
use crate::words::{Gap, Word};

/// How many words behind a German or Dutch verb its first part may stand.
const APART: usize = 20;
/// How many words a verb that stands last may have.
const LAST_WORDS: usize = 3;

/// The verb found at `at`, or the German or Dutch one whose first part stands behind the object: "Ruft die Kunden ab" is *abrufen*,
/// not *rufen*. "Log in" is English.
pub(super) fn or_apart(found: Option<Verb>, clause: &[Word], at: usize) -> Option<Verb> {
    match found {
        Some(verb) if verb.form != Form::Foreign || verb.words > 1 => found,
        _ => apart(clause, at).or(found),
    }
}

fn apart(clause: &[Word], at: usize) -> Option<Verb> {
    let closes = |next: &Word| next.gap >= Gap::Or || next.is(List::Joins) || next.is(List::Prepositions);
    let is_part = |end: &usize| clause[*end].is(List::Particles) && clause.get(end + 1).is_none_or(closes);
    let parts = (at + 1..clause.len().min(at + 1 + APART)).filter(is_part);
    let verb = parts.filter_map(|end| rules::lexicon().compound(&clause[end], &clause[at])).next()?;
    Some(Verb { at, words: 1, verb, form: Form::Foreign, doubtful: false, loose: false })
}

/// German, Turkish and others put the verb last: "Eine Datei löschen", "Stok durumunu kontrol eder". What is negated is not done:
/// "Status abfragen, ohne etwas zu ändern".
pub(super) fn last(clause: &[Word], plain: bool) -> Option<Verb> {
    let mut clause = clause;
    while plain && !clause.is_empty() {
        let ends = |at: usize| Verb::find(clause, at, |form| form == Form::Foreign).filter(|verb| verb.end() == clause.len());
        let last = (clause.len().saturating_sub(LAST_WORDS)..clause.len()).find_map(ends)?;
        let part = (1..=last.at).rev().find(|&at| clause[at].gap == Gap::Comma).unwrap_or(0);
        let denied = negated(&clause[part..last.at]);
        if part == 0 || !denied {
            // "Wazuh Indexer": a name.
            let word = &clause[last.at];
            let named = last.at > 0 && !word.capitals && word.written.starts_with(char::is_uppercase);
            return (!named && !denied).then_some(last);
        }
        clause = &clause[..part];
    }
    None
}
