//! The schema's history: an ordered slice of SQL, counted by `PRAGMA user_version`.

use anyhow::bail;
use rusqlite::{Connection, TransactionBehavior};

/// Marks the file as a catalogue (`TGrd`), for us and for `file(1)`.
const APPLICATION_ID: i32 = 0x5447_7264;

/// Each entry takes the schema one version further. Entries are only ever added: a file somewhere has run each of them.
const MIGRATIONS: &[&str] = &[include_str!("migrations/1.sql")];

/// Whose file it is.
pub(super) enum Owner {
    /// Ours.
    Toolgrade,
    /// A new file: nothing in it yet.
    Nobody,
    /// Some other program's.
    Other,
}

/// Tells whose file it is, without writing to it.
pub(super) fn owner(connection: &Connection) -> rusqlite::Result<Owner> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    Ok(match number("application_id")? {
        APPLICATION_ID => Owner::Toolgrade,
        0 if objects == 0 && number("user_version")? == 0 => Owner::Nobody,
        _ => Owner::Other,
    })
}

/// Runs the entries the file has not seen, all or none.
pub(super) fn migrate(connection: &mut Connection) -> anyhow::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(pending) = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version..)) else {
        bail!("it was written by a newer toolgrade (schema {version}, this one knows {}): update toolgrade", MIGRATIONS.len());
    };
    if !pending.is_empty() {
        for migration in pending {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", i64::try_from(MIGRATIONS.len())?)?;
    }
    Ok(transaction.commit()?)
}
