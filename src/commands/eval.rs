//! `toolgrade eval`: measures the classifier against labels.

use crate::cli::{EvalArgs, EvalFormat};
use crate::eval::{self, Gold};
use crate::exit::Exit;
use crate::grade;
use crate::listing::Server;
use crate::report::safe_json;
use crate::verdict::Verdict;
use anyhow::Context as _;

pub(super) fn run(args: &EvalArgs) -> anyhow::Result<Exit> {
    let path = args.gold.display();
    let text = std::fs::read_to_string(&args.gold).with_context(|| format!("cannot read `{path}`"))?;
    let mut gold: Vec<Gold> = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let label = serde_json::from_str(line)
            .with_context(|| format!("`{path}` line {}: expected {{\"server\", \"class\", \"alt\", \"tool\"}}", number + 1))?;
        gold.push(label);
    }
    anyhow::ensure!(!gold.is_empty(), "`{path}` has no labelled tools: expected JSON Lines");
    let verdicts: Vec<Verdict> = gold.chunk_by(|a, b| a.server == b.server).flat_map(judge).collect();
    let measurement = eval::measure(&gold, &verdicts);
    let mut out = anstream::stdout().lock();
    match args.format {
        EvalFormat::Text => eval::text::write(&mut out, &measurement)?,
        EvalFormat::Json => safe_json::pretty(&mut out, &measurement)?,
    }
    Ok(Exit::Done)
}

/// The verdicts on the labelled tools of one server.
fn judge(labels: &[Gold]) -> Vec<Verdict> {
    let tools: Vec<_> = labels.iter().map(|label| &label.tool).collect();
    grade::verdicts(&Server::named(&labels[0].server), &tools)
}
