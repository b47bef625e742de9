//! What a crawl has to visit, and how far it is: enrolled, leased, seen or failed – and the visits that end a lease.
//!
//! A lease has an end and a number. Who dies loses it when its time is over; who comes back late carries an old number, and is
//! refused. What a visit found and that it is over is one transaction, so each is recorded once.

use super::Store;
use super::record::{self, Graded, Remembered, stamp};
use super::value::{Row, Value, values};
use crate::failure::Failure;
use crate::listing::Unlisted;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// A target that is leased to this worker.
#[derive(Clone, Debug)]
pub struct Claim {
    pub(crate) id: i64,
    pub(crate) attempt: i64,
    /// The source.
    pub source: i64,
    /// What tells targets of one source apart.
    pub key: String,
    /// The name that is shown.
    pub name: String,
    /// How it is visited, as JSON.
    pub plan: Option<String>,
    /// Where it is.
    pub host: String,
    /// How often it failed in a row.
    pub tries: u32,
    /// The hash of what it listed last.
    pub content: Option<String>,
}

/// How a visit ended.
#[derive(Clone, Debug, Default)]
pub struct Visited {
    /// What was listed.
    pub listed: Vec<Graded>,
    /// The server that listed nothing.
    pub unlisted: Option<Unlisted>,
    /// Why something, or everything, was not listed.
    pub failure: Option<Failure>,
    /// Whether the visit told what there is to know: tools, or that credentials are wanted.
    pub is_seen: bool,
    /// How long to wait before the next try; `None`: no other try is worth it for now.
    pub retry: Option<Duration>,
    /// What kept a started server from this machine.
    pub isolation: Option<String>,
    /// A hash of what was listed.
    pub content: Option<String>,
}

/// How many targets are in which state, and why those that failed did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting for their first visit, or for a new one.
    pub queued: usize,
    /// Being visited.
    pub leased: usize,
    /// Visited.
    pub seen: usize,
    /// Failed.
    pub failed: usize,
    /// Taken down by their source.
    pub gone: usize,
    /// Stage and reason of those that failed, and of those that were seen and listed nothing, with their number.
    pub reasons: BTreeMap<(String, String), usize>,
}

impl Counts {
    /// Those that are over for now.
    #[must_use]
    pub fn done(&self) -> usize {
        self.seen + self.failed
    }

    /// All there are to visit.
    #[must_use]
    pub fn all(&self) -> usize {
        self.queued + self.leased + self.done()
    }
}

