//! Writing: each visit is one transaction, so it is remembered whole or not at all.

use super::Store;
use super::database::Database;
use super::enrol::{self, enrol, enrol_listed};
use super::value::{Value, values};
use crate::circumstances::Circumstances;
use crate::listing::Unlisted;
use crate::verdict::{GradedServer, GradedTool};
use anyhow::Context as _;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A visit that is to be remembered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recorded<'a> {
    /// What was listed.
    pub(super) listed: &'a [GradedServer],
    /// What was not, and why.
    pub(super) unlisted: Option<&'a Unlisted>,
    /// The target of a crawl that it was to.
    pub(super) target: Option<i64>,
    /// How it was made.
    pub(super) circumstances: Option<&'a Circumstances>,
}

impl Recorded<'_> {
    /// The circumstances as JSON; nothing where there is nothing to say.
    fn circumstances(&self) -> anyhow::Result<Option<String>> {
        let told = self.circumstances.filter(|circumstances| **circumstances != Circumstances::default());
        Ok(told.map(serde_json::to_string).transpose()?)
    }
}

impl Store {
    /// Remembers what a server listed at a time. Returns the slug it has in this catalogue: that of earlier visits, else the
    /// one it comes with, else – where that belongs to another server – the next free `name-2`, `name-3`, …
    ///
    /// # Errors
    /// When the catalogue cannot be written; then nothing of this visit is remembered.
    pub fn record(&mut self, server: &GradedServer, at: Timestamp) -> anyhow::Result<String> {
        let visit = Recorded { listed: std::slice::from_ref(server), ..Recorded::default() };
        let slugs = self.database.transact(|database| visits(database, &[visit], at))?;
        slugs.into_iter().next().context("the server got no slug")
    }

    /// Remembers that a server could not be listed at a time, and why. What was listed before stays its current state.
    ///
    /// # Errors
    /// When the catalogue cannot be written.
    pub fn record_failure(&mut self, visit: &Unlisted, at: Timestamp) -> anyhow::Result<()> {
        let visit = Recorded { unlisted: Some(visit), ..Recorded::default() };
        self.database.transact(|database| visits(database, &[visit], at)).map(drop)
    }
}

/// Remembers visits, within a transaction; gives the slugs of the servers that listed something, in their order.
pub(super) fn visits(database: &Database, visits: &[Recorded<'_>], at: Timestamp) -> anyhow::Result<Vec<String>> {
    let listed = visits.iter().flat_map(|visit| visit.listed).map(|server| &server.server.source);
    let unlisted = visits.iter().filter_map(|visit| visit.unlisted).map(|unlisted| &unlisted.source);
    enrol::lock(database, listed.chain(unlisted))?;
    let mut enrolled = Vec::new();
    for visit in visits {
        for server in visit.listed {
            let known = enrol_listed(database, server)?;
            listing(database, known.id, server, visit, at)?;
            enrolled.push(known);
        }
        if let Some(unlisted) = visit.unlisted {
            failure(database, unlisted, visit, at)?;
        }
    }
    enrol::slugs(database, enrolled)
}

fn listing(database: &Database, id: i64, server: &GradedServer, visit: &Recorded<'_>, at: Timestamp) -> anyhow::Result<()> {
    let about = &server.server;
    let insert = "
        INSERT INTO observations (server, at, complete, title, version, instructions, protocol, grade, target, circumstances)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id";
    let observation = values![
        id,
        stamp(at),
        about.complete,
        &about.title,
        &about.version,
        &about.instructions,
        &about.protocol,
        server.grade.to_string(),
        visit.target,
        visit.circumstances()?
    ];
    let observation: i64 = database.row(insert, &observation)?.context("the visit was not added")?.get(0)?;
    let verdicts = remember(database, &server.tools)?;
    let listed: Vec<Vec<Value<'_>>> =
        (0_i64..).zip(verdicts).map(|(position, verdict)| values![observation, position, verdict].to_vec()).collect();
    database.many("INSERT INTO listed (observation, position, verdict) VALUES (?1, ?2, ?3)", &listed).map(drop)
}

fn failure(database: &Database, unlisted: &Unlisted, visit: &Recorded<'_>, at: Timestamp) -> anyhow::Result<()> {
    let server = enrol(database, unlisted.name.as_deref(), &unlisted.source)?;
    let insert = "
        INSERT INTO observations (server, at, complete, failure, target, circumstances) VALUES (?1, ?2, FALSE, ?3, ?4, ?5)";
    let failure = serde_json::to_string(&unlisted.failure)?;
    database.execute(insert, &values![server, stamp(at), failure, visit.target, visit.circumstances()?]).map(drop)
}

/// Every digit of the second is written, so that times sort as text.
pub(super) fn stamp(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// The verdicts on tools, in their order, each kept once with its definition. They are added in the order of their texts, so that
/// two workers that add the same ones do not wait for each other.
fn remember(database: &Database, tools: &[GradedTool]) -> anyhow::Result<Vec<i64>> {
    let mut definitions: BTreeMap<String, i64> = BTreeMap::new();
    let mut texts = Vec::with_capacity(tools.len());
    for tool in tools {
        let definition = serde_json::to_string(tool.tool.raw())?;
        texts.push((definition.clone(), i64::try_from(tool.tokens)?, serde_json::to_string(&tool.verdict)?));
        definitions.insert(definition, 0);
    }
    // The hash only narrows the search. Two texts with one hash stay two definitions, so nobody gains by making them collide.
    let sets: Vec<_> = definitions.keys().map(|tool| values![crate::fnv::hash(tool).cast_signed(), tool].to_vec()).collect();
    let numbers = database.once(
        "SELECT id FROM definitions WHERE hash = ?1 AND tool = ?2",
        "INSERT INTO definitions (hash, tool) VALUES (?1, ?2) ON CONFLICT DO NOTHING RETURNING id",
        &sets,
    )?;
    definitions.values_mut().zip(numbers).for_each(|(known, number)| *known = number);

    let keys: Vec<(i64, i64, &str)> =
        texts.iter().map(|(definition, tokens, verdict)| (definitions[definition], *tokens, verdict.as_str())).collect();
    let mut verdicts: BTreeMap<(i64, i64, &str), i64> = keys.iter().map(|key| (*key, 0)).collect();
    let toolgrade = env!("CARGO_PKG_VERSION");
    let sets: Vec<_> = verdicts
        .keys()
        .map(|(definition, tokens, verdict)| values![*definition, toolgrade, *tokens, *verdict].to_vec())
        .collect();
    let numbers = database.once(
        "SELECT id FROM verdicts WHERE definition = ?1 AND toolgrade = ?2 AND tokens = ?3 AND verdict = ?4",
        "INSERT INTO verdicts (definition, toolgrade, tokens, verdict) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING RETURNING id",
        &sets,
    )?;
    verdicts.values_mut().zip(numbers).for_each(|(known, number)| *known = number);
    Ok(keys.iter().map(|key| verdicts[key]).collect())
}
