//! Scans targets: visits each within its time, keeps what was listed and why the rest was not.

mod recorded;
mod visit;

use crate::circumstances::{Circumstances, Fetched};
use crate::failure::{Failure, Stage};
use crate::listing::{Listing, Unlisted};
use crate::mcp::{Challenge, Problem};
use crate::package::{self, Isolation};
use crate::sandbox::{Layer, Sandbox};
use crate::target::{PackageTarget, Target};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

/// Targets visited at the same time: each is a process that starts, and starting is most of the time.
const AT_ONCE: usize = 4;

/// What bounds a scan.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time for one whole target, from start to last page.
    pub timeout: Duration,
    /// How packages are run.
    pub isolation: Isolation,
}

impl Default for Options {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(60), isolation: Isolation::default() }
    }
}

/// What a scan of several targets gave, in the order of the targets.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// One listing for each server that answered, complete or not.
    pub listings: Vec<Listing>,
    /// For each listing, the index of the target that gave it.
    pub origins: Vec<usize>,
    /// For each listing, how the visit was made.
    pub circumstances: Vec<Circumstances>,
    /// One failure for each target, or part of one, that did not; one that Ctrl-C cut short is `interrupted`.
    pub failures: Vec<Failure>,
    /// The visits among the failures: those to a server that was asked and listed nothing.
    pub unlisted: Vec<Unlisted>,
    /// Remarks that are no failures: an unknown revision, noise on standard output.
    pub notes: Vec<String>,
    /// How the servers that want credentials ask for them.
    pub challenges: Vec<Challenge>,
    /// What kept started servers from this machine.
    pub isolation: Option<String>,
    /// The package that was started.
    pub package: Option<Fetched>,
    /// Whether what failed may well succeed in a while.
    pub is_passing: bool,
    /// When a server that was too busy wants to be asked again.
    pub retry_after: Option<Duration>,
}

/// What happens during a scan, for whoever shows progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A visit began.
    Started {
        /// The target's label.
        target: &'a str,
    },
    /// A page was read.
    Page {
        /// The target's label.
        target: &'a str,
        /// The tools read so far.
        tools: usize,
    },
    /// A visit ended.
    Finished {
        /// The target's label.
        target: &'a str,
        /// The tools it gave.
        tools: usize,
        /// The failures it gave.
        failures: usize,
    },
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { target } => write!(f, "connecting to {target}"),
            Self::Page { target, tools } => write!(f, "{target}: {tools} tools"),
            Self::Finished { target, .. } => write!(f, "finished {target}"),
        }
    }
}

/// Visits every target; a target that fails costs no other one.
#[must_use]
pub fn scan(targets: Vec<Target>, options: &Options) -> Scan {
    scan_with(targets, options, &|_| {})
}

