//! Measures the classifier against labelled tools.

mod calibration;
mod folds;
mod slices;
pub mod text;

pub use calibration::Tenth;
pub use folds::Fold;
pub use slices::Slice;

use crate::confidence::{self, Basis, Table};
use crate::verdict::{Class, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A labelled tool: one line of a gold file.
#[derive(Clone, Debug, Deserialize)]
pub struct Gold {
    /// The server the tool is from; lines of one server that follow one another are judged together.
    #[serde(default)]
    pub server: String,
    /// The label.
    pub class: Class,
    /// Other classes that a careful person could give.
    #[serde(default)]
    pub alt: Vec<Class>,
    /// The definition.
    pub tool: crate::tool::Tool,
}

/// The measurement, as `--format json` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Measurement {
    /// Labelled tools measured.
    pub tools: usize,
    /// The share of tools whose class is the label.
    pub strict: f64,
    /// The share of tools whose class is the label or one of `alt`.
    pub lenient: f64,
    /// The mean of the classes' F1; classes without labels are left out.
    pub macro_f1: f64,
    /// Precision, recall and F1 for each class.
    pub per_class: BTreeMap<Class, Score>,
    /// `confusion[label][verdict]`: how many tools.
    pub confusion: BTreeMap<Class, BTreeMap<Class, usize>>,
    /// How well kinds of tools that are hard in their own way are told.
    pub slices: Vec<Slice>,
    /// Confidence against agreement.
    pub calibration: Vec<Tenth>,
    /// Cross-validation: parts of the servers, each against what the others made expect.
    pub folds: Vec<Fold>,
    /// Every tool whose class is not the label.
    pub misses: Vec<Miss>,
}

impl Gold {
    /// Whether the class is the label or one that would do as well.
    #[must_use]
    pub fn allows(&self, class: Class) -> bool {
        self.class == class || self.alt.contains(&class)
    }
}

/// How well one class is told.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Score {
    /// How many tools carry this label.
    pub labels: usize,
    /// Of those told to be of the class, the share that is.
    pub precision: f64,
    /// Of those that are of the class, the share told so.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

/// A tool whose class is not its label.
#[derive(Clone, Debug, Serialize)]
pub struct Miss {
    /// The server.
    pub server: String,
    /// The tool.
    pub name: String,
    /// The description, for whoever reads the miss.
    pub description: Option<String>,
    /// The label.
    pub label: Class,
    /// Classes that would do as well.
    pub alt: Vec<Class>,
    /// The class given.
    pub class: Class,
    /// How sure it was.
    pub confidence: f64,
    /// The rules that spoke, each `rule (effect): «words»`.
    pub rules: Vec<String>,
}

/// How sure each way to decide is, counted on these labels; `verdicts[i]` and `bases[i]` are for `gold[i]`.
#[must_use]
pub fn fit(gold: &[Gold], verdicts: &[Verdict], bases: &[Basis]) -> Table {
    confidence::fit(decisions(gold, verdicts, bases))
}

/// What each class rests on, the class, and whether it is the label.
fn decisions(gold: &[Gold], verdicts: &[Verdict], bases: &[Basis]) -> Vec<(Basis, Class, bool)> {
    let all = gold.iter().zip(verdicts).zip(bases);
    all.map(|((label, verdict), basis)| (*basis, verdict.class, label.class == verdict.class)).collect()
}

/// Compares verdicts with labels; `verdicts[i]`, which rests on `bases[i]`, is for `gold[i]`.
#[must_use]
pub fn measure(gold: &[Gold], verdicts: &[Verdict], bases: &[Basis]) -> Measurement {
    let row = || Class::ALL.into_iter().map(|class| (class, 0)).collect::<BTreeMap<Class, usize>>();
    let mut confusion: BTreeMap<Class, BTreeMap<Class, usize>> = Class::ALL.into_iter().map(|class| (class, row())).collect();
    let mut lenient = 0;
    let mut misses = Vec::new();
    for (label, verdict) in gold.iter().zip(verdicts) {
        *confusion.entry(label.class).or_default().entry(verdict.class).or_default() += 1;
        lenient += usize::from(label.allows(verdict.class));
        if label.class != verdict.class {
            misses.push(miss(label, verdict));
        }
    }
    let per_class: BTreeMap<Class, Score> = Class::ALL.into_iter().map(|class| (class, score(class, &confusion))).collect();
    let labelled: Vec<f64> = per_class.values().filter(|score| score.labels > 0).map(|score| score.f1).collect();
    Measurement {
        tools: gold.len(),
        strict: share(gold.len() - misses.len(), gold.len()),
        lenient: share(lenient, gold.len()),
        macro_f1: labelled.iter().sum::<f64>() / labelled.len().max(1) as f64,
        per_class,
        confusion,
        slices: slices::slices(gold, verdicts),
        calibration: calibration::calibration(gold, verdicts),
        folds: folds::folds(gold, &decisions(gold, verdicts, bases)),
        misses,
    }
}

fn score(class: Class, confusion: &BTreeMap<Class, BTreeMap<Class, usize>>) -> Score {
    let right = confusion[&class][&class];
    let labels = confusion[&class].values().sum();
    let told = confusion.values().map(|row| row[&class]).sum();
    let (precision, recall) = (share(right, told), share(right, labels));
    let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    Score { labels, precision, recall, f1 }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn miss(label: &Gold, verdict: &Verdict) -> Miss {
    let words = |finding: &crate::verdict::Finding| {
        let marked: Vec<String> = finding.evidence.iter().map(|evidence| format!("«{}»", evidence.text)).collect();
        format!("{} ({}): {}", finding.rule, finding.effect, marked.join(" "))
    };
    Miss {
        server: label.server.clone(),
        name: label.tool.name().to_owned(),
        description: label.tool.description().map(str::to_owned),
        label: label.class,
        alt: label.alt.clone(),
        class: verdict.class,
        confidence: verdict.confidence,
        rules: verdict.findings.iter().map(words).collect(),
    }
}
