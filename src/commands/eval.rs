//! `toolgrade eval`: measures the classifier against labels, and fits how sure it is.

use crate::cli::{EvalArgs, EvalFormat};
use crate::confidence::Basis;
use crate::eval::{self, Gold};
use crate::exit::Exit;
use crate::grade;
use crate::listing::Server;
use crate::report::safe_json;
use crate::verdict::Verdict;
use anyhow::Context as _;
use std::path::Path;

pub(super) fn run(args: &EvalArgs) -> anyhow::Result<Exit> {
    let mut gold: Vec<Gold> = Vec::new();
    for path in &args.gold {
        gold.extend(read(path)?);
    }
    let (verdicts, bases): (Vec<Verdict>, Vec<Basis>) = gold.chunk_by(|a, b| a.server == b.server).flat_map(judge).unzip();
    if let Some(path) = &args.fit {
        let mut table = Vec::new();
        safe_json::pretty(&mut table, &eval::fit(&gold, &verdicts, &bases))?;
        std::fs::write(path, table).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let measurement = eval::measure(&gold, &verdicts, &bases);
    let mut out = anstream::stdout().lock();
    match args.format {
        EvalFormat::Text => eval::text::write(&mut out, &measurement)?,
        EvalFormat::Json => safe_json::pretty(&mut out, &measurement)?,
    }
    Ok(Exit::Done)
}

/// The labelled tools of a file.
fn read(path: &Path) -> anyhow::Result<Vec<Gold>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{shown}`"))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let label = |(number, line)| {
        serde_json::from_str(line)
            .with_context(|| format!("`{shown}` line {}: expected {{\"server\", \"class\", \"alt\", \"tool\"}}", number + 1))
    };
    let gold: Vec<Gold> = lines.map(label).collect::<anyhow::Result<_>>()?;
    anyhow::ensure!(!gold.is_empty(), "`{shown}` has no labelled tools: expected JSON Lines");
    Ok(gold)
}

/// The verdicts on the labelled tools of one server, and what they rest on.
fn judge(labels: &[Gold]) -> Vec<(Verdict, Basis)> {
    let tools: Vec<_> = labels.iter().map(|label| &label.tool).collect();
    let server = Server::named(&labels[0].server);
    grade::verdicts(&server, &tools).into_iter().zip(grade::bases(&server, &tools)).collect()
}
