//! A catalogue in an SQLite file.

use super::migrations;
use super::value::{Row, Value};
use anyhow::{Context as _, anyhow, bail};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, Transaction, TransactionBehavior, params_from_iter};
use std::path::{Path, absolute};
use std::time::{Duration, Instant};

/// How long a writer waits for another process that is writing.
pub(super) const BUSY: Duration = Duration::from_secs(30);

/// Opens the file at `path` to write, made when missing, and brings its schema up to date.
pub(super) fn open(path: &Path) -> anyhow::Result<Connection> {
    // An absolute path is a path, never a `file:` address with options in it, nor `:memory:`.
    let opened = absolute(path).map_err(anyhow::Error::from).and_then(|file| {
        let mut connection = Connection::open_with_flags(file, OpenFlags::default().difference(OpenFlags::SQLITE_OPEN_URI))?;
        prepare(&mut connection)?;
        Ok(connection)
    });
    opened.map_err(|error| advise(path, error))
}

fn prepare(connection: &mut Connection) -> anyhow::Result<()> {
    connection.busy_timeout(BUSY)?;
    // Before the first write: a file of somebody else is left as it is.
    migrations::owner(connection)?;
    write_ahead(connection)?;
    // With a write-ahead log, a commit that was synchronised survives the end of the process and of the machine.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // A migration may make a table anew, under the eyes of those that refer to it.
    connection.pragma_update(None, "foreign_keys", false)?;
    migrations::migrate(connection)?;
    Ok(connection.pragma_update(None, "foreign_keys", true)?)
}

/// Readers and one writer at a time, side by side. Changing the journal mode is the one thing for which SQLite does not
/// wait by itself when another process opens the same new file (<https://sqlite.org/wal.html#sometimes_queries_return_sqlite_busy_in_wal_mode>).
fn write_ahead(connection: &Connection) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && start.elapsed() < BUSY => {
                std::thread::sleep(Duration::from_millis(20));
            }
            outcome => return Ok(outcome?),
        }
    }
}

/// Says what to do about a file that cannot be opened or written, which SQLite only says in its own words.
fn advise(path: &Path, error: anyhow::Error) -> anyhow::Error {
    let code = error.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
    if !matches!(code, Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)) {
        return error;
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match directory.filter(|directory| !directory.is_dir()) {
        Some(missing) => anyhow!("there is no directory `{}`: make it, or choose another path", missing.display()),
        None if path.is_dir() => anyhow!("it is a directory: name a file in it"),
        None => anyhow!("it cannot be written: check the permissions of the file and of its directory"),
    }
}

pub(super) fn execute(connection: &Connection, sql: &str, parameters: &[Value<'_>]) -> anyhow::Result<u64> {
    Ok(u64::try_from(connection.prepare_cached(sql)?.execute(params_from_iter(parameters))?)?)
}

pub(super) fn rows(connection: &Connection, sql: &str, parameters: &[Value<'_>]) -> anyhow::Result<Vec<Row>> {
    let mut all = Vec::new();
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

pub(super) fn each(
    connection: &Connection,
    sql: &str,
    parameters: &[Value<'_>],
    each: &mut dyn FnMut(&Row) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        each(&read(row)?)?;
    }
    Ok(())
}

pub(super) fn transact<T>(connection: &Connection, mut work: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let value = work()?;
    transaction.commit()?;
    Ok(value)
}

fn read(row: &rusqlite::Row<'_>) -> anyhow::Result<Row> {
    let columns = row.as_ref().column_count();
    let values = (0..columns).map(|column| {
        Ok(match row.get_ref(column)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Number(number),
            ValueRef::Text(text) => Value::Text(std::str::from_utf8(text).context("a text is no UTF-8")?.to_owned().into()),
            ValueRef::Real(_) | ValueRef::Blob(_) => bail!("a column holds what no toolgrade wrote"),
        })
    });
    Ok(Row::new(values.collect::<anyhow::Result<_>>()?))
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Flag(flag) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*flag))),
            Self::Number(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}
