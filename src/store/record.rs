//! Writing: each visit is one transaction, so it is remembered whole or not at all.

use super::Store;
use crate::failure::Failure;
use crate::listing::Source;
use crate::verdict::{GradedServer, GradedTool};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

impl Store {
    /// Remembers what a server listed at a time. Returns the slug it has in this catalogue: that of earlier visits, else the
    /// one it comes with, else – where that belongs to another server – the next free `name-2`, `name-3`, …
    ///
    /// # Errors
    /// When the file cannot be written; then nothing of this visit is remembered.
    pub fn record(&mut self, server: &GradedServer, at: Timestamp) -> anyhow::Result<String> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let about = &server.server;
        let (id, slug) = enrol(&transaction, &about.name, &about.source, &server.slug)?;
        transaction
            .prepare_cached(
                "INSERT INTO observations (server, at, complete, title, version, instructions, protocol, grade)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                id,
                stamp(at),
                about.complete,
                about.title,
                about.version,
                about.instructions,
                about.protocol,
                server.grade.to_string()
            ])?;
        let observation = transaction.last_insert_rowid();
        for (position, tool) in (0_i64..).zip(&server.tools) {
            let verdict = remember_verdict(&transaction, tool)?;
            transaction
                .prepare_cached("INSERT INTO listed (observation, position, verdict) VALUES (?1, ?2, ?3)")?
                .execute(params![observation, position, verdict])?;
        }
        transaction.commit()?;
        Ok(slug)
    }

    /// Remembers that a server could not be listed at a time, and why. What was listed before stays its current state.
    /// Returns the slug the server has in this catalogue.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn record_failure(&mut self, name: &str, source: &Source, failure: &Failure, at: Timestamp) -> anyhow::Result<String> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (id, slug) = enrol(&transaction, name, source, &crate::slug::slug(name))?;
        transaction
            .prepare_cached("INSERT INTO observations (server, at, complete, failure) VALUES (?1, ?2, 0, ?3)")?
            .execute(params![id, stamp(at), serde_json::to_string(failure)?])?;
        transaction.commit()?;
        Ok(slug)
    }
}

/// Every digit of the second is written, so that times sort as text.
fn stamp(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// Finds the server by name and source, or adds it under a slug no other server has.
fn enrol(connection: &Connection, name: &str, source: &Source, wanted: &str) -> anyhow::Result<(i64, String)> {
    let source = serde_json::to_string(source)?;
    let known = connection
        .prepare_cached("SELECT id, slug FROM servers WHERE name = ?1 AND source = ?2")?
        .query_row(params![name, source], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    let mut taken = connection.prepare_cached("SELECT 1 FROM servers WHERE slug = ?1")?;
    let base = crate::slug::slug(name);
    let mut slug = wanted.to_owned();
    let mut count = 1;
    while taken.exists([&slug])? {
        count += 1;
        slug = format!("{base}-{count}");
    }
    connection
        .prepare_cached("INSERT INTO servers (slug, name, source) VALUES (?1, ?2, ?3)")?
        .execute(params![slug, name, source])?;
    Ok((connection.last_insert_rowid(), slug))
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
