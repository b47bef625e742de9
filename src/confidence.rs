//! How sure a class is: how often classes decided in the same way were right, as counted on labelled tools.

use crate::verdict::Class;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a class rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Name and description plainly say the same.
    Agreed,
    /// Only the name says something plainly.
    Name,
    /// Only the description, or the title, does.
    Text,
    /// Name and description plainly say different things.
    Disputed,
    /// Neither says anything plainly: words that could mean more than one thing decide.
    Vague,
    /// No rule knows a word of it.
    Unsaid,
    /// Something besides name and summary raised the class: operations, later sentences, the tool as a whole.
    Raised,
}

/// How often one class, decided in one way, was the label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// Labelled tools decided so.
    pub tools: usize,
    /// Those of them whose label is the class.
    pub right: usize,
    /// The share to expect elsewhere, 0 to 1: drawn towards that of the basis where tools are few.
    pub confidence: f64,
}

/// `table[basis][class]`: what was fitted.
pub type Table = BTreeMap<Basis, BTreeMap<Class, Fitted>>;

/// As many tools as the share of the whole basis counts for, beside the tools of one class.
const PRIOR: f64 = 8.0;
/// What is said of nothing but one class decided in a way that no labelled tool was: a coin's toss.
const UNKNOWN: f64 = 0.5;
/// Nothing is surer: labels err as well.
const MOST: f64 = 0.99;

/// The table that was fitted on the project's labelled tools: `toolgrade eval LABELS --fit data/confidence.json` writes it.
static FITTED: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/confidence.json"))
        .expect("`data/confidence.json` is what `fit` wrote: a test reads it")
});

/// How sure a class is that was decided so, 0 to 1.
#[must_use]
pub fn of(basis: Basis, class: Class) -> f64 {
    expected(&FITTED, basis, class)
}

/// How sure a class is that was decided so, by a table.
#[must_use]
pub fn expected(table: &Table, basis: Basis, class: Class) -> f64 {
    let row = table.get(&basis);
    row.and_then(|row| row.get(&class)).map_or_else(|| row.map_or(UNKNOWN, share), |fitted| fitted.confidence)
}

/// How many labelled tools were given each class, and how many of them rightly; the most severe class first.
#[must_use]
pub fn measured() -> Vec<(Class, usize, usize)> {
    let mut classes: BTreeMap<Class, (usize, usize)> = BTreeMap::new();
    for (class, fitted) in FITTED.values().flatten() {
        let (tools, right) = classes.entry(*class).or_default();
        *tools += fitted.tools;
        *right += fitted.right;
    }
    classes.into_iter().rev().map(|(class, (tools, right))| (class, tools, right)).collect()
}

/// Counts decisions, each with whether it was right.
#[must_use]
pub fn fit(decisions: impl IntoIterator<Item = (Basis, Class, bool)>) -> Table {
    let mut table = Table::new();
    for (basis, class, right) in decisions {
        let fitted = table.entry(basis).or_default().entry(class).or_insert(Fitted { tools: 0, right: 0, confidence: 0.0 });
        fitted.tools += 1;
        fitted.right += usize::from(right);
    }
    for row in table.values_mut() {
        let share = share(row);
        for fitted in row.values_mut() {
            let confidence = (fitted.right as f64 + PRIOR * share) / (fitted.tools as f64 + PRIOR);
            fitted.confidence = (confidence.min(MOST) * 100.0).round() / 100.0;
        }
    }
    table
}

/// The share of a whole basis that was right, one right and one wrong added.
fn share(row: &BTreeMap<Class, Fitted>) -> f64 {
    let (tools, right) = row.values().fold((0, 0), |(tools, right), fitted| (tools + fitted.tools, right + fitted.right));
    (right as f64 + 1.0) / (tools as f64 + 2.0)
}
