//! Calibration: whether a confidence of 0.9 means right nine times in ten.

use super::{Gold, share};
use crate::verdict::Verdict;
use serde::Serialize;

/// The verdicts of one tenth of the confidence scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tenth {
    /// The least confidence in it.
    pub from: f64,
    /// How many tools.
    pub tools: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share whose class is the label.
    pub strict: f64,
}

/// Compares confidence with agreement, tenth by tenth; tenths without tools are left out.
#[must_use]
pub(super) fn calibration(gold: &[Gold], verdicts: &[Verdict]) -> Vec<Tenth> {
    let tenth = |verdict: &Verdict| ((verdict.confidence * 10.0) as usize).min(9);
    let measure = |number: usize| {
        let of: Vec<_> = gold.iter().zip(verdicts).filter(|(_, verdict)| tenth(verdict) == number).collect();
        let right = of.iter().filter(|(label, verdict)| label.class == verdict.class).count();
        let sum: f64 = of.iter().map(|(_, verdict)| verdict.confidence).sum();
        let confidence = sum / of.len().max(1) as f64;
        Tenth { from: number as f64 / 10.0, tools: of.len(), confidence, strict: share(right, of.len()) }
    };
    (0..10).map(measure).filter(|tenth| tenth.tools > 0).collect()
}
