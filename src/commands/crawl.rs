//! `toolgrade crawl`

use super::scan::{NO_SANDBOX, installed, isolation, say_failures, say_hint, say_warning};
use crate::cli::{CrawlArgs, Log, SandboxChoice};
use crate::crawl::{self, Event, Named, Options, Summary};
use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::tally::{count, thousands};
use crate::sanitize;
use crate::store::{Counts, Store};
use crate::target::Typed;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::io;
use std::time::Duration;

/// Kinds of failures that are told; the rest are summed up.
const MOST_REASONS: usize = 20;

/// A pause that somebody wonders about.
const WORTH_TELLING: Duration = Duration::from_secs(3);

pub(super) fn run(args: &CrawlArgs) -> anyhow::Result<Exit> {
    if args.visit.sandbox == Some(SandboxChoice::None) {
        say_warning(NO_SANDBOX);
    }
    let store = Store::open(&args.catalogue)?;
    let is_silent = args.visit.quiet || args.log == Log::Json;
    let installed = if args.installed.installed { Some(installed::find(&args.installed, is_silent)?) } else { None };
    let typed = Typed { targets: &args.sources, command: &args.command, headers: &args.visit.header, env: &args.visit.env };
    let named = Named { typed, installed: installed.as_ref().map(installed::resolved) };
    let options = Options {
        timeout: Duration::from_secs(args.visit.timeout),
        concurrency: usize::from(args.concurrency),
        per_host: usize::from(args.per_host),
        pace: Duration::from_secs_f64(args.pace),
        retries: args.retries,
        max_age: args.max_age,
        lease: Duration::from_secs(args.lease),
        allow_private: args.allow_private,
        isolation: isolation(&args.visit),
        placeholders: args.placeholders,
        whole: args.whole,
    };
    let summary = match args.log {
        Log::Text => {
            let view = View::new(args.visit.quiet);
            crawl::crawl(store, named, &options, &|event| view.show(event))?
        }
        Log::Json => crawl::crawl(store, named, &options, &|event| say_json(&as_json(event)))?,
    };
    match args.log {
        Log::Text => say(&summary, args),
        Log::Json => say_json(&summary_as_json(&summary)),
    }
    let is_partial = summary.interrupted
        || !summary.failures.is_empty()
        || summary.counts.failed + summary.counts.queued + summary.counts.leased > 0;
    Ok(match (is_nothing(&summary), is_partial) {
        (true, _) => Exit::Error,
        (_, true) => Exit::Incomplete,
        _ => Exit::Done,
    })
}

/// Whether no source could be read at all.
fn is_nothing(summary: &Summary) -> bool {
    summary.counts.all() == 0 && summary.counts.gone == 0 && !summary.failures.is_empty()
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64().ceil())
}

/// The progress of a crawl, for people.
struct View {
    quiet: bool,
    progress: RefCell<Progress>,
    all: Cell<usize>,
    done: Cell<usize>,
}

impl View {
    fn new(quiet: bool) -> Self {
        let progress = RefCell::new(Progress::start("reading the sources", quiet));
        Self { quiet, progress, all: Cell::default(), done: Cell::default() }
    }

    /// Says why nothing happens, also where nobody watches the progress.
    fn say(&self, message: &str) {
        if !self.quiet {
            self.progress.borrow().suspend(|| say_hint(message));
        }
    }

    fn show(&self, event: Event<'_>) {
        match event {
            Event::Enumerated { source, targets } => {
                self.progress.borrow().say(&format!("{source}: {}", count(targets, "target")));
            }
            Event::Awaited { source, most } => {
                let source = crate::redact::url(source);
                self.say(&format!(
                    "{source}: another worker reads it, or one that was killed, which is known in {}",
                    seconds(most)
                ));
            }
            Event::Idle { due } if due >= WORTH_TELLING => {
                self.say(&format!("what is left is due in {}: it is tried again, or another worker has it", seconds(due)));
            }
            Event::Idle { .. } => {}
            Event::Started { counts } => {
                self.all.set(counts.all());
                self.done.set(counts.done());
                *self.progress.borrow_mut() = Progress::bar(counts.all(), counts.done(), self.quiet);
            }
            Event::Visited { target, retry, .. } => {
                if retry.is_none() {
                    self.done.set(self.done.get() + 1);
                }
                let progress = self.progress.borrow();
                progress.advance(self.all.get(), self.done.get());
                progress.say(target);
            }
        }
    }
}

fn say_json(line: &Value) {
    // A reader that went away does not end the crawl.
    let _ = crate::report::safe_json::line(&mut io::stderr().lock(), line);
}

