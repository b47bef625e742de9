//! Writing: each visit is one transaction, so it is remembered whole or not at all.

use super::Store;
use super::enrol::{enrol, enrol_listed};
use crate::circumstances::Circumstances;
use crate::listing::Unlisted;
use crate::verdict::{GradedServer, GradedTool};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

/// Where a visit came from, and how it was made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin<'a> {
    /// The target of a crawl.
    pub(super) target: Option<i64>,
    pub(super) circumstances: Option<&'a Circumstances>,
}

impl Origin<'_> {
    /// The circumstances as JSON; nothing where there is nothing to say.
    fn text(&self) -> anyhow::Result<Option<String>> {
        let told = self.circumstances.filter(|circumstances| **circumstances != Circumstances::default());
        Ok(told.map(serde_json::to_string).transpose()?)
    }
}

impl Store {
    /// Remembers what a server listed at a time. Returns the slug it has in this catalogue: that of earlier visits, else the
    /// one it comes with, else – where that belongs to another server – the next free `name-2`, `name-3`, …
    ///
    /// # Errors
    /// When the file cannot be written; then nothing of this visit is remembered.
    pub fn record(&mut self, server: &GradedServer, at: Timestamp) -> anyhow::Result<String> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let slug = listing(&transaction, server, at, Origin::default())?;
        transaction.commit()?;
        Ok(slug)
    }

    /// Remembers that a server could not be listed at a time, and why. What was listed before stays its current state.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn record_failure(&mut self, visit: &Unlisted, at: Timestamp) -> anyhow::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        failure(&transaction, visit, at, Origin::default())?;
        Ok(transaction.commit()?)
    }
}

/// Remembers a listing, within a transaction.
pub(super) fn listing(
    connection: &Connection,
    server: &GradedServer,
    at: Timestamp,
    origin: Origin<'_>,
) -> anyhow::Result<String> {
    let about = &server.server;
    let (id, slug) = enrol_listed(connection, &about.name, &about.source, &server.slug)?;
    connection
        .prepare_cached(
            "INSERT INTO observations (server, at, complete, title, version, instructions, protocol, grade, target, circumstances)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            id,
            stamp(at),
            about.complete,
            about.title,
            about.version,
            about.instructions,
            about.protocol,
            server.grade.to_string(),
            origin.target,
            origin.text()?
        ])?;
    let observation = connection.last_insert_rowid();
    for (position, tool) in (0_i64..).zip(&server.tools) {
        let verdict = remember_verdict(connection, tool)?;
        connection
            .prepare_cached("INSERT INTO listed (observation, position, verdict) VALUES (?1, ?2, ?3)")?
            .execute(params![observation, position, verdict])?;
    }
    Ok(slug)
}

/// Remembers a visit that listed nothing, within a transaction.
pub(super) fn failure(connection: &Connection, visit: &Unlisted, at: Timestamp, origin: Origin<'_>) -> anyhow::Result<()> {
    let server = enrol(connection, visit.name.as_deref(), &visit.source)?;
    connection
        .prepare_cached(
            "INSERT INTO observations (server, at, complete, failure, target, circumstances) VALUES (?1, ?2, 0, ?3, ?4, ?5)",
        )?
        .execute(params![server.id, stamp(at), serde_json::to_string(&visit.failure)?, origin.target, origin.text()?])?;
    Ok(())
}

/// Every digit of the second is written, so that times sort as text.
pub(super) fn stamp(at: Timestamp) -> String {
    format!("{at:.9}")
}

fn remember_verdict(connection: &Connection, tool: &GradedTool) -> anyhow::Result<i64> {
    let definition = remember_definition(connection, &serde_json::to_string(tool.tool.raw())?)?;
    let verdict = serde_json::to_string(&tool.verdict)?;
    let tokens = i64::try_from(tool.tokens)?;
    let toolgrade = env!("CARGO_PKG_VERSION");
    let known = connection
        .prepare_cached("SELECT id FROM verdicts WHERE definition = ?1 AND toolgrade = ?2 AND tokens = ?3 AND verdict = ?4")?
        .query_row(params![definition, toolgrade, tokens, verdict], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    connection
        .prepare_cached("INSERT INTO verdicts (definition, toolgrade, tokens, verdict) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![definition, toolgrade, tokens, verdict])?;
    Ok(connection.last_insert_rowid())
}

fn remember_definition(connection: &Connection, tool: &str) -> anyhow::Result<i64> {
    // It only narrows the search. Two texts with one hash stay two definitions, so nobody gains by making them collide.
    let hash = crate::fnv::hash(tool).cast_signed();
    let known = connection
        .prepare_cached("SELECT id FROM definitions WHERE hash = ?1 AND tool = ?2")?
        .query_row(params![hash, tool], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    connection.prepare_cached("INSERT INTO definitions (hash, tool) VALUES (?1, ?2)")?.execute(params![hash, tool])?;
    Ok(connection.last_insert_rowid())
}
