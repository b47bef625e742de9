//! The schema's history on PostgreSQL: an ordered slice of SQL, counted in a table of its own.

use super::Session;
use anyhow::{Context as _, bail};

/// Each entry takes the schema one version further. Entries are only ever added: a database somewhere has run each of them.
const MIGRATIONS: &[&str] = &[include_str!("1.sql")];

/// What is in the schema that the address leads to: whether our mark is, and how much of others, extensions left out.
const OWNER: &str = "
    SELECT current_schema(), current_setting('server_encoding'), current_setting('server_version_num')::bigint,
        to_regclass(quote_ident(current_schema()) || '.toolgrade_catalogue') IS NOT NULL,
        (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'))";

/// The oldest release that tells what became of a transaction.
const OLDEST: i64 = 13;

/// The version of the schema; `None` where there is nothing yet. What is not for us is an error.
fn version(session: &Session) -> anyhow::Result<Option<usize>> {
    let row = session.one(OWNER, &[])?;
    let schema: Option<String> = row.get(0)?;
    let schema = schema.context("its `search_path` names no schema that is there: make one, or name another one")?;
    let encoding: String = row.get(1)?;
    if encoding != "UTF8" {
        bail!("its texts are in {encoding}: make a database with `createdb --encoding UTF8 --template template0`");
    }
    let release = row.get::<i64>(2)? / 10_000;
    if release < OLDEST {
        bail!("it is PostgreSQL {release}: {OLDEST} is the oldest that will do");
    }
    match (row.get(3)?, row.get::<i64>(4)?) {
        (true, _) => Ok(Some(session.one("SELECT version FROM toolgrade_catalogue", &[])?.get(0)?)),
        (false, 0) => Ok(None),
        (false, _) => bail!("another program has tables in its schema `{schema}`: name an empty database"),
    }
}

/// The entries that a version has not seen.
fn pending(version: usize) -> anyhow::Result<&'static [&'static str]> {
    MIGRATIONS.get(version..).with_context(|| {
        format!("it was written by a newer toolgrade (schema {version}, this one knows {}): update toolgrade", MIGRATIONS.len())
    })
}

/// Whether the catalogue can be read as it is.
pub(in crate::store) fn check(session: &Session) -> anyhow::Result<()> {
    let version = version(session)?.context("nothing was recorded in it yet: fill it with `toolgrade scan --catalogue`")?;
    match pending(version)? {
        [] => Ok(()),
        _ => bail!("it was written by an older toolgrade: scan into it once with `toolgrade scan --catalogue`, which updates it"),
    }
}

/// Brings the schema up to date, all of it or nothing, and one worker after another.
pub(in crate::store) fn prepare(session: &Session) -> anyhow::Result<()> {
    if version(session)?.map(pending).transpose()?.is_some_and(<[_]>::is_empty) {
        return Ok(());
    }
    session.transact(&mut || {
        session.lock(&["toolgrade: schema".to_owned()])?;
        let version = version(session)?;
        for migration in pending(version.unwrap_or_default())? {
            session.run(migration)?;
        }
        session.run("DELETE FROM toolgrade_catalogue")?;
        session.run(&format!("INSERT INTO toolgrade_catalogue (version) VALUES ({})", MIGRATIONS.len()))
    })
}
