//! Slices: kinds of tools that are hard in their own way, measured apart.

use super::{Gold, share};
use crate::grammar::List;
use crate::rules::{self, Disagreement};
use crate::text;
use crate::tool::Tool;
use crate::verdict::{Class, Verdict};
use crate::words;
use serde::Serialize;

/// How well one kind of tools is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slice {
    /// What the tools have in common.
    pub name: &'static str,
    /// How many there are.
    pub tools: usize,
    /// The share whose class is the label.
    pub strict: f64,
    /// The share whose class is the label or one of `alt`.
    pub lenient: f64,
}

/// Share of letters outside ASCII from which a text is taken to be in another language.
const FOREIGN: f64 = 0.02;

/// A slice's name, and whether a labelled tool with its verdict belongs to it.
type Kind<'a> = (&'static str, &'a dyn Fn(&Gold, &Verdict) -> bool);

/// Measures each slice; slices overlap.
#[must_use]
pub(super) fn slices(gold: &[Gold], verdicts: &[Verdict]) -> Vec<Slice> {
    let contradictions = signals_of(Disagreement::NameAndDescription);
    let has = |verdict: &Verdict, ids: &[&str]| verdict.signals.iter().any(|signal| ids.contains(&signal.id.as_str()));
    let kinds: [Kind<'_>; 5] = [
        ("thin definitions", &|label, _| text::is_thin(&text::texts(&label.tool))),
        ("other languages", &|label, _| is_foreign(&label.tool)),
        ("dispatchers", &|label, _| is_dispatcher(&label.tool)),
        // As they were told: two texts contradict each other only as they are read.
        ("contradictions", &|_, verdict| has(verdict, &contradictions)),
        ("wrong annotations", &|label, _| is_wrongly_annotated(label)),
    ];
    let measure = |(name, belongs): Kind<'_>| {
        let of: Vec<_> = gold.iter().zip(verdicts).filter(|(label, verdict)| belongs(label, verdict)).collect();
        let strict = of.iter().filter(|(label, verdict)| label.class == verdict.class).count();
        let lenient = of.iter().filter(|(label, verdict)| label.allows(verdict.class)).count();
        Slice { name, tools: of.len(), strict: share(strict, of.len()), lenient: share(lenient, of.len()) }
    };
    kinds.into_iter().map(measure).collect()
}

/// The ids of the rules about a kind of disagreement.
fn signals_of(kind: Disagreement) -> Vec<&'static str> {
    let about = |rule: &&rules::Rule| rule.when.iter().any(|when| when.disagree == Some(kind));
    rules::all().iter().filter(about).map(|rule| rule.id.as_str()).collect()
}

/// A description with letters beyond ASCII.
fn is_foreign(tool: &Tool) -> bool {
    let text = tool.description().unwrap_or_else(|| tool.name());
    let letters = text.chars().filter(|character| character.is_alphabetic());
    let (beyond, all) = letters.fold((0, 0), |(beyond, all), letter| (beyond + usize::from(!letter.is_ascii()), all + 1));
    share(beyond, all) > FOREIGN
}

/// An annotation claims what the label denies.
fn is_wrongly_annotated(label: &Gold) -> bool {
    let claims = |key, value| label.tool.hint(key) == Some(value);
    claims("readOnlyHint", true) && !label.allows(Class::Read)
        || claims("readOnlyHint", false) && label.class == Class::Read
        || claims("destructiveHint", false) && label.class == Class::Destructive
}

/// A parameter chooses the operation.
fn is_dispatcher(tool: &Tool) -> bool {
    let chooses = |name: &str| words::split(name).last().is_some_and(|last| last.is(List::OperationParameters));
    let parameters = tool.parameters();
    parameters.iter().any(|parameter| chooses(parameter.name) && parameter.values().len() > 1)
}
