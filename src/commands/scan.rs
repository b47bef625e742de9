//! `toolgrade scan`

use crate::cli::{Format, ScanArgs, TargetArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::listing::Unlisted;
use crate::progress::Progress;
use crate::report::{Report, csv, hints, json, markdown, table, tally};
use crate::target::{Resolved, Typed};
use crate::{grade, listing, sanitize, scan, store, target};
use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

pub(super) fn run(args: &ScanArgs) -> anyhow::Result<Exit> {
    // Before the visits: a catalogue that cannot be opened should not cost a scan.
    let mut store = args.catalogue.as_deref().map(store::Store::open).transpose()?;
    let (report, unlisted) = visit(&args.target);
    // Before the report: a reader that goes away (`| head`) must not cost what was seen.
    let recorded = store.as_mut().map_or(Ok(()), |store| record(store, &report, &unlisted));
    print(&report, args)?;
    say_failures(&report.failures);
    // A catalogue that cannot be written – a full disk – does not cost the report either.
    recorded?;
    let found = args.fail_on.map_or(0, |least| {
        report.servers.iter().flat_map(|server| &server.tools).filter(|tool| least.reached_by(tool.verdict.class)).count()
    });
    if !args.target.visit.quiet {
        for hint in hints::hints(&report, args.explain) {
            anstream::eprintln!("{HINT}hint:{HINT:#} {hint}");
        }
        if found > 0 {
            anstream::eprintln!("{} at or above `--fail-on`", tally::count(found, "tool"));
        }
    }
    let partial = if report.is_partial() { Exit::Incomplete } else { Exit::Done };
    Ok(partial.worst(if found > 0 { Exit::Found } else { Exit::Done }))
}

fn record(store: &mut store::Store, report: &Report, unlisted: &[Unlisted]) -> anyhow::Result<()> {
    let now = jiff::Timestamp::now();
    for server in &report.servers {
        store
            .record(server, now)
            .with_context(|| format!("cannot record {} in `{}`", server.server.name, store.path().display()))?;
    }
    for visit in unlisted {
        store
            .record_failure(visit, now)
            .with_context(|| format!("cannot record the failure of {} in `{}`", visit.failure.target, store.path().display()))?;
    }
    Ok(())
}

/// Resolves the targets, visits and grades them: what `scan` and `policy` share.
pub(super) fn visit(args: &TargetArgs) -> (Report, Vec<Unlisted>) {
    let typed = Typed { targets: &args.targets, command: &args.command, headers: &args.visit.header, env: &args.visit.env };
    let Resolved { targets, mut failures, mut notes } = target::resolve(&typed);
    let progress = Progress::start(&format!("scanning {}", tally::count(targets.len(), "target")), args.visit.quiet);
    let options = scan::Options { timeout: Duration::from_secs(args.visit.timeout) };
    let scan = scan::scan_with(targets, &options, &|event| progress.say(&event.to_string()));
    drop(progress);
    failures.extend(scan.failures);
    notes.extend(scan.notes);
    if !args.visit.quiet {
        notes.iter().for_each(|note| say_warning(note));
    }
    let slugs = listing::slugs(&scan.listings);
    let servers = scan.listings.into_iter().zip(slugs).map(|(listing, slug)| grade::grade(listing, slug)).collect();
    (Report { servers, failures }, scan.unlisted)
}

/// Says each failure on standard error, `--quiet` or not.
pub(super) fn say_failures(failures: &[Failure]) {
    for failure in failures {
        // The lines a server said before it ended stand under the first, set off from it.
        let message = sanitize::block(&failure.to_string()).replace('\n', "\n       ");
        anstream::eprintln!("{ERROR}error:{ERROR:#} {message}");
    }
}

/// Says an error on standard error.
pub(super) fn say_error(message: &str) {
    anstream::eprintln!("{ERROR}error:{ERROR:#} {}", sanitize::line(message));
}

/// Says a hint on standard error.
pub(super) fn say_hint(message: &str) {
    anstream::eprintln!("{HINT}hint:{HINT:#} {}", sanitize::line(message));
}

/// Says a warning on standard error.
pub(super) fn say_warning(message: &str) {
    anstream::eprintln!("{WARNING}warning:{WARNING:#} {}", sanitize::line(message));
}

/// Prints the report to standard output, whole or – should rendering fail – not at all.
fn print(report: &Report, args: &ScanArgs) -> io::Result<()> {
    let mut document = Vec::new();
    match args.format {
        Format::Table => {
            let view = table::View { width: terminal_width(), explain: args.explain };
            table::write(report, &view, &mut document)?;
            let mut out = anstream::stdout().lock();
            out.write_all(&document)?;
            return out.flush();
        }
        Format::Json => json::write(report, &mut document)?,
        Format::Jsonl => json::write_lines(report, &mut document)?,
        Format::Csv => csv::write(report, &mut document)?,
        Format::Markdown => markdown::write(report, &mut document)?,
    }
    let mut out = io::stdout().lock();
    out.write_all(&document)?;
    out.flush()
}

/// Columns of the terminal, where standard output is one.
fn terminal_width() -> Option<usize> {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    terminal_size::terminal_size_of(stdout).map(|(width, _)| usize::from(width.0))
}
