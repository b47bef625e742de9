//! Which server is which: finds the one a visit was to, or adds it.
//!
//! A server is known by its name and its *place*: the canonical path of a file, the URL, the program and its arguments. How
//! it was typed, the transport that was found and the variables that were set are no part of that: a server that fails for
//! want of a variable is the one that works once it is set. Standard input has no place of its own, so there the name alone
//! says who it is: lists of two servers are two servers, lists that name nobody are all one.
//!
//! A place stays in the catalogue. What is shown and published is the source, as it was typed.

use crate::listing::Source;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf, absolute};

/// A server's row.
pub(super) struct Known {
    pub(super) id: i64,
    /// `None` until it has listed something.
    pub(super) slug: Option<String>,
}

/// Finds the server by name and place; without a name, the one of this place that was listed last. One that has only failed
/// so far may have no name yet, and one that the first schema recorded no place: they get them here.
fn find(connection: &Connection, name: Option<&str>, place: &str, source: &str) -> rusqlite::Result<Option<Known>> {
    connection
        .prepare_cached(
            "SELECT id, slug FROM servers
             WHERE (place = ?2 OR place IS NULL AND source = ?3) AND (name = ?1 OR name IS NULL OR ?1 IS NULL)
             ORDER BY name IS NULL, place IS NULL,
                (SELECT max(at) FROM observations WHERE server = servers.id AND failure IS NULL) DESC, id
             LIMIT 1",
        )?
        .query_row(params![name, place, source], |row| Ok(Known { id: row.get(0)?, slug: row.get(1)? }))
        .optional()
}

/// The server a visit was to, by what is known of it.
pub(super) fn enrol(connection: &Connection, name: Option<&str>, source: &Source) -> anyhow::Result<Known> {
    let place = place(source);
    let source = serde_json::to_string(source)?;
    if let Some(known) = find(connection, name, &place, &source)? {
        connection
            .prepare_cached("UPDATE servers SET name = coalesce(name, ?2), place = ?3 WHERE id = ?1")?
            .execute(params![known.id, name, place])?;
        return Ok(known);
    }
    connection
        .prepare_cached("INSERT INTO servers (name, source, place) VALUES (?1, ?2, ?3)")?
        .execute(params![name, source, place])?;
    Ok(Known { id: connection.last_insert_rowid(), slug: None })
}

/// The server that listed something: enrolled, with a slug no other has, shown as it was typed this time.
pub(super) fn enrol_listed(connection: &Connection, name: &str, source: &Source, wanted: &str) -> anyhow::Result<(i64, String)> {
    let known = enrol(connection, Some(name), source)?;
    let slug = match known.slug {
        Some(slug) => slug,
        None => free_slug(connection, name, wanted)?,
    };
    connection.prepare_cached("UPDATE servers SET slug = ?2, source = ?3, withdrawn = NULL WHERE id = ?1")?.execute(params![
        known.id,
        slug,
        serde_json::to_string(source)?
    ])?;
    Ok((known.id, slug))
}

/// The wanted slug, or else the next free `name-2`, `name-3`, …
fn free_slug(connection: &Connection, name: &str, wanted: &str) -> rusqlite::Result<String> {
    let mut taken = connection.prepare_cached("SELECT 1 FROM servers WHERE slug = ?1")?;
    let base = crate::slug::slug(name);
    let mut slug = wanted.to_owned();
    let mut count = 1;
    while taken.exists([&slug])? {
        count += 1;
        slug = format!("{base}-{count}");
    }
    Ok(slug)
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
