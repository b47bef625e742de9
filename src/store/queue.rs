//! What a crawl has to visit, and how far it is: enrolled, leased, seen or failed – and the visits that end a lease.
//!
//! A lease has an end and a number. Who dies loses it when its time is over; who comes back late carries an old number, and is
//! refused. What a visit found and that it is over is one transaction, so each is recorded once.

use super::Store;
use super::record::{self, Origin};
use crate::circumstances::Circumstances;
use crate::failure::Failure;
use crate::listing::Unlisted;
use crate::verdict::GradedServer;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, TransactionBehavior, params};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// A registry's clock is not ours, and its writes are not in order: changes are asked for from a little earlier on.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// Where an enumeration stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enumeration {
    /// It asks for changes after this; for everything where there is none.
    pub since: Option<String>,
    /// Where it goes on, when it was interrupted.
    pub cursor: Option<String>,
}

/// A target as a source names it.
#[derive(Clone, Debug, Default)]
pub struct Enrolled {
    /// What tells targets of one source apart.
    pub key: String,
    /// The name that is shown.
    pub name: String,
    /// The version that the source gives.
    pub version: Option<String>,
    /// How it is visited, as JSON; `None` where only the run that names the source can know.
    pub plan: Option<String>,
    /// Where it is, for pace; empty for what runs on this machine.
    pub host: String,
    /// Whether the source took it down.
    pub gone: bool,
}

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
    pub listed: Vec<GradedServer>,
    /// The server that listed nothing.
    pub unlisted: Option<Unlisted>,
    /// Why something, or everything, was not listed.
    pub failure: Option<Failure>,
    /// Whether the visit told what there is to know: tools, or that credentials are wanted.
    pub is_seen: bool,
    /// How long to wait before the next try; `None`: no other try is worth it for now.
    pub retry: Option<Duration>,
    /// How it was made.
    pub circumstances: Circumstances,
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

/// Targets of these sources; of all that anybody can visit where there are none.
const OF_SOURCES: &str = "(?1 IS NULL AND plan IS NOT NULL OR source IN (SELECT value FROM json_each(?1)))";

fn of(sources: Option<&[i64]>) -> Option<String> {
    sources.map(|sources| json!(sources).to_string())
}

fn later(now: Timestamp, by: Duration) -> String {
    record::stamp(now.checked_add(by).unwrap_or(Timestamp::MAX))
}

impl Store {
    /// The source at a place, added when it is new.
    ///
    /// # Errors
    /// When the catalogue cannot be written; so for all of these.
    pub fn source(&mut self, place: &str) -> anyhow::Result<i64> {
        self.connection.execute("INSERT INTO sources (place) VALUES (?1) ON CONFLICT DO NOTHING", [place])?;
        Ok(self.connection.query_row("SELECT id FROM sources WHERE place = ?1", [place], |row| row.get(0))?)
    }

