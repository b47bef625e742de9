//! Cross-validation by server: whether what is fitted on some servers holds on others.

use super::{Gold, share};
use crate::confidence::{self, Basis};
use crate::fnv;
use crate::verdict::Class;
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

/// Deals the servers into parts by a hash of their names and measures each; parts without tools are left out. `decisions[i]` is for
/// `gold[i]`: what its class rests on, the class, and whether it is the label.
#[must_use]
pub(super) fn folds(gold: &[Gold], decisions: &[(Basis, Class, bool)]) -> Vec<Fold> {
    let parts: Vec<u64> = gold.iter().map(|label| fnv::hash(&label.server) % FOLDS).collect();
    let measure = |fold: u64| {
        let (own, others): (Vec<_>, Vec<_>) = decisions.iter().zip(&parts).partition(|(_, part)| **part == fold);
        let table = confidence::fit(others.into_iter().map(|(decision, _)| *decision));
        let right = own.iter().filter(|((.., right), _)| *right).count();
        let sum: f64 = own.iter().map(|((basis, class, _), _)| confidence::expected(&table, *basis, *class)).sum();
        Fold { tools: own.len(), strict: share(right, own.len()), expected: sum / own.len().max(1) as f64 }
    };
    (0..FOLDS).map(measure).filter(|fold| fold.tools > 0).collect()
}
