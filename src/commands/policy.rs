//! `toolgrade policy`

mod check;
mod diff;
mod generate;
mod replay;
mod side;
mod starter;
mod tools;

use crate::cli::{PolicyArgs, PolicyCommand};
use crate::exit::Exit;
use crate::policy::problem::Problem;
use anyhow::Context as _;
use std::fmt::Display;
use std::io::{self, Read as _};
use std::path::Path;

/// No policy is nearly as long; a file that is, is not one.
const LONGEST: u64 = 64 << 20;

pub(super) fn run(args: &PolicyArgs) -> anyhow::Result<Exit> {
    match &args.command {
        None => generate::run(&args.generate),
        Some(PolicyCommand::Replay(args)) => replay::run(args),
        Some(PolicyCommand::Check(args)) => check::run(args),
        Some(PolicyCommand::Diff(args)) => diff::run(args),
    }
}

/// The text of a policy file, or of standard input.
fn text(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read `{shown}`: give a policy file, or `-`"))?;
    if bytes.len() as u64 > LONGEST {
        anyhow::bail!("`{shown}` is longer than 64 MiB, which is no policy");
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        anyhow::anyhow!("`{shown}`: line {line}: not UTF-8: save it as UTF-8 without a byte order mark")
    })
}

/// Says on standard error what classes without a target rest on.
fn say_classes_by_name() {
    super::scan::say_hint("classes rest on the tools' names alone: give a TARGET to judge their definitions");
}

/// Says every problem of a policy on standard error.
fn say_problems(shown: impl Display, problems: &[Problem]) -> Exit {
    for problem in problems {
        super::scan::say_error(&format!("{shown}: {problem}"));
    }
    Exit::Error
}