/// Targets of these sources; of all that anybody can visit where none are named.
fn of(sources: Option<&[i64]>) -> String {
    match sources {
        None => "plan IS NOT NULL".to_owned(),
        Some([]) => "FALSE".to_owned(),
        Some(sources) => format!("source IN ({})", sources.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

pub(super) fn later(now: Timestamp, by: Duration) -> String {
    stamp(now.checked_add(by).unwrap_or(Timestamp::MAX))
}

impl Store {
    /// Queues what was visited longer ago than this. Without sources, of all there are; so for all of these.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written; so for all of these.
    pub fn requeue(&mut self, sources: Option<&[i64]>, max_age: Duration) -> anyhow::Result<u64> {
        let of = of(sources);
        self.database.transact(|database| {
            let now = database.now()?;
            let before = now.checked_sub(max_age).unwrap_or(Timestamp::MIN);
            database.execute(
                &format!(
                    "UPDATE targets SET state = 'queued', tries = 0, next_try = NULL
                     WHERE {of} AND state IN ('seen', 'failed') AND at <= ?1 AND (next_try IS NULL OR next_try <= ?2)"
                ),
                &values![stamp(before), stamp(now)],
            )
        })
    }

    /// Leases up to `most` targets that are due to a worker, those of different hosts first. What it holds itself stays its own, however
    /// late it renews that, as long as no other worker has taken it.
    pub fn claim(&mut self, worker: &str, sources: Option<&[i64]>, most: usize, lease: Duration) -> anyhow::Result<Vec<Claim>> {
        // Where several write at once, nobody waits for what another one is just taking.
        let lock = self.database.pick("", "FOR UPDATE SKIP LOCKED");
        let claim = format!(
            "WITH due AS MATERIALIZED (
                SELECT id FROM targets WHERE {}
                    AND (state = 'queued' OR state = 'failed' AND next_try <= ?3
                        OR state = 'leased' AND until <= ?3 AND worker IS DISTINCT FROM ?1)
                ORDER BY turn, id LIMIT ?4 {lock})
             UPDATE targets SET state = 'leased', attempt = attempt + 1, worker = ?1, until = ?2
             WHERE id IN (SELECT id FROM due)
             RETURNING id, attempt, source, key, name, plan, host, tries, content, turn",
            of(sources)
        );
        let mut claims = self.database.transact(|database| {
            let now = database.now()?;
            let rows = database.rows(&claim, &values![worker, later(now, lease), stamp(now), i64::try_from(most)?])?;
            rows.iter().map(read).collect::<anyhow::Result<Vec<_>>>()
        })?;
        claims.sort_by_key(|(turn, claim)| (*turn, claim.id));
        Ok(claims.into_iter().map(|(_, claim)| claim).collect())
    }

    /// Keeps a worker's leases from ending.
    pub fn renew(&mut self, worker: &str, lease: Duration) -> anyhow::Result<()> {
        self.database.transact(|database| {
            let until = later(database.now()?, lease);
            let renew = "UPDATE targets SET until = ?2 WHERE worker = ?1 AND state = 'leased'";
            database.execute(renew, &values![worker, until]).map(drop)
        })
    }

    /// Gives a worker's leases back.
    pub fn release(&mut self, worker: &str) -> anyhow::Result<()> {
        let release = "UPDATE targets SET state = 'queued', worker = NULL WHERE worker = ?1 AND state = 'leased'";
        self.database.transact(|database| database.execute(release, &values![worker]).map(drop))
    }

    /// Records visits, each whole or – where its lease is lost – not at all; says which were recorded.
    pub fn complete(&mut self, visits: &[(Claim, Visited)]) -> anyhow::Result<Vec<bool>> {
        self.database.transact(|database| {
            let now = database.now()?;
            let ends = visits.iter().map(|(claim, visit)| end(claim, visit, now)).collect::<Result<Vec<_>, _>>()?;
            let held: Vec<bool> = database.many(END, &ends)?.iter().map(|rows| !rows.is_empty()).collect();
            let remembered: Vec<Remembered<'_>> =
                visits.iter().zip(&held).filter(|(_, held)| **held).map(|((claim, visit), _)| visit.of(claim)).collect();
            record::visits(database, &remembered, now)?;
            Ok(held)
        })
    }

    /// How long it is until something is due; `None` when nothing is left.
    pub fn due(&self, sources: Option<&[i64]>) -> anyhow::Result<Option<Duration>> {
        let due = format!(
            "SELECT min(CASE state WHEN 'queued' THEN ?1 WHEN 'leased' THEN until ELSE next_try END) FROM targets
             WHERE {} AND (state IN ('queued', 'leased') OR state = 'failed' AND next_try IS NOT NULL)",
            of(sources)
        );
        self.database.look(|database| {
            let now = database.now()?;
            let next: Option<String> = database.row(&due, &values![stamp(now)])?.map_or(Ok(None), |row| row.get(0))?;
            let Some(next) = next else { return Ok(None) };
            let next: Timestamp = next.parse()?;
            Ok(Some(Duration::try_from(next.duration_since(now)).unwrap_or_default()))
        })
    }

    /// How many targets are in which state, and why.
    pub fn counts(&self, sources: Option<&[i64]>) -> anyhow::Result<Counts> {
        // PostgreSQL reads no JSON with a NUL in it, and a message may hold one.
        let failure = self.database.pick("failure", r"replace(failure, '\u0000', '\ufffd')::json");
        let states = format!(
            "SELECT state, {failure} ->> 'stage', {failure} ->> 'reason', count(*) FROM targets WHERE {} GROUP BY 1, 2, 3",
            of(sources)
        );
        let rows = self.database.look(|database| database.rows(&states, &[]))?;
        let mut counts = Counts::default();
        for row in rows {
            let number: usize = row.get(3)?;
            let state: String = row.get(0)?;
            *match state.as_str() {
                "queued" => &mut counts.queued,
                "leased" => &mut counts.leased,
                "seen" => &mut counts.seen,
                "failed" => &mut counts.failed,
                _ => &mut counts.gone,
            } += number;
            if let (Some(stage), Some(reason), "seen" | "failed") = (row.get(1)?, row.get(2)?, state.as_str()) {
                *counts.reasons.entry((stage, reason)).or_default() += number;
            }
        }
        Ok(counts)
    }
}

/// A claim, and whose turn it is.
fn read(row: &Row) -> anyhow::Result<(i64, Claim)> {
    let claim = Claim {
        id: row.get(0)?,
        attempt: row.get(1)?,
        source: row.get(2)?,
        key: row.get(3)?,
        name: row.get(4)?,
        plan: row.get(5)?,
        host: row.get(6)?,
        tries: row.get(7)?,
        content: row.get(8)?,
    };
    Ok((row.get(9)?, claim))
}

/// Ends a lease, where the worker still has it: who was away for too long holds an old number.
const END: &str = "
    UPDATE targets SET state = ?3, failure = ?4, next_try = ?5, at = ?6, content = coalesce(?7, content),
        tries = CASE WHEN ?3 = 'seen' THEN 0 ELSE tries + 1 END, worker = NULL, until = NULL
    WHERE id = ?1 AND attempt = ?2 AND state = 'leased' RETURNING id";

/// The parameters of [`END`].
fn end<'a>(claim: &Claim, visit: &'a Visited, now: Timestamp) -> anyhow::Result<Vec<Value<'a>>> {
    Ok(values![
        claim.id,
        claim.attempt,
        if visit.is_seen { "seen" } else { "failed" },
        visit.failure.as_ref().map(serde_json::to_string).transpose()?,
        visit.retry.filter(|_| !visit.is_over()).map(|wait| later(now, wait)),
        stamp(now),
        &visit.content
    ]
    .to_vec())
}

impl Visited {
    fn is_over(&self) -> bool {
        self.is_seen || self.retry.is_none()
    }

    /// What is to be remembered of it.
    fn of(&self, claim: &Claim) -> Remembered<'_> {
        // A failure that is tried again shortly is no news of the server.
        let unlisted = self.unlisted.as_ref().filter(|_| self.is_over() && self.listed.is_empty());
        Remembered { listed: &self.listed, unlisted, target: Some(claim.id) }
    }
}
