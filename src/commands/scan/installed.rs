//! `toolgrade scan --installed`: what is on this machine, listed before anything is started.

use super::{put, say_failures};
use crate::cli::{Format, InstalledArgs};
use crate::clients::Machine;
use crate::exit::Exit;
use crate::installed::{self, Installed};
use crate::report::stack::{csv, json, markdown, table};
use crate::report::{Report, sarif};
use crate::target::Resolved;
use std::io::Write as _;

/// Prints what is on this machine, and starts nothing.
pub(super) fn list(args: &InstalledArgs, format: Format) -> anyhow::Result<Exit> {
    let installed = here(args)?;
    let mut document = Vec::new();
    match format {
        Format::Table => table::write_found(&installed, &mut document)?,
        Format::Json => json::write_found(&installed, &mut document)?,
        Format::Jsonl => json::write_found_lines(&installed, &mut document)?,
        Format::Csv => csv::write_found(&installed, &mut document)?,
        Format::Markdown => markdown::write_found(&installed, &mut document)?,
        // Nothing was graded; what could not be read is told.
        Format::Sarif => {
            let report = Report { failures: installed.failures(), ..Report::default() };
            sarif::write(&report, None, &mut document)?;
        }
    }
    put(&document, format)?;
    let failures = installed.failures();
    say_failures(&failures);
    Ok(if failures.is_empty() { Exit::Done } else { Exit::Incomplete })
}

/// Finds what is on this machine, and says it on standard error unless `quiet`: people see what will be started.
pub(in crate::commands) fn find(args: &InstalledArgs, quiet: bool) -> anyhow::Result<Installed> {
    let installed = here(args)?;
    if !quiet {
        let mut document = Vec::new();
        table::write_found(&installed, &mut document)?;
        let mut out = anstream::stderr().lock();
        out.write_all(&document)?;
        writeln!(out)?;
    }
    Ok(installed)
}

/// What is to be visited.
pub(in crate::commands) fn resolved(installed: &Installed) -> Resolved {
    Resolved { targets: installed.targets.clone(), failures: installed.failures(), notes: Vec::new() }
}

fn here(args: &InstalledArgs) -> anyhow::Result<Installed> {
    let machine =
        Machine::here().ok_or_else(|| anyhow::anyhow!("this user has no home: set `HOME`, where clients keep their configs"))?;
    Ok(installed::find(&machine, args.projects))
}
