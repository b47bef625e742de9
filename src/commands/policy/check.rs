//! `toolgrade policy check`

use super::tools::tools;
use super::{say_problems, text};
use crate::cli::{CheckArgs, FindingsFormat};
use crate::exit::Exit;
use crate::policy::check::{Finding, Level, alone, cover};
use crate::policy::claim::Proof;
use crate::policy::diff::names;
use crate::policy::problem::{Place, Problem};
use crate::policy::profile::Profile;
use crate::policy::read::{Document, read};
use crate::report::policy::{Checked, Placed, check_text};
use crate::report::safe_json;
use std::io::{self, Write as _};

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let text = text(&args.policy)?;
    let shown = args.policy.display().to_string();
    let document = match read(&text) {
        Ok(document) => document,
        Err(problems) => return invalid(args, &shown, &problems),
    };
    let policy = &document.policy;
    let tools = tools(&args.cover, &names(&[policy]))?;
    let mut findings = alone(policy);
    if tools.listed {
        findings.extend(cover(policy, &tools.named(), Profile::default()));
    }
    let checked = Checked {
        toolgrade: env!("CARGO_PKG_VERSION"),
        policy: &shown,
        valid: true,
        problems: Vec::new(),
        findings: placed(&document, findings),
        proof: args.prove.then(|| Proof::of(policy, &tools.named())),
    };
    print(args.format, &checked, policy)?;
    if args.prove && !tools.listed && !args.cover.visit.quiet {
        super::say_classes_by_name();
    }
    let refuted = checked.proof.as_ref().is_some_and(|proof| proof.holds == Some(false));
    let danger = refuted || checked.findings.iter().any(|placed| placed.finding.level == Level::Danger);
    Ok(tools.exit.worst(if danger { Exit::Found } else { Exit::Done }))
}

/// Findings with their places, gravest first, then in the order of the file.
fn placed(document: &Document<'_>, findings: Vec<Finding>) -> Vec<Placed> {
    let place = |finding: Finding| {
        let Place { line, column } = document.place(&finding.rule);
        Placed { line, column, finding }
    };
    let mut placed: Vec<Placed> = findings.into_iter().map(place).collect();
    placed.sort_by_key(|placed| (placed.finding.level, placed.line, placed.column));
    placed
}

fn print(format: FindingsFormat, checked: &Checked<'_>, policy: &crate::policy::model::Policy) -> io::Result<()> {
    let mut document = Vec::new();
    match format {
        FindingsFormat::Text => check_text(checked, policy, &mut document)?,
        FindingsFormat::Json => safe_json::pretty(&mut document, checked)?,
    }
    let mut out = io::stdout().lock();
    out.write_all(&document)?;
    out.flush()
}

/// A file that is no policy: every problem is an error, and in JSON also part of the document.
fn invalid(args: &CheckArgs, shown: &str, problems: &[Problem]) -> anyhow::Result<Exit> {
    if args.format == FindingsFormat::Json {
        let (toolgrade, problems) = (env!("CARGO_PKG_VERSION"), problems.iter().collect());
        let checked = Checked { toolgrade, policy: shown, valid: false, problems, findings: Vec::new(), proof: None };
        let mut out = io::stdout().lock();
        safe_json::pretty(&mut out, &checked)?;
        out.flush()?;
    }
    Ok(say_problems(args.policy.display(), problems))
}
