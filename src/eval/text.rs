//! Prints a measurement for people.

use super::Measurement;
use crate::report::tally;
use crate::sanitize;
use crate::verdict::Class;
use std::io::{self, Write};

/// Longest description shown with a miss, in characters.
const EXCERPT: usize = 160;

/// Writes agreement, a table of the classes, the confusion matrix, slices, calibration, cross-validation and every miss.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, measurement: &Measurement) -> io::Result<()> {
    let Measurement { tools, strict, lenient, macro_f1, .. } = measurement;
    let tools = tally::count(*tools, "tool");
    writeln!(out, "{tools} · strict {strict:.4} · lenient {lenient:.4} · macro-F1 {macro_f1:.4}\n")?;
    writeln!(out, "{:<12} {:>6} {:>9} {:>7} {:>7}", "class", "labels", "precision", "recall", "F1")?;
    for (class, score) in &measurement.per_class {
        writeln!(out, "{class:<12} {:>6} {:>9.3} {:>7.3} {:>7.3}", score.labels, score.precision, score.recall, score.f1)?;
    }
    write!(out, "\n{:<12}", "label \\ told")?;
    for class in Class::ALL {
        write!(out, " {class:>11}")?;
    }
    writeln!(out)?;
    for (label, row) in &measurement.confusion {
        write!(out, "{label:<12}")?;
        for count in row.values() {
            write!(out, " {count:>11}")?;
        }
        writeln!(out)?;
    }
    writeln!(out, "\n{:<20} {:>6} {:>7} {:>8}", "slice", "tools", "strict", "lenient")?;
    for slice in &measurement.slices {
        writeln!(out, "{:<20} {:>6} {:>7.3} {:>8.3}", slice.name, slice.tools, slice.strict, slice.lenient)?;
    }
    writeln!(out, "\n{:<10} {:>6} {:>11} {:>7}", "confidence", "tools", "mean", "strict")?;
    for tenth in &measurement.calibration {
        let to = tenth.from + 0.1;
        writeln!(out, "{:.1} – {to:.1}  {:>6} {:>11.3} {:>7.3}", tenth.from, tenth.tools, tenth.confidence, tenth.strict)?;
    }
    let heading = "by server";
    writeln!(out, "\n{heading:<10} {:>6} {:>11} {:>7}", "tools", "expected", "strict")?;
    for (number, fold) in (1..).zip(&measurement.folds) {
        writeln!(out, "part {number:<5} {:>6} {:>11.3} {:>7.3}", fold.tools, fold.expected, fold.strict)?;
    }
    if !measurement.misses.is_empty() {
        let misses = measurement.misses.len();
        writeln!(out, "\n{misses} {}", if misses == 1 { "miss" } else { "misses" })?;
    }
    for miss in &measurement.misses {
        let alt: String = miss.alt.iter().map(|class| format!(" (or {class})")).collect();
        let (server, name) = (sanitize::line(&miss.server), sanitize::line(&miss.name));
        writeln!(out, "\n{}{alt}, told {} at {:.2}: {server}/{name}", miss.label, miss.class, miss.confidence)?;
        let description: String = miss.description.as_deref().unwrap_or("(no description)").chars().take(EXCERPT).collect();
        writeln!(out, "  {}", sanitize::line(description.trim()))?;
        for rule in &miss.rules {
            writeln!(out, "  - {}", sanitize::line(rule))?;
        }
    }
    Ok(())
}
