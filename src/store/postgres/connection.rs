//! One connection to PostgreSQL: queries with their answers, and what is wrong in words.
//!
//! A thread of its own drives the connection, so that who asks may be any thread, also one of an asynchronous runtime.

use super::Address;
use crate::store::value::{Row, Value};
use anyhow::Context as _;
use futures_util::future::try_join_all;
use pollster::block_on;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error;
use tokio::sync::oneshot;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Statement};

/// Statements on their way at once. So many are sent in their order: what waits for them asks one after another.
const PIPELINE: usize = 30;

/// Rows that a cursor fetches at once.
const FETCH: usize = 100;

pub(super) struct Connection {
    client: Client,
    statements: RefCell<HashMap<String, Statement>>,
    cursors: Cell<usize>,
}

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Trouble {
    pub(super) kind: Kind,
    message: String,
}

/// What can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The connection is gone, or there is none to be had for now.
    Lost,
    /// Another one was quicker: the same again will do.
    Conflict,
    /// Nothing.
    Final,
}

impl Connection {
    pub(super) fn open(address: &Address) -> anyhow::Result<Self> {
        let connector = address.trust.connector()?;
        let config = address.config.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (sender, receiver) = oneshot::channel();
        std::thread::Builder::new().name("postgres".to_owned()).spawn(move || {
            runtime.block_on(async {
                match config.connect(connector).await {
                    // It ends when the client is dropped, or the connection is lost; then every question says so.
                    Ok((client, connection)) => {
                        if sender.send(Ok(client)).is_ok() {
                            drop(connection.await);
                        }
                    }
                    Err(error) => drop(sender.send(Err(error))),
                }
            });
        })?;
        let client = block_on(receiver).context("the thread of the connection ended")?.map_err(unreachable)?;
        Ok(Self { client, statements: RefCell::default(), cursors: Cell::default() })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Statements without parameters, of which nothing is read.
    pub(super) fn run(&self, sql: &str) -> Result<(), Trouble> {
        Ok(block_on(self.client.batch_execute(sql))?)
    }

    pub(super) fn execute(&self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, Trouble> {
        let statement = self.prepared(sql)?;
        Ok(block_on(self.client.execute(&statement, &given(parameters)))?)
    }

    pub(super) fn rows(&self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<Row>, Trouble> {
        let statement = self.prepared(sql)?;
        read(&block_on(self.client.query(&statement, &given(parameters)))?)
    }

    /// One statement for each set of parameters, in their order, without a round trip for each.
    pub(super) fn many(&self, sql: &str, sets: &[Vec<Value<'_>>]) -> Result<Vec<Vec<Row>>, Trouble> {
        let statement = &self.prepared(sql)?;
        let mut answers = Vec::with_capacity(sets.len());
        for sets in sets.chunks(PIPELINE) {
            let questions = sets.iter().map(|set| async move { self.client.query(statement, &given(set)).await });
            for rows in block_on(try_join_all(questions))? {
                answers.push(read(&rows)?);
            }
        }
        Ok(answers)
    }

    /// Hands over row after row, with no more than a few in memory; only within a transaction.
    pub(super) fn each(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        each: &mut dyn FnMut(&Row) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let number = self.cursors.replace(self.cursors.get() + 1);
        let declare = format!("DECLARE c{number} NO SCROLL CURSOR FOR {}", numbered(sql));
        block_on(self.client.execute(&declare, &given(parameters))).map_err(Trouble::from)?;
        let fetch = block_on(self.client.prepare(&format!("FETCH {FETCH} FROM c{number}"))).map_err(Trouble::from)?;
        loop {
            let rows = read(&block_on(self.client.query(&fetch, &[])).map_err(Trouble::from)?)?;
            rows.iter().try_for_each(&mut *each)?;
            if rows.len() < FETCH {
                break;
            }
        }
        Ok(self.run(&format!("CLOSE c{number}"))?)
    }

    fn prepared(&self, sql: &str) -> Result<Statement, Trouble> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = block_on(self.client.prepare(&numbered(sql)))?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// `?1` is `$1` here.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$")
}

fn given<'a>(parameters: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn read(rows: &[tokio_postgres::Row]) -> Result<Vec<Row>, Trouble> {
    let read =
        |row: &tokio_postgres::Row| (0..row.len()).map(|column| row.try_get(column)).collect::<Result<_, _>>().map(Row::new);
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// What stands for a character that this database has not, NUL, and for itself: `1` and `0` follow it.
const ESCAPE: char = '\u{1}';

/// The text as it is stored: no two texts are stored alike, and they keep their order.
fn stored(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return text.into();
    }
    text.replace(ESCAPE, "\u{1}1").replace('\0', "\u{1}0").into()
}

fn restored(text: &str) -> String {
    if !text.contains(ESCAPE) {
        return text.to_owned();
    }
    text.replace("\u{1}0", "\0").replace("\u{1}1", "\u{1}")
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Flag(flag) => flag.to_sql_checked(kind, out),
            Self::Number(number) => number.to_sql_checked(kind, out),
            Self::Text(text) => {
                out.extend_from_slice(stored(text).as_bytes());
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value<'static> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *kind {
            Type::BOOL => Self::Flag(bool::from_sql(kind, raw)?),
            Type::INT8 => Self::Number(i64::from_sql(kind, raw)?),
            Type::INT4 => Self::Number(i32::from_sql(kind, raw)?.into()),
            _ => Self::Text(restored(std::str::from_utf8(raw)?).into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        let kind = match error.code() {
            Some(code) => kind(code),
            None if error.is_closed() || causes(&error).any(|cause| cause.is::<std::io::Error>()) => Kind::Lost,
            None => Kind::Final,
        };
        let message = match error.as_db_error() {
            Some(said) => said.message().to_owned(),
            None => {
                std::iter::once(error.to_string()).chain(causes(&error).map(ToString::to_string)).collect::<Vec<_>>().join(": ")
            }
        };
        Self { kind, message }
    }
}

fn kind(code: &SqlState) -> Kind {
    match *code {
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::UNIQUE_VIOLATION
        | SqlState::EXCLUSION_VIOLATION => Kind::Conflict,
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::TOO_MANY_CONNECTIONS
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => Kind::Lost,
        _ => Kind::Final,
    }
}

fn causes(error: &tokio_postgres::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source())
}

/// Says what to do about a database that does not let us in.
fn unreachable(error: tokio_postgres::Error) -> Trouble {
    let code = error.code().cloned();
    let is_io = causes(&error).any(|cause| cause.is::<std::io::Error>());
    let mut trouble = Trouble::from(error);
    let advice = match code {
        Some(SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
            "check the user, and the password in the address or in PGPASSWORD"
        }
        Some(SqlState::INVALID_CATALOG_NAME) => "make it with `createdb`, or name another one",
        None if trouble.message.contains("password missing") => "set PGPASSWORD, or write it into the address",
        None if is_io => "check the host and the port, and that PostgreSQL listens there",
        _ => return trouble,
    };
    trouble.message = format!("{}: {advice}", trouble.message);
    trouble
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_comes_back_and_keeps_its_place(one in "[\0\u{1}\u{2}01a]*", other in "[\0\u{1}\u{2}01a]*") {
            prop_assert!(!stored(&one).contains('\0'));
            prop_assert_eq!(restored(&stored(&one)), one.clone());
            prop_assert_eq!(stored(&one).cmp(&stored(&other)), one.cmp(&other));
        }
    }
}