fn as_json(event: Event<'_>) -> Value {
    match event {
        Event::Enumerated { source, targets } => {
            json!({ "event": "enumerated", "source": crate::redact::url(source), "targets": targets })
        }
        Event::Awaited { source, most } => {
            json!({ "event": "awaited", "source": crate::redact::url(source), "seconds": most.as_secs() })
        }
        Event::Idle { due } => json!({ "event": "idle", "seconds": due.as_secs() }),
        Event::Started { counts } => json!({ "event": "started", "targets": states(counts) }),
        Event::Visited { target, tools, failure, retry, changed, isolation, took } => json!({
            "event": "visited",
            "target": target,
            "tools": tools,
            "stage": failure.map(|failure| failure.stage),
            "reason": failure.map(|failure| &failure.reason),
            "message": failure.map(|failure| &failure.message),
            "retry_in": retry.map(|wait| wait.as_secs()),
            "changed": changed,
            "isolation": isolation,
            "seconds": (took.as_secs_f64() * 1000.0).round() / 1000.0,
        }),
    }
}

fn states(counts: &Counts) -> Value {
    json!({ "queued": counts.queued, "leased": counts.leased, "seen": counts.seen, "failed": counts.failed, "gone": counts.gone })
}

fn summary_as_json(summary: &Summary) -> Value {
    let reasons = summary.counts.reasons.iter();
    let reasons = reasons.map(|((stage, reason), number)| json!({ "stage": stage, "reason": reason, "targets": number }));
    json!({
        "event": "summary",
        "visits": summary.visits,
        "servers": summary.servers,
        "tools": summary.tools,
        "changed": summary.changed,
        "refused": summary.refused,
        "isolation": summary.isolation,
        "interrupted": summary.interrupted,
        "targets": states(&summary.counts),
        "reasons": reasons.collect::<Vec<_>>(),
        "failures": summary.failures,
        "notes": summary.notes,
    })
}

fn say(summary: &Summary, args: &CrawlArgs) {
    say_failures(&summary.failures);
    if args.visit.quiet || is_nothing(summary) {
        return;
    }
    summary.notes.iter().for_each(|note| say_warning(note));
    let counts = &summary.counts;
    anstream::eprintln!(
        "{} in this run: {} of {}{}",
        count(summary.visits, "visit"),
        count(summary.tools, "tool"),
        count(summary.servers, "server"),
        if summary.changed == 0 { String::new() } else { format!(", {} changed", thousands(summary.changed)) }
    );
    for (isolation, number) in &summary.isolation {
        anstream::eprintln!("{} started here, isolation: {}", count(*number, "server"), sanitize::line(isolation));
    }
    let mut line =
        format!("{}: {} seen, {} failed", count(counts.all(), "target"), thousands(counts.seen), thousands(counts.failed));
    for (number, state) in [(counts.queued + counts.leased, "left"), (counts.gone, "taken down")] {
        if number > 0 {
            line.push_str(&format!(", {} {state}", thousands(number)));
        }
    }
    anstream::eprintln!("{line}");
    let mut reasons: Vec<_> = counts.reasons.iter().collect();
    reasons.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for ((stage, reason), number) in reasons.iter().take(MOST_REASONS) {
        anstream::eprintln!("{:>9}  {stage}: {reason}", thousands(**number));
    }
    hints(summary).iter().for_each(|hint| say_hint(hint));
}

/// What a person could do next, from why targets failed.
fn hints(summary: &Summary) -> Vec<String> {
    let failed = |wanted: &str| {
        summary.counts.reasons.iter().filter(|((_, reason), _)| reason == wanted).map(|(_, number)| number).sum::<usize>()
    };
    let mut hints = Vec::new();
    let mut hint = |reason: &str, what: &str| match failed(reason) {
        0 => {}
        number => hints.push(format!("{} {what}", count(number, "server"))),
    };
    hint(
        "unauthorized",
        "asked for credentials: name one yourself, as `crawl URL --header 'Authorization: Bearer …'` or in a config",
    );
    hint("needs-credentials", "wanted variables that nobody gave: see `--placeholders`");
    hint("needs-values", "with parts in the URL that somebody must choose: see `--placeholders`");
    hint("no-sandbox", "were not started for want of a sandbox: see `toolgrade doctor`");
    hint("no-runtime", "were not started for want of what runs them: see `toolgrade doctor`");
    hint("private-address", "would have led into a private network: see `--allow-private`");
    hint("timeout", "did not answer in time: see `--timeout SECONDS`");
    hint("unset-variable", "needed a variable that is not set here");
    if summary.interrupted || summary.counts.queued + summary.counts.leased > 0 {
        hints.push("the same command goes on where this one ended".to_owned());
    }
    hints
}
