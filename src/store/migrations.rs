//! The schema's history in SQLite: an ordered slice of SQL, counted by `PRAGMA user_version`.

use anyhow::{Context as _, bail};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

/// Marks the file as a catalogue (`TGrd`), for us and for `file(1)`.
const APPLICATION_ID: i32 = 0x5447_7264;

/// Each entry takes the schema one version further. Entries are only ever added: a file somewhere has run each of them.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
];

/// Whose file it is.
pub(super) enum Owner {
    /// Ours.
    Toolgrade,
    /// A new file: nothing in it yet.
    Nobody,
}

/// Tells whose file it is, without writing to it; one that is not for us is an error.
pub(super) fn owner(connection: &Connection) -> anyhow::Result<Owner> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let objects: i64 = match connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0)) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            bail!("it is no SQLite file; choose another path")
        }
        objects => objects?,
    };
    match number("application_id")? {
        APPLICATION_ID => Ok(Owner::Toolgrade),
        0 if objects == 0 && number("user_version")? == 0 => Ok(Owner::Nobody),
        _ => bail!("it is an SQLite file of another program; choose another path"),
    }
}

/// Whether the file can be read as it is.
pub(super) fn check(connection: &Connection) -> anyhow::Result<()> {
    if matches!(owner(connection)?, Owner::Nobody) {
        bail!("nothing was recorded in it yet: fill it with `toolgrade scan --catalogue`");
    }
    match pending(connection)? {
        [] => Ok(()),
        _ => bail!("it was written by an older toolgrade: scan into it once with `toolgrade scan --catalogue`, which updates it"),
    }
}

/// The entries the file has not seen.
fn pending(connection: &Connection) -> anyhow::Result<&'static [&'static str]> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let pending = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version..));
    pending.with_context(|| {
        format!("it was written by a newer toolgrade (schema {version}, this one knows {}): update toolgrade", MIGRATIONS.len())
    })
}

/// Runs the entries the file has not seen, all or none.
pub(super) fn migrate(connection: &mut Connection) -> anyhow::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let pending = pending(&transaction)?;
    if !pending.is_empty() {
        for migration in pending {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", i64::try_from(MIGRATIONS.len())?)?;
    }
    Ok(transaction.commit()?)
}
