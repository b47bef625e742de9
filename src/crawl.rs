//! Crawls: visits every server of an index, and can be interrupted at any point.
//!
//! 1. [`source`] enumerates: every source becomes targets in the catalogue's queue, a page at a time.
//! 2. The loop below leases targets that are due, [`hosts`] says which of them may start, and each is a task of its own.
//! 3. [`visit`] tries the ways to a server and grades what it lists; the one [`writer`] records it and ends the lease.
//!
//! All state is in the catalogue, so `kill -9` costs the visits that were under way and nothing else: their leases end, and the
//! next run – or another worker – makes them again.

mod grading;
mod hosts;
mod plan;
mod source;
mod visit;
mod writer;

use crate::failure::Failure;
use crate::mcp::sharing_room;
use crate::package::Isolation;
use crate::scan;
use crate::store::{Claim, Counts, Store};
use crate::target::{Resolved, Target, Typed};
use anyhow::Context as _;
use hosts::{Bounds, Hosts};
use source::Sources;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use writer::{Worker, Writer};

/// What is due later than this is left to a later run.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often the queue is asked again when it had nothing to give.
const POLL: Duration = Duration::from_millis(250);

/// Visits at once that start something on this machine.
const HERE: usize = 4;

/// What bounds a crawl.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time for one whole visit.
    pub timeout: Duration,
    /// Visits at once.
    pub concurrency: usize,
    /// Visits at once to one host.
    pub per_host: usize,
    /// The least time between the starts of two visits to one host.
    pub pace: Duration,
    /// Further tries of what may pass.
    pub retries: u32,
    /// What was visited more recently is not visited again.
    pub max_age: Duration,
    /// How long a worker may be silent before its visits are given to others.
    pub lease: Duration,
    /// Whether URLs of strangers may lead into private networks.
    pub allow_private: bool,
    /// How packages, and servers that are started here, are run.
    pub isolation: Isolation,
    /// Whether required values that nobody gave are made up.
    pub placeholders: bool,
    /// Whether registries are read from their start.
    pub whole: bool,
}

/// What happens during a crawl.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A part of a source was read.
    Enumerated {
        /// The source as it was named.
        source: &'a str,
        /// The targets read so far.
        targets: usize,
    },
    /// Another worker reads a source, and is waited for.
    Awaited {
        /// The source as it was named.
        source: &'a str,
        /// How long at most, should that worker be dead.
        most: Duration,
    },
    /// Nothing can be done for a while: what is left is to be tried again later, or leased to other workers, which may be dead.
    Idle {
        /// When the next target is due, at the latest.
        due: Duration,
    },
    /// Every source is read.
    Started {
        /// What there is to do.
        counts: &'a Counts,
    },
    /// A visit is over and recorded.
    Visited {
        /// The target's name.
        target: &'a str,
        /// The tools it listed.
        tools: usize,
        /// Why it listed none, or not all.
        failure: Option<&'a Failure>,
        /// In how many seconds it is tried again.
        retry: Option<Duration>,
        /// Whether the list differs from the one before; `None` where there is none to compare.
        changed: Option<bool>,
        /// What kept a started server from this machine; `None` where nothing was started.
        isolation: Option<&'a str>,
        /// How long it took.
        took: Duration,
    },
}

/// What is crawled.
#[derive(Clone, Debug, Default)]
pub struct Named<'a> {
    /// What the user typed.
    pub typed: Typed<'a>,
    /// What is installed on this machine, where that was asked for.
    pub installed: Option<Resolved>,
}

/// What a crawl came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The state of every target of these sources.
    pub counts: Counts,
    /// Visits of this run.
    pub visits: usize,
    /// Servers that listed tools in this run.
    pub servers: usize,
    /// Tools that were listed in this run.
    pub tools: usize,
    /// Servers whose list is another one than before.
    pub changed: usize,
    /// Visits whose lease was lost, so that another worker's stands.
    pub refused: usize,
    /// What kept the servers that were started from this machine, with the number of visits.
    pub isolation: BTreeMap<String, usize>,
    /// Sources that could not be read to their end.
    pub failures: Vec<Failure>,
    /// Remarks that are no failures.
    pub notes: Vec<String>,
    /// Whether the user ended it.
    pub interrupted: bool,
}

/// Enumerates the sources and visits what is due; without sources, whatever the catalogue's queue holds.
///
/// # Errors
/// When the catalogue cannot be read or written.
pub fn crawl(store: Store, named: Named<'_>, options: &Options, on_event: &dyn Fn(Event<'_>)) -> anyhow::Result<Summary> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let summary = runtime.block_on(run(store, named, options, on_event));
    // A name that is still being looked up must not keep us.
    runtime.shutdown_background();
    summary
}

