//! What a crawl has to visit, as its sources name it: enumerations, which one worker at a time makes of a source.
//!
//! Who enumerates holds a lease with a number, as who makes a visit does. Who dies loses it when its time is over; who comes back
//! late is refused, and what the other one reads stands.

use super::Store;
use super::database::Database;
use super::queue::later;
use super::record::stamp;
use super::value::{Value, values};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::time::Duration;

/// A registry's clock is not ours, and its writes are not in order: changes are asked for from a little earlier on.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// Characters of a host that are kept: names of hosts are shorter, and an index holds no longer ones.
const HOST: usize = 300;

/// Where an enumeration stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enumeration {
    /// It asks for changes after this; for everything where there is none.
    pub since: Option<String>,
    /// Where it goes on, when it was interrupted.
    pub cursor: Option<String>,
}

/// The right to enumerate a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    /// Its number.
    reader: i64,
    /// How long it lasts when nothing is said.
    lease: Duration,
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

const UPDATE: &str = "
    UPDATE targets SET
        name = ?3, version = ?4, plan = ?5, host = ?6, round = ?8, state = CASE
            WHEN ?7 THEN 'gone'
            WHEN state = 'gone' OR plan IS DISTINCT FROM ?5 OR version IS DISTINCT FROM ?4 THEN 'queued'
            ELSE state END,
        tries = CASE WHEN plan IS DISTINCT FROM ?5 THEN 0 ELSE tries END
    WHERE source = ?1 AND key = ?2 RETURNING id";

const INSERT: &str = "
    INSERT INTO targets (source, key, name, version, plan, host, turn, round, state)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(turn) + 1, 0) FROM targets WHERE host = ?6), ?8,
        CASE WHEN ?7 THEN 'gone' ELSE 'queued' END)";

const WITHDRAW: &str = "
    UPDATE servers SET withdrawn = ?3 WHERE withdrawn IS NULL AND id IN (
        SELECT server FROM observations JOIN targets ON targets.id = observations.target WHERE source = ?1 AND key = ?2)";

impl Store {
    /// The source at a place, added when it is new.
    ///
    /// # Errors
    /// When the catalogue cannot be written; so for all of these.
    pub fn source(&mut self, place: &str) -> anyhow::Result<i64> {
        let numbers = self.database.transact(|database| {
            database.once(
                "SELECT id FROM sources WHERE place = ?1",
                "INSERT INTO sources (place) VALUES (?1) ON CONFLICT DO NOTHING RETURNING id",
                &[values![place].to_vec()],
            )
        })?;
        Ok(numbers[0])
    }

    /// Whether a source at this place is known.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn has_source(&self, place: &str) -> anyhow::Result<bool> {
        let find = "SELECT 1 FROM sources WHERE place = ?1";
        self.database.look(|database| Ok(database.row(find, &values![place])?.is_some()))
    }

    /// Begins to enumerate a source, or goes on where an earlier run was interrupted; not while another worker does. With
    /// `whole`, from its start. Who then says nothing for `lease` loses it to others.
    pub fn begin_enumeration(&mut self, source: i64, whole: bool, lease: Duration) -> anyhow::Result<Option<Enumeration>> {
        let begun = self.database.transact(|database| begin(database, source, whole, lease))?;
        Ok(begun.map(|(reader, enumeration)| {
            self.reading.insert(source, Lease { reader, lease });
            enumeration
        }))
    }

    /// How long another worker that enumerates a source keeps it, should it be dead.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn enumeration_ends(&self, source: i64) -> anyhow::Result<Duration> {
        self.database.look(|database| {
            let row = database.row("SELECT until FROM sources WHERE id = ?1", &values![source])?;
            let until: Option<String> = row.map_or(Ok(None), |row| row.get(0))?;
            let Some(until) = until else { return Ok(Duration::ZERO) };
            let left = until.parse::<Timestamp>()?.duration_since(database.now()?);
            Ok(Duration::try_from(left).unwrap_or_default())
        })
    }

    /// Enrols targets of a source, and remembers where its enumeration goes on; not where the lease on it is lost. A target that
    /// changed is visited again; one that is gone is not, and the servers it led to are withdrawn.
    pub fn enrol(&mut self, source: i64, targets: &[Enrolled], cursor: Option<&str>) -> anyhow::Result<bool> {
        let Some(Lease { reader, lease }) = self.reading.get(&source).copied() else { return Ok(false) };
        let is_held = self.database.transact(|database| {
            let now = database.now()?;
            let hold =
                "UPDATE sources SET cursor = ?3, until = ?4 WHERE id = ?1 AND reader = ?2 AND until IS NOT NULL RETURNING round";
            let Some(row) = database.row(hold, &values![source, reader, cursor, later(now, lease)])? else { return Ok(false) };
            enrol(database, source, row.get(0)?, targets, now)?;
            Ok(true)
        })?;
        if !is_held {
            self.reading.remove(&source);
        }
        Ok(is_held)
    }

    /// Ends an enumeration: what a whole one did not name is no target any more.
    pub fn end_enumeration(&mut self, source: i64) -> anyhow::Result<()> {
        let Some(Lease { reader, .. }) = self.reading.remove(&source) else { return Ok(()) };
        self.database.transact(|database| {
            let end = "UPDATE sources SET synced = started, started = NULL, cursor = NULL, until = NULL
                WHERE id = ?1 AND reader = ?2 AND until IS NOT NULL RETURNING round, since";
            let Some(row) = database.row(end, &values![source, reader])? else { return Ok(()) };
            if row.get::<Option<String>>(1)?.is_none() {
                let leave_out = "DELETE FROM targets WHERE source = ?1 AND state <> 'gone' AND round < ?2";
                database.execute(leave_out, &values![source, row.get::<i64>(0)?])?;
            }
            database.execute("UPDATE sources SET since = NULL WHERE id = ?1", &values![source]).map(drop)
        })
    }

    /// Leaves an enumeration to whoever goes on with it.
    pub fn leave_enumeration(&mut self, source: i64) -> anyhow::Result<()> {
        let Some(Lease { reader, .. }) = self.reading.remove(&source) else { return Ok(()) };
        self.database.transact(|database| leave(database, source, reader))
    }
}

