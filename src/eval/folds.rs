//! Cross-validation by server: whether what is fitted on some servers holds on others.

use super::{Gold, share};
use crate::confidence::{self, Basis};
use crate::fnv;
use crate::verdict::Verdict;
use serde::Serialize;

/// Parts that the servers are dealt into.
const FOLDS: u64 = 10;

/// One part of the servers, measured with confidences fitted on the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fold {
    /// How many tools.
    pub tools: usize,
    /// The share whose class is the label.
    pub strict: f64,
    /// The share that the other servers made expect: the mean of the fitted confidences.
    pub expected: f64,
}

/// Deals the servers into parts by a hash of their names and measures each; parts without tools are left out.
#[must_use]
pub(super) fn folds(gold: &[Gold], verdicts: &[Verdict], bases: &[Basis]) -> Vec<Fold> {
    let part: Vec<u64> = gold.iter().map(|label| fnv::hash(&label.server) % FOLDS).collect();
    let measure = |fold: u64| {
        let rows = || {
            gold.iter()
                .zip(verdicts)
                .zip(bases)
                .zip(&part)
                .map(|(((label, verdict), basis), part)| (label, verdict, *basis, *part))
        };
        let others = rows().filter(|(.., part)| *part != fold);
        let table =
            confidence::fit(others.map(|(label, verdict, basis, _)| (basis, verdict.class, label.class == verdict.class)));
        let own: Vec<_> = rows().filter(|(.., part)| *part == fold).collect();
        let right = own.iter().filter(|(label, verdict, ..)| label.class == verdict.class).count();
        let sum: f64 = own.iter().map(|(_, verdict, basis, _)| confidence::expected(&table, *basis, verdict.class)).sum();
        Fold { tools: own.len(), strict: share(right, own.len()), expected: sum / own.len().max(1) as f64 }
    };
    (0..FOLDS).map(measure).filter(|fold| fold.tools > 0).collect()
}
