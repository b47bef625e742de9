//! Reading server by server: what a catalogue of half a million tools is published from without holding it in memory.

use super::record::stamp;
use super::{Edition, Failed, Listed, Observed, Recorded, Store, read};
use crate::circumstances::Circumstances;
use anyhow::Context as _;
use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::ValueRef;
use std::collections::HashMap;

/// When each server was seen; one that was never listed is not among them.
const OBSERVED: &str = "
    SELECT server, min(at) FILTER (WHERE failure IS NULL), max(at) FILTER (WHERE failure IS NULL),
        count(*) FILTER (WHERE failure IS NULL), max(at) FILTER (WHERE failure IS NOT NULL)
    FROM observations GROUP BY server HAVING count(*) > count(failure)";

/// What each complete visit of a server listed, oldest first.
const VISITS: &str = "
    SELECT observations.id, at, verdict FROM observations JOIN listed ON observation = observations.id
    WHERE server = ?1 AND failure IS NULL AND complete ORDER BY at, observations.id, position";

const VERSION: &str = "
    SELECT definitions.tool, verdicts.verdict, verdicts.tokens
    FROM verdicts JOIN definitions ON definitions.id = verdicts.definition WHERE verdicts.id = ?1";

/// How many visits of a server are told of.
const KEPT: usize = 30;

/// What the state of a catalogue is made of, in an order that is always the same.
const STATE: [&str; 4] = [
    "SELECT * FROM servers ORDER BY id",
    "SELECT * FROM observations ORDER BY id",
    "SELECT * FROM listed ORDER BY observation, position",
    "SELECT count(*), max(id) FROM verdicts",
];

impl Store {
    pub(super) fn each_listed(&self, each: &mut dyn FnMut(Listed) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut observed = self.all_observed()?;
        let mut statement = self.connection.prepare_cached(read::CURRENT)?;
        let mut rows = statement.query([stamp(Timestamp::MAX)])?;
        while let Some(row) = rows.next()? {
            let (slug, server, grade) = read::server(row)?;
            let tools = self.recorded(row.get(0)?).with_context(|| format!("tools of server `{slug}` in the catalogue"))?;
            let mut observed = observed.remove(&row.get::<_, i64>(10)?);
            if let Some((seen, true)) = &mut observed {
                seen.failed = self.failed(&slug)?;
            }
            let often = observed.as_ref().is_some_and(|(seen, _)| seen.observations > 1);
            let (visits, versions) = if often { self.changes(row.get(10)?)? } else { Default::default() };
            let (circumstances, observed) = (self.circumstances(row.get(0)?)?, observed.map(|(seen, _)| seen));
            each(Listed { slug, server, grade, observed, circumstances, tools, visits, versions })?;
        }
        Ok(())
    }

    /// How a visit was made.
    fn circumstances(&self, observation: i64) -> anyhow::Result<Circumstances> {
        let mut statement = self.connection.prepare_cached("SELECT circumstances FROM observations WHERE id = ?1")?;
        let text: Option<String> = statement.query_row([observation], |row| row.get(0))?;
        Ok(text.map_or_else(|| Ok(Circumstances::default()), |text| serde_json::from_str(&text))?)
    }

    fn recorded(&self, observation: i64) -> anyhow::Result<Vec<Recorded>> {
        let mut statement = self.connection.prepare_cached(read::TOOLS)?;
        let tools = statement
            .query_map([observation], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)))?;
        tools
            .map(|row| {
                row.map_err(Into::into)
                    .and_then(|(tool, verdict, tokens)| Ok(Recorded { tool, verdict, tokens: usize::try_from(tokens)? }))
            })
            .collect()
    }

    /// The newest complete visits of a server that differ from the one before, and what they listed.
    fn changes(&self, server: i64) -> anyhow::Result<(Vec<Edition>, Vec<Recorded>)> {
        let mut visits: Vec<(i64, String, Vec<i64>)> = Vec::new();
        let mut statement = self.connection.prepare_cached(VISITS)?;
        let mut rows = statement.query([server])?;
        while let Some(row) = rows.next()? {
            let (observation, verdict) = (row.get(0)?, row.get(2)?);
            match visits.last_mut().filter(|(last, ..)| *last == observation) {
                Some((.., tools)) => tools.push(verdict),
                None => visits.push((observation, row.get(1)?, vec![verdict])),
            }
        }
        // Of visits that listed the same the first counts.
        visits.dedup_by(|later, earlier| later.2 == earlier.2);
        let newest = visits.split_off(visits.len().saturating_sub(KEPT));
        let mut places: HashMap<i64, usize> = HashMap::new();
        let mut versions = Vec::new();
        let mut kept = Vec::new();
        for (_, at, tools) in newest {
            let mut listed = Vec::with_capacity(tools.len());
            for verdict in tools {
                let place = match places.get(&verdict) {
                    Some(place) => *place,
                    None => {
                        versions.push(self.version(verdict)?);
                        places.insert(verdict, versions.len() - 1);
                        versions.len() - 1
                    }
                };
                listed.push(place);
            }
            kept.push(Edition { at: at.parse()?, tools: listed });
        }
        Ok((kept, versions))
    }

    fn version(&self, verdict: i64) -> anyhow::Result<Recorded> {
        let mut statement = self.connection.prepare_cached(VERSION)?;
        let (tool, verdict, tokens): (String, String, i64) =
            statement.query_row([verdict], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Recorded { tool, verdict, tokens: usize::try_from(tokens)? })
    }

    /// By the server's number: when it was seen, and whether its newest visit failed.
    fn all_observed(&self) -> anyhow::Result<HashMap<i64, (Observed, bool)>> {
        let mut statement = self.connection.prepare(OBSERVED)?;
        let mut rows = statement.query(())?;
        let mut all = HashMap::new();
        let time = |row: &Row<'_>, at: usize| -> anyhow::Result<Timestamp> { Ok(row.get::<_, String>(at)?.parse()?) };
        while let Some(row) = rows.next()? {
            let failed_last =
                row.get::<_, Option<String>>(4)?.is_some_and(|failed| row.get(2).is_ok_and(|last: String| failed >= last));
            let (first, last) = (time(row, 1)?, time(row, 2)?);
            let seen = Observed { first, last, observations: usize::try_from(row.get::<_, i64>(3)?)?, failed: None::<Failed> };
            all.insert(row.get(0)?, (seen, failed_last));
        }
        Ok(all)
    }

    pub(super) fn identify(&self, each: &mut dyn FnMut(&[u8])) -> anyhow::Result<()> {
        for query in STATE {
            let mut statement = self.connection.prepare(query)?;
            let columns = statement.column_count();
            let mut rows = statement.query(())?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    match row.get_ref(column)? {
                        ValueRef::Null => each(b"\0"),
                        ValueRef::Integer(number) => each(&number.to_le_bytes()),
                        ValueRef::Real(number) => each(&number.to_le_bytes()),
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                            each(&bytes.len().to_le_bytes());
                            each(bytes);
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
