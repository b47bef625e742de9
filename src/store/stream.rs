//! Reading server by server: what a catalogue of half a million tools is published from without holding it in memory.

use super::record::stamp;
use super::value::{Row, Value, values};
use super::{Edition, Failed, Listed, Observed, Recorded, Store, read};
use anyhow::Context as _;
use jiff::Timestamp;
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
    "SELECT id, slug, name, source, place, withdrawn FROM servers ORDER BY id",
    "SELECT id, server, at, complete, title, version, instructions, protocol, grade, failure, target, circumstances
     FROM observations ORDER BY id",
    "SELECT observation, position, verdict FROM listed ORDER BY observation, position",
    "SELECT count(*), max(id) FROM verdicts",
];

impl Store {
    pub(super) fn each_listed(&self, each: &mut dyn FnMut(Listed) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut observed = self.all_observed()?;
        self.database.each(read::CURRENT, &values![stamp(Timestamp::MAX)], &mut |row| {
            let (slug, server, grade) = read::server(row)?;
            let id: i64 = row.get(10)?;
            let tools = self.recorded(row.get(0)?).with_context(|| format!("tools of server `{slug}` in the catalogue"))?;
            let mut observed = observed.remove(&id);
            if let Some((seen, true)) = &mut observed {
                seen.failed = self.failed(&slug)?;
            }
            let often = observed.as_ref().is_some_and(|(seen, _)| seen.observations > 1);
            let (visits, versions) = if often { self.changes(id)? } else { Default::default() };
            let circumstances = row.get::<Option<String>>(11)?.map(|text| serde_json::from_str(&text)).transpose()?;
            let (circumstances, observed) = (circumstances.unwrap_or_default(), observed.map(|(seen, _)| seen));
            each(Listed { slug, server, grade, observed, circumstances, tools, visits, versions })
        })
    }

    fn recorded(&self, observation: i64) -> anyhow::Result<Vec<Recorded>> {
        self.database.rows(read::TOOLS, &values![observation])?.iter().map(recorded).collect()
    }

    /// The newest complete visits of a server that differ from the one before, and what they listed.
    fn changes(&self, server: i64) -> anyhow::Result<(Vec<Edition>, Vec<Recorded>)> {
        let mut visits: Vec<(i64, String, Vec<i64>)> = Vec::new();
        self.database.each(VISITS, &values![server], &mut |row| {
            let (observation, verdict) = (row.get(0)?, row.get(2)?);
            match visits.last_mut().filter(|(last, ..)| *last == observation) {
                Some((.., tools)) => tools.push(verdict),
                None => visits.push((observation, row.get(1)?, vec![verdict])),
            }
            Ok(())
        })?;
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
        let row = self.database.row(VERSION, &values![verdict])?;
        recorded(&row.with_context(|| format!("the catalogue has no verdict {verdict}"))?)
    }

    /// By the server's number: when it was seen, and whether its newest visit failed.
    fn all_observed(&self) -> anyhow::Result<HashMap<i64, (Observed, bool)>> {
        let mut all = HashMap::new();
        self.database.each(OBSERVED, &[], &mut |row| {
            let (first, last, failed): (String, String, Option<String>) = (row.get(1)?, row.get(2)?, row.get(4)?);
            let failed_last = failed.is_some_and(|failed| failed >= last);
            let seen = Observed { first: first.parse()?, last: last.parse()?, observations: row.get(3)?, failed: None::<Failed> };
            all.insert(row.get(0)?, (seen, failed_last));
            Ok(())
        })?;
        Ok(all)
    }

    pub(super) fn identify(&self, each: &mut dyn FnMut(&[u8])) -> anyhow::Result<()> {
        for query in STATE {
            self.database.each(query, &[], &mut |row| {
                for value in row.values() {
                    match value {
                        Value::Null => each(b"\0"),
                        Value::Flag(flag) => each(&i64::from(*flag).to_le_bytes()),
                        Value::Number(number) => each(&number.to_le_bytes()),
                        Value::Text(text) => {
                            each(&text.len().to_le_bytes());
                            each(text.as_bytes());
                        }
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

fn recorded(row: &Row) -> anyhow::Result<Recorded> {
    Ok(Recorded { tool: row.get(0)?, verdict: row.get(1)?, tokens: row.get(2)? })
}
