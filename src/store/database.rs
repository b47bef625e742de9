//! The database under a catalogue: SQLite or PostgreSQL, behind one set of questions.
//!
//! SQL is written once, in what both understand; [`Database::pick`] has the few words that differ.

use super::postgres::Session;
use super::sqlite;
use super::value::{Row, Value};
use anyhow::Context as _;
use jiff::Timestamp;

/// A database.
#[derive(Debug)]
pub(super) enum Database {
    Sqlite(rusqlite::Connection),
    Postgres(Box<Session>),
}

impl Database {
    /// The words for this database.
    pub(super) fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// Runs a statement; says how many rows it changed.
    pub(super) fn execute(&self, sql: &str, parameters: &[Value<'_>]) -> anyhow::Result<u64> {
        match self {
            Self::Sqlite(connection) => sqlite::execute(connection, sql, parameters),
            Self::Postgres(session) => session.execute(sql, parameters),
        }
    }

    /// All rows of a query that gives few.
    pub(super) fn rows(&self, sql: &str, parameters: &[Value<'_>]) -> anyhow::Result<Vec<Row>> {
        match self {
            Self::Sqlite(connection) => sqlite::rows(connection, sql, parameters),
            Self::Postgres(session) => session.rows(sql, parameters),
        }
    }

    /// The first row of a query.
    pub(super) fn row(&self, sql: &str, parameters: &[Value<'_>]) -> anyhow::Result<Option<Row>> {
        Ok(self.rows(sql, parameters)?.into_iter().next())
    }

    /// One query with each set of parameters in turn, and the rows it gives for each: for the price of one over a network.
    pub(super) fn many(&self, sql: &str, sets: &[Vec<Value<'_>>]) -> anyhow::Result<Vec<Vec<Row>>> {
        match self {
            Self::Sqlite(connection) => sets.iter().map(|set| sqlite::rows(connection, sql, set)).collect(),
            Self::Postgres(session) => session.many(sql, sets),
        }
    }

    /// Hands over the rows of a query that may give any number; only within a transaction. Other queries may be asked meanwhile.
    pub(super) fn each(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        each: &mut dyn FnMut(&Row) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(connection) => sqlite::each(connection, sql, parameters, each),
            Self::Postgres(session) => session.each(sql, parameters, each),
        }
    }

    /// Does `work` in one transaction that writes: all of it or nothing. It may be begun again, so it changes nothing else.
    pub(super) fn transact<T>(&self, mut work: impl FnMut(&Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        match self {
            Self::Sqlite(connection) => sqlite::transact(connection, || work(self)),
            Self::Postgres(session) => session.transact(&mut || work(self)),
        }
    }

    /// Does `work` that only reads.
    pub(super) fn look<T>(&self, mut work: impl FnMut(&Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        match self {
            Self::Sqlite(_) => work(self),
            Self::Postgres(session) => session.transact(&mut || work(self)),
        }
    }

    /// The numbers of rows that are kept once: `find` asks for one, `insert` adds what is not there, unless another was quicker.
    pub(super) fn once(&self, find: &str, insert: &str, sets: &[Vec<Value<'_>>]) -> anyhow::Result<Vec<i64>> {
        let mut numbers: Vec<Option<i64>> = vec![None; sets.len()];
        for sql in [find, insert, find] {
            let missing: Vec<usize> = (0..sets.len()).filter(|at| numbers[*at].is_none()).collect();
            let asked: Vec<Vec<Value<'_>>> = missing.iter().map(|at| sets[*at].clone()).collect();
            for (at, rows) in missing.into_iter().zip(self.many(sql, &asked)?) {
                numbers[at] = rows.first().map(|row| row.get(0)).transpose()?;
            }
        }
        numbers.into_iter().collect::<Option<_>>().context("what was just recorded is not there")
    }

    /// Begins to read one state of everything, until [`Database::end`] or the end of the connection.
    pub(super) fn begin_reading(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("BEGIN")?),
            Self::Postgres(session) => session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }

    /// Ends what [`Database::begin_reading`] began.
    pub(super) fn end(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("COMMIT")?),
            Self::Postgres(session) => session.run("COMMIT"),
        }
    }

    /// Lets one transaction at a time have each of these; where there is one writer anyway, nothing is to be done.
    pub(super) fn lock(&self, names: &[String]) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(session) => session.lock(names),
        }
    }

    /// The time that leases go by.
    pub(super) fn now(&self) -> anyhow::Result<Timestamp> {
        match self {
            Self::Sqlite(_) => Ok(Timestamp::now()),
            Self::Postgres(session) => session.now(),
        }
    }
}