/// Nobody has to wait for a run that was interrupted.
impl Drop for Store {
    fn drop(&mut self) {
        for (source, Lease { reader, .. }) in self.reading.drain() {
            // Where that fails, the lease ends by itself.
            let _ = leave(&self.database, source, reader);
        }
    }
}

fn leave(database: &Database, source: i64, reader: i64) -> anyhow::Result<()> {
    database.execute("UPDATE sources SET until = NULL WHERE id = ?1 AND reader = ?2", &values![source, reader]).map(drop)
}

/// The number of the lease, and where the enumeration stands; nothing while another worker holds it.
fn begin(database: &Database, source: i64, whole: bool, lease: Duration) -> anyhow::Result<Option<(i64, Enumeration)>> {
    let now = database.now()?;
    let take = "UPDATE sources SET reader = reader + 1, until = ?2 WHERE id = ?1 AND (until IS NULL OR until <= ?3)
        RETURNING reader, started, since, cursor, synced";
    let Some(row) = database.row(take, &values![source, later(now, lease), stamp(now)])? else { return Ok(None) };
    let (reader, started): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
    if started.is_some() && !whole {
        return Ok(Some((reader, Enumeration { since: row.get(2)?, cursor: row.get(3)? })));
    }
    let synced: Option<String> = row.get(4)?;
    let synced: Option<Timestamp> = synced.filter(|_| !whole).and_then(|synced| synced.parse().ok());
    let since = synced.map(|synced| format!("{:.0}", synced - OVERLAP));
    database.execute(
        "UPDATE sources SET started = ?2, since = ?3, cursor = NULL, round = round + ?4 WHERE id = ?1",
        &values![source, stamp(now), &since, i64::from(since.is_none())],
    )?;
    Ok(Some((reader, Enumeration { since, cursor: None })))
}

fn enrol(database: &Database, source: i64, round: i64, targets: &[Enrolled], now: Timestamp) -> anyhow::Result<()> {
    // Of two with one key the later stands.
    let last: HashMap<&str, usize> = targets.iter().enumerate().map(|(at, target)| (target.key.as_str(), at)).collect();
    let targets = targets.iter().enumerate().filter(|(at, target)| last[target.key.as_str()] == *at).map(|(_, target)| target);
    let mut sets: Vec<Vec<Value<'_>>> = Vec::new();
    let mut gone: Vec<Vec<Value<'_>>> = Vec::new();
    for target in targets {
        let Enrolled { key, name, version, plan, host, .. } = target;
        let host = host.char_indices().nth(HOST).map_or(host.as_str(), |(end, _)| &host[..end]);
        sets.push(values![source, key, name, version, plan, host, target.gone, round].to_vec());
        if target.gone {
            gone.push(values![source, key, stamp(now)].to_vec());
        }
    }
    let known = database.many(UPDATE, &sets)?;
    let new: Vec<_> = sets.into_iter().zip(known).filter(|(_, known)| known.is_empty()).map(|(set, _)| set).collect();
    database.many(INSERT, &new)?;
    database.many(WITHDRAW, &gone).map(drop)
}