async fn run(mut store: Store, named: Named<'_>, options: &Options, on_event: &dyn Fn(Event<'_>)) -> anyhow::Result<Summary> {
    let mut interrupt = std::pin::pin!(scan::interrupt());
    // Whoever waits for a lost database has no ear for it.
    let hurry = store.hurry();
    tokio::spawn(async move {
        scan::interrupt().await;
        hurry.say();
    });
    let is_named = !named.typed.targets.is_empty() || !named.typed.command.is_empty() || named.installed.is_some();
    let sources = tokio::select! {
        biased;
        () = &mut interrupt => return Ok(Summary { interrupted: true, ..Summary::default() }),
        sources = source::enumerate(&mut store, named, options, on_event) => sources?,
    };
    let Sources { ids, local, failures, notes } = sources;
    let ids = is_named.then_some(ids);
    store.requeue(ids.as_deref(), options.max_age)?;
    on_event(Event::Started { counts: &store.counts(ids.as_deref())? });

    let name = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
    let worker = Worker { name, sources: ids.clone(), lease: options.lease };
    let (writer, thread) = Writer::start(store, worker);
    let mut crawl = Crawl { options: Arc::new(options.clone()), writer, local, summary: Summary::default(), on_event };
    let outcome = crawl.visit_all(interrupt).await;
    let mut summary = std::mem::take(&mut crawl.summary);
    drop(crawl);
    let store =
        tokio::task::spawn_blocking(|| thread.join()).await?.map_err(|_| anyhow::anyhow!("the catalogue's writer failed"))?;
    outcome?;
    summary.counts = store.counts(ids.as_deref())?;
    Ok(Summary { failures, notes, ..summary })
}

struct Crawl<'a> {
    options: Arc<Options>,
    writer: Writer,
    local: HashMap<(i64, String), Arc<Target>>,
    summary: Summary,
    on_event: &'a dyn Fn(Event<'_>),
}

/// A visit that is over.
struct Done {
    host: String,
    name: String,
    tools: usize,
    servers: usize,
    failure: Option<Failure>,
    retry: Option<Duration>,
    changed: Option<bool>,
    isolation: Option<String>,
    took: Duration,
    /// Whether it was recorded, or came too late.
    recorded: anyhow::Result<bool>,
}

impl Crawl<'_> {
    async fn visit_all(&mut self, mut interrupt: impl Future<Output = ()> + Unpin) -> anyhow::Result<()> {
        let options = Arc::clone(&self.options);
        let bounds = Bounds { overall: options.concurrency, per_host: options.per_host, here: HERE, pace: options.pace };
        let mut hosts = Hosts::new(bounds);
        let mut visits = JoinSet::new();
        let mut next_claim = Instant::now();
        let mut is_idle = false;
        let mut beat = tokio::time::interval(options.lease / 3);
        // Enough that hosts that must wait do not hold up the others, few enough to be held in memory.
        let wanted = 4 * options.concurrency;
        loop {
            let now = Instant::now();
            if now >= next_claim && hosts.len() <= wanted / 2 {
                let claims = self.writer.claim(wanted - hosts.len()).await?;
                if claims.is_empty() {
                    if hosts.len() == 0 {
                        let Some(due) = self.writer.due().await?.filter(|due| *due <= PATIENCE) else { break };
                        if !std::mem::replace(&mut is_idle, true) {
                            (self.on_event)(Event::Idle { due });
                        }
                    }
                    next_claim = now + POLL;
                } else {
                    is_idle = false;
                }
                claims.into_iter().for_each(|claim| hosts.push(claim.host.clone(), claim));
            }
            while let Some(claim) = hosts.next(Instant::now()) {
                visits.spawn(self.task(claim));
            }
            // Only then is it the claim that has to be waited for.
            let claims_next = if hosts.len() <= wanted / 2 { next_claim } else { now + PATIENCE };
            let wake = hosts.next_start().unwrap_or(claims_next).min(claims_next).max(now + Duration::from_millis(1));
            tokio::select! {
                biased;
                () = &mut interrupt => {
                    // Leaving drops the open visits, and with them every process they started.
                    visits.shutdown().await;
                    self.summary.interrupted = true;
                    return self.writer.release().await.context("the open visits could not be given back: their leases end by themselves");
                }
                Some(done) = visits.join_next() => {
                    let done = done?;
                    // Whoever is too busy for one visit is too busy for the next.
                    hosts.finish(&done.host, done.retry, Instant::now());
                    self.finish(done)?;
                }
                _ = beat.tick() => self.writer.renew().await?,
                () = sleep_until(wake) => {}
            }
        }
        Ok(())
    }

    fn task(&self, claim: Claim) -> impl Future<Output = Done> + Send + 'static {
        let (writer, options) = (self.writer.clone(), Arc::clone(&self.options));
        let local = self.local.get(&(claim.source, claim.key.clone())).cloned();
        sharing_room(async move {
            let begin = Instant::now();
            let visited = visit::unbroken(&claim, visit::visit(&claim, local, &options)).await;
            let took = begin.elapsed();
            let is_listed = visited.content.is_some();
            Done {
                host: claim.host.clone(),
                name: claim.name.clone(),
                tools: visited.listed.iter().map(|server| server.tools.len()).sum(),
                servers: if is_listed { visited.listed.len() } else { 0 },
                failure: visited.failure.clone(),
                retry: visited.retry,
                changed: claim.content.as_ref().filter(|_| is_listed).map(|before| Some(before) != visited.content.as_ref()),
                isolation: visited.isolation.clone(),
                took,
                recorded: writer.complete(claim, visited).await,
            }
        })
    }

    fn finish(&mut self, done: Done) -> anyhow::Result<()> {
        if !done.recorded? {
            self.summary.refused += 1;
            return Ok(());
        }
        self.summary.visits += 1;
        self.summary.tools += done.tools;
        self.summary.servers += done.servers;
        self.summary.changed += usize::from(done.changed == Some(true));
        if let Some(isolation) = &done.isolation {
            *self.summary.isolation.entry(isolation.clone()).or_default() += 1;
        }
        (self.on_event)(Event::Visited {
            target: &done.name,
            tools: done.tools,
            failure: done.failure.as_ref(),
            retry: done.retry,
            changed: done.changed,
            isolation: done.isolation.as_deref(),
            took: done.took,
        });
        Ok(())
    }
}