    /// Whether a source at this place is known.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn has_source(&self, place: &str) -> anyhow::Result<bool> {
        Ok(self.connection.prepare_cached("SELECT 1 FROM sources WHERE place = ?1")?.exists([place])?)
    }

    /// Begins to enumerate a source, or goes on where an earlier run was interrupted. With `whole`, from its start.
    pub fn begin_enumeration(&mut self, source: i64, whole: bool) -> anyhow::Result<Enumeration> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let now = Timestamp::now();
        let (started, since, cursor, synced): (Option<String>, Option<String>, Option<String>, Option<String>) = transaction
            .query_row("SELECT started, since, cursor, synced FROM sources WHERE id = ?1", [source], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
        if started.is_some() && !whole {
            return Ok(Enumeration { since, cursor });
        }
        let synced: Option<Timestamp> = synced.filter(|_| !whole).and_then(|synced| synced.parse().ok());
        let since = synced.map(|synced| format!("{:.0}", synced - OVERLAP));
        transaction.execute(
            "UPDATE sources SET started = ?2, since = ?3, cursor = NULL, round = round + (?3 IS NULL) WHERE id = ?1",
            params![source, record::stamp(now), since],
        )?;
        transaction.commit()?;
        Ok(Enumeration { since, cursor: None })
    }

    /// Enrols targets of a source, and remembers where its enumeration goes on. One that changed is visited again; one that is
    /// gone is not, and the servers it led to are withdrawn.
    pub fn enrol(&mut self, source: i64, targets: &[Enrolled], cursor: Option<&str>) -> anyhow::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for target in targets {
            transaction
                .prepare_cached(
                    "INSERT INTO targets (source, key, name, version, plan, host, turn, round, state)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(turn) + 1, 0) FROM targets WHERE host = ?6),
                        (SELECT round FROM sources WHERE id = ?1), CASE WHEN ?7 THEN 'gone' ELSE 'queued' END)
                     ON CONFLICT (source, key) DO UPDATE SET
                        name = excluded.name, version = excluded.version, plan = excluded.plan, host = excluded.host,
                        round = excluded.round, state = CASE
                            WHEN ?7 THEN 'gone'
                            WHEN state = 'gone' OR plan IS NOT excluded.plan OR version IS NOT excluded.version THEN 'queued'
                            ELSE state END,
                        tries = CASE WHEN plan IS NOT excluded.plan THEN 0 ELSE tries END",
                )?
                .execute(params![source, target.key, target.name, target.version, target.plan, target.host, target.gone])?;
            if target.gone {
                transaction
                    .prepare_cached(
                        "UPDATE servers SET withdrawn = ?3 WHERE withdrawn IS NULL AND id IN (
                            SELECT server FROM observations JOIN targets ON targets.id = observations.target
                            WHERE source = ?1 AND key = ?2)",
                    )?
                    .execute(params![source, target.key, record::stamp(Timestamp::now())])?;
            }
        }
        transaction.prepare_cached("UPDATE sources SET cursor = ?2 WHERE id = ?1")?.execute(params![source, cursor])?;
        Ok(transaction.commit()?)
    }

    /// Ends an enumeration: what a whole one did not name is no target any more.
    pub fn end_enumeration(&mut self, source: i64) -> anyhow::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "DELETE FROM targets WHERE source = ?1 AND state <> 'gone'
                AND round < (SELECT round FROM sources WHERE id = ?1 AND since IS NULL)",
            [source],
        )?;
        transaction.execute(
            "UPDATE sources SET synced = started, started = NULL, since = NULL, cursor = NULL WHERE id = ?1",
            [source],
        )?;
        Ok(transaction.commit()?)
    }

    /// Queues what was visited longer ago than this. Without sources, of all there are; so for all of these.
    pub fn requeue(&mut self, sources: Option<&[i64]>, max_age: Duration) -> anyhow::Result<usize> {
        let now = Timestamp::now();
        let before = now.checked_sub(max_age).unwrap_or(Timestamp::MIN);
        let queued = self.connection.execute(
            &format!(
                "UPDATE targets SET state = 'queued', tries = 0, next_try = NULL
                 WHERE {OF_SOURCES} AND state IN ('seen', 'failed') AND at <= ?2 AND (next_try IS NULL OR next_try <= ?3)"
            ),
            params![of(sources), record::stamp(before), record::stamp(now)],
        )?;
        Ok(queued)
    }

    /// Leases up to `most` targets that are due to a worker, those of different hosts first.
    pub fn claim(&mut self, worker: &str, sources: Option<&[i64]>, most: usize, lease: Duration) -> anyhow::Result<Vec<Claim>> {
        let now = Timestamp::now();
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut claims = transaction
            .prepare_cached(&format!(
                "UPDATE targets SET state = 'leased', attempt = attempt + 1, worker = ?2, until = ?3
                 WHERE id IN (
                    SELECT id FROM targets WHERE {OF_SOURCES}
                        AND (state = 'queued' OR state = 'failed' AND next_try <= ?4 OR state = 'leased' AND until <= ?4)
                    ORDER BY turn, id LIMIT ?5)
                 RETURNING id, attempt, source, key, name, plan, host, tries, content, turn"
            ))?
            .query_map(params![of(sources), worker, later(now, lease), record::stamp(now), i64::try_from(most)?], |row| {
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
                Ok((row.get::<_, i64>(9)?, claim))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        transaction.commit()?;
        claims.sort_by_key(|(turn, claim)| (*turn, claim.id));
        Ok(claims.into_iter().map(|(_, claim)| claim).collect())
    }

    /// Keeps a worker's leases from ending.
    pub fn renew(&mut self, worker: &str, lease: Duration) -> anyhow::Result<()> {
        let until = later(Timestamp::now(), lease);
        self.connection
            .prepare_cached("UPDATE targets SET until = ?2 WHERE worker = ?1 AND state = 'leased'")?
            .execute(params![worker, until])?;
        Ok(())
    }

    /// Gives a worker's leases back.
    pub fn release(&mut self, worker: &str) -> anyhow::Result<()> {
        self.connection
            .execute("UPDATE targets SET state = 'queued', worker = NULL WHERE worker = ?1 AND state = 'leased'", [worker])?;
        Ok(())
    }

    /// Records visits, each whole or – where its lease is lost – not at all; says which were recorded.
    pub fn complete(&mut self, visits: &[(Claim, Visited)]) -> anyhow::Result<Vec<bool>> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let now = Timestamp::now();
        let recorded = visits.iter().map(|(claim, visit)| complete(&transaction, claim, visit, now)).collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(recorded)
    }

    /// How long it is until something is due; `None` when nothing is left.
    pub fn due(&self, sources: Option<&[i64]>) -> anyhow::Result<Option<Duration>> {
        let now = Timestamp::now();
        let next: Option<String> = self.connection.query_row(
            &format!(
                "SELECT min(CASE state WHEN 'queued' THEN ?2 WHEN 'leased' THEN until ELSE next_try END) FROM targets
                 WHERE {OF_SOURCES} AND (state IN ('queued', 'leased') OR state = 'failed' AND next_try IS NOT NULL)"
            ),
            params![of(sources), record::stamp(now)],
            |row| row.get(0),
        )?;
        let Some(next) = next else { return Ok(None) };
        let next: Timestamp = next.parse()?;
        Ok(Some(Duration::try_from(next.duration_since(now)).unwrap_or_default()))
    }

    /// How many targets are in which state, and why.
    pub fn counts(&self, sources: Option<&[i64]>) -> anyhow::Result<Counts> {
        let mut statement = self.connection.prepare(&format!(
            "SELECT state, json_extract(failure, '$.stage'), json_extract(failure, '$.reason'), count(*)
             FROM targets WHERE {OF_SOURCES} GROUP BY 1, 2, 3"
        ))?;
        let mut rows = statement.query([of(sources)])?;
        let mut counts = Counts::default();
        while let Some(row) = rows.next()? {
            let number = usize::try_from(row.get::<_, i64>(3)?)?;
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

fn complete(connection: &Connection, claim: &Claim, visit: &Visited, now: Timestamp) -> anyhow::Result<bool> {
    let is_over = visit.is_seen || visit.retry.is_none();
    let failure = visit.failure.as_ref().map(serde_json::to_string).transpose()?;
    let held = connection
        .prepare_cached(
            "UPDATE targets SET state = ?3, failure = ?4, next_try = ?5, at = ?6, content = coalesce(?7, content),
                tries = CASE WHEN ?3 = 'seen' THEN 0 ELSE tries + 1 END, worker = NULL, until = NULL
             WHERE id = ?1 AND attempt = ?2 AND state = 'leased'",
        )?
        .execute(params![
            claim.id,
            claim.attempt,
            if visit.is_seen { "seen" } else { "failed" },
            failure,
            visit.retry.filter(|_| !is_over).map(|wait| later(now, wait)),
            record::stamp(now),
            visit.content
        ])?;
    if held == 0 {
        return Ok(false);
    }
    let origin = Origin { target: Some(claim.id), circumstances: Some(&visit.circumstances) };
    for server in &visit.listed {
        record::listing(connection, server, now, origin)?;
    }
    // A failure that is tried again shortly is no news of the server.
    if let Some(unlisted) = visit.unlisted.as_ref().filter(|_| is_over && visit.listed.is_empty()) {
        record::failure(connection, unlisted, now, origin)?;
    }
    Ok(true)
}
