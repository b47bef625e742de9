//! Disagreements: where parts of a definition speak for different classes.

use super::class::Decision;
use super::hit::Hit;
use super::subject::Subject;
use crate::evidence::{Evidence, Field};
use crate::rules::{self, Disagreement, Place};
use crate::verdict::Class;
use compact_str::ToCompactString as _;

/// Adds the hits of rules about disagreements.
pub(super) fn add(subject: &Subject<'_>, decision: &Decision, hits: &mut Vec<Hit>) {
    for sense in rules::lexicon().disagreements() {
        let (rule, when) = sense.resolve();
        let found = match when.disagree {
            Some(Disagreement::NameAndDescription) => name_and_description(subject, decision, hits),
            Some(Disagreement::AnnotationsAndWords) => annotations_and_words(subject, decision, hits),
            None => None,
        };
        if let Some((fill, evidence)) = found {
            hits.push(Hit::of_tool(rule, false, evidence, vec![fill]));
        }
    }
}

/// One reads, the other does not, and the description does not say again what the name says: `evaluate` ("Evaluates JavaScript",
/// which runs it) only says more.
fn name_and_description(subject: &Subject<'_>, decision: &Decision, hits: &[Hit]) -> Option<(String, Vec<Evidence>)> {
    let (name, text) = (decision.name?, decision.text?);
    if (name == Class::Read) == (text == Class::Read) {
        return None;
    }
    let mut evidence = said(hits, name, &[Place::Name]);
    let description = subject.tool.description().unwrap_or_default().to_lowercase();
    let again = |evidence: &Evidence| {
        let word = evidence.text.to_lowercase();
        description.contains(word.strip_suffix('e').unwrap_or(&word))
    };
    if evidence.first().is_some_and(again) {
        return None;
    }
    evidence.extend(said(hits, text, &[Place::Summary, Place::Title]));
    Some((format!("name: {name}, description: {text}"), evidence))
}

/// `readOnlyHint: true` beside plain words that do more, `destructiveHint: false` beside plain words that destroy.
fn annotations_and_words(subject: &Subject<'_>, decision: &Decision, hits: &[Hit]) -> Option<(String, Vec<Evidence>)> {
    let plain = decision.name.max(decision.text)?;
    let claims = [("readOnlyHint", true, plain > Class::Read), ("destructiveHint", false, plain == Class::Destructive)];
    let (key, value, _) =
        claims.into_iter().find(|&(key, value, contradicted)| contradicted && subject.tool.hint(key) == Some(value))?;
    let mut evidence = vec![Evidence { field: Field::Annotation(key.into()), start: 0, end: 0, text: value.to_compact_string() }];
    evidence.extend(said(hits, plain, &[Place::Name, Place::Summary, Place::Title]));
    Some((format!("{key}: {value}, words: {plain}"), evidence))
}

/// The deciding words of what was said plainly for a class in some places.
fn said(hits: &[Hit], class: Class, places: &[Place]) -> Vec<Evidence> {
    let there = |hit: &&Hit| !hit.vague && hit.effect() == Some(class) && hit.place.is_some_and(|place| places.contains(&place));
    hits.iter().filter(there).flat_map(|hit| hit.evidence.iter().cloned()).collect()
}