/// As [`scan`], telling what happens on the way.
#[must_use]
pub fn scan_with(targets: Vec<Target>, options: &Options, on_event: &(dyn Fn(Event<'_>) + Sync)) -> Scan {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return unable(&targets, &error),
    };
    let scan = runtime.block_on(visit_all(&targets, options, on_event));
    // A name that is still being looked up on a thread of the runtime must not keep us.
    runtime.shutdown_background();
    scan
}

async fn visit_all(targets: &[Target], options: &Options, on_event: &(dyn Fn(Event<'_>) + Sync)) -> Scan {
    let mut visited: Vec<Option<Scan>> = vec![None; targets.len()];
    {
        let mut visits = stream::iter(targets.iter().enumerate())
            .map(async |(at, target)| (at, visit_one(target, options, on_event).await))
            .buffer_unordered(AT_ONCE);
        let mut interrupt = std::pin::pin!(interrupt());
        loop {
            tokio::select! {
                // First, so that signals are listened to before the first process starts.
                biased;
                // Leaving drops the open visits, and with them every process they started.
                () = &mut interrupt => break,
                visit = visits.next() => match visit {
                    Some((at, visit)) => visited[at] = Some(visit),
                    None => break,
                },
            }
        }
    }
    let mut scan = Scan::default();
    for (at, (target, visit)) in targets.iter().zip(visited).enumerate() {
        let visit =
            visit.unwrap_or_else(|| failed(target, "interrupted", "the scan was interrupted before this target was read"));
        scan.origins.extend(std::iter::repeat_n(at, visit.listings.len()));
        scan.listings.extend(visit.listings);
        scan.failures.extend(visit.failures);
        scan.circumstances.extend(visit.circumstances);
        scan.unlisted.extend(visit.unlisted);
        scan.notes.extend(visit.notes);
        scan.challenges.extend(visit.challenges);
    }
    scan
}

/// Visits one target within its time. Whatever goes wrong is in the outcome.
pub(crate) async fn visit_one(target: &Target, options: &Options, on_event: &(dyn Fn(Event<'_>) + Sync)) -> Scan {
    let label = target.label();
    on_event(Event::Started { target: &label });
    let on_page = |tools| on_event(Event::Page { target: &label, tools });
    let visit = async {
        match target {
            Target::Recorded { path, text } => recorded::read(path, text),
            Target::Package(package) => visit_package(package, options, &on_page).await,
            Target::Command(command) => {
                let isolation = command.sandbox.as_ref().map(Sandbox::text);
                let isolation = isolation.or_else(|| (options.isolation.layer == Layer::None).then(|| "none".to_owned()));
                Scan { isolation, ..visit::visit(target, options.timeout, &on_page).await }
            }
            Target::Url(_) => visit::visit(target, options.timeout, &on_page).await,
        }
    };
    // A panic in one visit is one failure, not the end of the scan.
    let mut scan = AssertUnwindSafe(visit).catch_unwind().await.unwrap_or_else(|_| {
        failed(target, "bug", "toolgrade itself failed on this target: please report it, with the server's name and version")
    });
    // What was not started was not kept from anything.
    scan.isolation.take_if(|_| scan.failures.iter().any(|failure| failure.stage == Stage::Spawn));
    scan.listings.iter_mut().for_each(|listing| listing.server.isolation.clone_from(&scan.isolation));
    let circumstances = Circumstances {
        isolation: scan.isolation.clone(),
        challenge: scan.challenges.first().cloned(),
        package: scan.package.clone(),
        ..Circumstances::default()
    };
    scan.circumstances = vec![circumstances.clone(); scan.listings.len()];
    scan.unlisted.iter_mut().for_each(|unlisted| unlisted.circumstances.clone_from(&circumstances));
    let tools = scan.listings.iter().map(|listing| listing.tools.len()).sum();
    on_event(Event::Finished { target: &label, tools, failures: scan.failures.len() });
    scan
}

/// Fetching has a time of its own; then it is a visit like any other.
async fn visit_package(target: &PackageTarget, options: &Options, on_page: &(dyn Fn(usize) + Sync)) -> Scan {
    let ready = match package::fetch(target, &options.isolation).await {
        Ok(ready) => ready,
        Err(problem) => return unfetched(target, problem),
    };
    let isolation = Some(ready.isolation.clone());
    let package = Some(ready.fetched.clone());
    let scan = visit::visit(&Target::Command(ready.command.clone()), options.timeout, on_page).await;
    ready.close().await;
    Scan { isolation, package, ..scan }
}

/// A package that could not be fetched.
fn unfetched(target: &PackageTarget, problem: Problem) -> Scan {
    let whole = Target::Package(target.clone());
    let failure = Failure {
        target: whole.label(),
        stage: problem.stage.unwrap_or(Stage::Fetch),
        reason: problem.reason.to_owned(),
        message: whole.secrets().mask(&problem.message),
    };
    let unlisted = Unlisted {
        name: Some(target.name.clone().unwrap_or_else(|| target.package.clone())),
        source: package::source(target, None),
        failure: failure.clone(),
        circumstances: Circumstances::default(),
    };
    let is_passing = problem.reason == "timeout";
    Scan { failures: vec![failure], unlisted: vec![unlisted], is_passing, ..Scan::default() }
}

fn failed(target: &Target, reason: &str, message: &str) -> Scan {
    let failure = Failure { target: target.label(), stage: Stage::Spawn, reason: reason.to_owned(), message: message.to_owned() };
    Scan { failures: vec![failure], ..Scan::default() }
}

fn unable(targets: &[Target], error: &std::io::Error) -> Scan {
    let message = format!("no connection can be made ({error}): check the limits on threads and open files");
    let failures = targets.iter().flat_map(|target| failed(target, "bug", &message).failures).collect();
    Scan { failures, ..Scan::default() }
}

/// The name of a file without its extension, for a server that does not say who it is.
fn stem(path: &str, otherwise: &str) -> String {
    let stem = Path::new(path).file_stem().filter(|_| path != "-");
    stem.map_or_else(|| otherwise.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// Resolves once the user, or the system, asks the program to end.
pub(crate) async fn interrupt() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
