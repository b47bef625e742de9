//! `toolgrade scan`

pub(super) mod installed;

use crate::circumstances::Circumstances;
use crate::cli::{Format, SandboxChoice, ScanArgs, TargetArgs, VisitArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::installed::Installed;
use crate::listing::Unlisted;
use crate::package::Isolation;
use crate::progress::Progress;
use crate::report::stack::{self, Stack};
use crate::report::{Report, csv, hints, json, markdown, sarif, table, tally};
use crate::sandbox::Layer;
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
    if args.list {
        return installed::list(&args.target.installed, args.format);
    }
    // Before the visits: a catalogue that cannot be opened should not cost a scan.
    let mut store = args.catalogue.as_ref().map(store::Store::open).transpose()?;
    let Visited { report, unlisted, circumstances, installed, origins } = visit_all(&args.target)?;
    let stack = installed.as_ref().map(|installed| Stack::new(installed, &report, &origins));
    // Before the report: a reader that goes away (`| head`) must not cost what was seen.
    let recorded = store.as_mut().map_or(Ok(()), |store| record(store, &report, &circumstances, &unlisted));
    print(&report, stack.as_ref(), args)?;
    say_failures(&report.failures);
    // A catalogue that cannot be written – a full disk – does not cost the report either.
    recorded?;
    let found = args.fail_on.map_or(0, |least| {
        report.servers.iter().flat_map(|server| &server.tools).filter(|tool| least.reached_by(tool.verdict.class)).count()
    });
    if !args.target.visit.quiet {
        for hint in hints::hints(&report, args.explain, stack.is_none()) {
            anstream::eprintln!("{HINT}hint:{HINT:#} {hint}");
        }
        if found > 0 {
            anstream::eprintln!("{} at or above `--fail-on`", tally::count(found, "tool"));
        }
    }
    let partial = if report.is_partial() { Exit::Incomplete } else { Exit::Done };
    Ok(partial.worst(if found > 0 { Exit::Found } else { Exit::Done }))
}

fn record(
    store: &mut store::Store,
    report: &Report,
    circumstances: &[Circumstances],
    unlisted: &[Unlisted],
) -> anyhow::Result<()> {
    let now = jiff::Timestamp::now();
    for (server, circumstances) in report.servers.iter().zip(circumstances) {
        let graded = store::Graded { circumstances: circumstances.clone(), ..server.into() };
        store.record(graded, now).with_context(|| format!("cannot record {} in `{}`", server.server.name, store.location()))?;
    }
    for visit in unlisted {
        store
            .record_failure(visit, now)
            .with_context(|| format!("cannot record the failure of {} in `{}`", visit.failure.target, store.location()))?;
    }
    Ok(())
}

/// What is said when somebody wants no sandbox.
pub(super) const NO_SANDBOX: &str = "`--sandbox none`: servers are started with all your rights on this machine";

/// How servers are started, as the command line says.
pub(super) fn isolation(args: &VisitArgs) -> Isolation {
    let layer = match args.sandbox {
        None | Some(SandboxChoice::On) => Layer::Best,
        Some(SandboxChoice::Landlock) => Layer::Landlock,
        Some(SandboxChoice::Container) => Layer::Container,
        Some(SandboxChoice::None) => Layer::None,
    };
    Isolation { layer, network: args.allow_network, keep: args.keep_packages.clone() }
}

/// What visits gave.
struct Visited {
    report: Report,
    unlisted: Vec<Unlisted>,
    /// For each server of the report, how the visit was made.
    circumstances: Vec<Circumstances>,
    /// What was found on this machine, where that was asked for.
    installed: Option<Installed>,
    /// For each server of the report, the index of its target.
    origins: Vec<usize>,
}

/// Resolves the targets, visits and grades them: what `scan` and `policy` share.
pub(super) fn visit(args: &TargetArgs) -> anyhow::Result<Report> {
    Ok(visit_all(args)?.report)
}

fn visit_all(args: &TargetArgs) -> anyhow::Result<Visited> {
    let quiet = args.visit.quiet;
    let installed = if args.installed.installed { Some(installed::find(&args.installed, quiet)?) } else { None };
    let typed = Typed { targets: &args.targets, command: &args.command, headers: &args.visit.header, env: &args.visit.env };
    let resolved = installed.as_ref().map_or_else(|| target::resolve(&typed), installed::resolved);
    let Resolved { mut targets, mut failures, mut notes } = resolved;
    let isolation = isolation(&args.visit);
    match args.visit.sandbox {
        Some(SandboxChoice::None) => say_warning(NO_SANDBOX),
        Some(_) => isolation.confine(&mut targets),
        None => {}
    }
    let progress = Progress::start(&format!("scanning {}", tally::count(targets.len(), "target")), quiet);
    let options = scan::Options { timeout: Duration::from_secs(args.visit.timeout), isolation };
    let scan = scan::scan_with(targets, &options, &|event| progress.say(&event.to_string()));
    drop(progress);
    failures.extend(scan.failures);
    notes.extend(scan.notes);
    if !quiet {
        notes.iter().for_each(|note| say_warning(note));
    }
    let slugs = listing::slugs(&scan.listings);
    let servers = scan.listings.into_iter().zip(slugs).map(|(listing, slug)| grade::grade(listing, slug)).collect();
    Ok(Visited {
        report: Report { servers, failures },
        unlisted: scan.unlisted,
        circumstances: scan.circumstances,
        installed,
        origins: scan.origins,
    })
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

/// Prints the report, by client where there are clients, to standard output: whole or – should rendering fail – not at all.
fn print(report: &Report, stack: Option<&Stack<'_>>, args: &ScanArgs) -> io::Result<()> {
    let view = table::View { width: terminal_width(), explain: args.explain };
    let mut document = Vec::new();
    let out = &mut document;
    match (args.format, stack) {
        (Format::Table, None) => table::write(report, &view, out)?,
        (Format::Table, Some(stack)) => stack::table::write(stack, &view, out)?,
        (Format::Json, None) => json::write(report, out)?,
        (Format::Json, Some(stack)) => stack::json::write(stack, out)?,
        (Format::Jsonl, None) => json::write_lines(report, out)?,
        (Format::Jsonl, Some(stack)) => stack::json::write_lines(stack, out)?,
        (Format::Csv, None) => csv::write(report, out)?,
        (Format::Csv, Some(stack)) => stack::csv::write(stack, out)?,
        (Format::Markdown, None) => markdown::write(report, out)?,
        (Format::Markdown, Some(stack)) => stack::markdown::write(stack, out)?,
        (Format::Sarif, stack) => sarif::write(report, stack, out)?,
    }
    put(&document, args.format)
}

/// Writes a document to standard output; a table has colours, where they belong.
fn put(document: &[u8], format: Format) -> io::Result<()> {
    if format == Format::Table {
        let mut out = anstream::stdout().lock();
        out.write_all(document)?;
        return out.flush();
    }
    let mut out = io::stdout().lock();
    out.write_all(document)?;
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
