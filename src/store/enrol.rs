//! Which server is which: finds the one a visit was to, or adds it.
//!
//! A server is known by its name and its *place*: the canonical path of a file, the URL, the program and its arguments. How
//! it was typed, the transport that was found and the variables that were set are no part of that: a server that fails for
//! want of a variable is the one that works once it is set. Standard input has no place of its own, so there the name alone
//! says who it is: lists of two servers are two servers, lists that name nobody are all one.
//!
//! A place stays in the catalogue. What is shown and published is the source, as it was typed.

use super::database::Database;
use super::record::Graded;
use super::value::values;
use crate::listing::Source;
use anyhow::Context as _;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf, absolute};

/// Slugs that are asked for at once.
const ASKED: usize = 16;

/// A server's row.
struct Known {
    id: i64,
    /// `None` until it has listed something.
    slug: Option<String>,
}

/// A server that listed something, and has a slug or is still to get one.
pub(super) struct Enrolled<'a> {
    pub(super) id: i64,
    slug: Option<String>,
    server: &'a Graded,
}

/// Finds the server by name and place; without a name, the one of this place that was listed last. One that has only failed
/// so far may have no name yet, and one that the first schema recorded no place: they get them here.
const FIND: &str = "
    SELECT id, slug FROM servers
    WHERE (place = ?2 OR place IS NULL AND source = ?3) AND (name = ?1 OR name IS NULL OR ?1 IS NULL)
    ORDER BY name IS NULL, place IS NULL,
        (SELECT max(at) FROM observations WHERE server = servers.id AND failure IS NULL) DESC NULLS LAST, id
    LIMIT 1";

/// Lets one transaction at a time find or add the servers of these places.
pub(super) fn lock<'a>(database: &Database, sources: impl Iterator<Item = &'a Source>) -> anyhow::Result<()> {
    let names: Vec<String> = sources.map(|source| format!("toolgrade: server {}", place(source))).collect();
    database.lock(&names)
}

/// The server a visit was to, by what is known of it.
pub(super) fn enrol(database: &Database, name: Option<&str>, source: &Source) -> anyhow::Result<i64> {
    Ok(known(database, name, source)?.id)
}

fn known(database: &Database, name: Option<&str>, source: &Source) -> anyhow::Result<Known> {
    let place = place(source);
    let source = serde_json::to_string(source)?;
    if let Some(row) = database.row(FIND, &values![name, &place, &source])? {
        let known = Known { id: row.get(0)?, slug: row.get(1)? };
        let update = "UPDATE servers SET name = coalesce(name, ?2), place = ?3 WHERE id = ?1";
        database.execute(update, &values![known.id, name, place])?;
        return Ok(known);
    }
    let insert = "INSERT INTO servers (name, source, place) VALUES (?1, ?2, ?3) RETURNING id";
    let row = database.row(insert, &values![name, source, place])?.context("the server was not added")?;
    Ok(Known { id: row.get(0)?, slug: None })
}

/// The server that listed something, shown as it was typed this time.
pub(super) fn enrol_listed<'a>(database: &Database, server: &'a Graded) -> anyhow::Result<Enrolled<'a>> {
    let about = &server.server;
    let known = known(database, Some(&about.name), &about.source)?;
    let update = "UPDATE servers SET source = ?2, withdrawn = NULL WHERE id = ?1";
    database.execute(update, &values![known.id, serde_json::to_string(&about.source)?])?;
    Ok(Enrolled { id: known.id, slug: known.slug, server })
}

/// The slugs of servers; each that has none gets one that no other has. That comes last in a transaction: whoever names servers
/// does it alone.
pub(super) fn slugs(database: &Database, enrolled: Vec<Enrolled<'_>>) -> anyhow::Result<Vec<String>> {
    if enrolled.iter().any(|server| server.slug.is_none()) {
        database.lock(&["toolgrade: slugs".to_owned()])?;
    }
    let slug = |server: Enrolled<'_>| {
        if let Some(slug) = server.slug {
            return Ok(slug);
        }
        // The same one may stand twice among them.
        let row = database.row("SELECT slug FROM servers WHERE id = ?1", &values![server.id])?;
        if let Some(slug) = row.context("the server is gone")?.get(0)? {
            return Ok(slug);
        }
        let slug = free_slug(database, &server.server.server.name, &server.server.slug)?;
        database.execute("UPDATE servers SET slug = ?2 WHERE id = ?1", &values![server.id, &slug])?;
        Ok(slug)
    };
    enrolled.into_iter().map(slug).collect()
}

/// The wanted slug, or else the next free `name-2`, `name-3`, …
fn free_slug(database: &Database, name: &str, wanted: &str) -> anyhow::Result<String> {
    let is_taken = "SELECT 1 FROM servers WHERE slug = ?1";
    if database.row(is_taken, &values![wanted])?.is_none() {
        return Ok(wanted.to_owned());
    }
    let base = crate::slug::slug(name);
    let mut next = 2..;
    loop {
        let slugs: Vec<String> = next.by_ref().take(ASKED).map(|number| format!("{base}-{number}")).collect();
        let taken = database.many(is_taken, &slugs.iter().map(|slug| values![slug].to_vec()).collect::<Vec<_>>())?;
        if let Some((slug, _)) = slugs.into_iter().zip(taken).find(|(_, taken)| taken.is_empty()) {
            return Ok(slug);
        }
    }
}

/// Where a server is, as a text to compare.
fn place(source: &Source) -> String {
    match source {
        Source::File { path } if path == "-" => json!(["stdin"]),
        Source::File { path } => json!(["file", canonical(Path::new(path)).to_string_lossy()]),
        Source::Http { url, .. } => json!(["http", url]),
        Source::Stdio { command, args, .. } => json!(["stdio", command, args]),
        // Another version is the same server.
        Source::Npm(package) | Source::Pypi(package) | Source::Oci(package) => {
            json!([source.kind(), package.package, package.args])
        }
    }
    .to_string()
}

/// The one absolute path of a file, however it was typed; without looking at the disk where the file is gone.
fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).or_else(|_| absolute(path)).unwrap_or_else(|_| path.to_owned())
}
