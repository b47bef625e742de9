//! A session: transactions that are made again when another one was in the way, or the connection was lost.

use super::Address;
use super::connection::{Connection, Kind, Trouble};
use crate::store::hurry::Hurry;
use crate::store::value::{Row, Value, values};
use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use std::cell::{Ref, RefCell};
use std::time::{Duration, Instant};

/// How long a lost database is waited for, and how long who is in the way is given.
const PATIENCE: Duration = Duration::from_secs(120);

/// The same once somebody wants to leave.
const BRIEFLY: Duration = Duration::from_secs(1);

/// Waits between two tries: the first, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(2));

/// Asks a database, and holds what it takes to ask again.
pub(in crate::store) struct Session {
    address: Address,
    connection: RefCell<Connection>,
    hurry: Hurry,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.address.shown())
    }
}

impl Session {
    pub(in crate::store) fn open(address: Address) -> anyhow::Result<Self> {
        let connection = RefCell::new(Connection::open(&address)?);
        Ok(Self { address, connection, hurry: Hurry::default() })
    }

    /// What makes it wait only briefly.
    pub(in crate::store) fn hurry(&self) -> Hurry {
        self.hurry.clone()
    }

    fn connection(&self) -> Ref<'_, Connection> {
        self.connection.borrow()
    }

    pub(in crate::store) fn run(&self, sql: &str) -> anyhow::Result<()> {
        Ok(self.connection().run(sql)?)
    }

    pub(in crate::store) fn execute(&self, sql: &str, parameters: &[Value<'_>]) -> anyhow::Result<u64> {
        Ok(self.connection().execute(sql, parameters)?)
    }

    pub(in crate::store) fn rows(&self, sql: &str, parameters: &[Value<'_>]) -> anyhow::Result<Vec<Row>> {
        Ok(self.connection().rows(sql, parameters)?)
    }

    pub(in crate::store) fn many(&self, sql: &str, sets: &[Vec<Value<'_>>]) -> anyhow::Result<Vec<Vec<Row>>> {
        Ok(self.connection().many(sql, sets)?)
    }

    pub(in crate::store) fn each(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        each: &mut dyn FnMut(&Row) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.connection().each(sql, parameters, each)
    }

    /// The only row of a query.
    pub(super) fn one(&self, sql: &str, parameters: &[Value<'_>]) -> anyhow::Result<Row> {
        self.rows(sql, parameters)?.into_iter().next().context("the database gave no answer")
    }

    /// The database's time: workers' clocks may differ, and leases are theirs together.
    pub(in crate::store) fn now(&self) -> anyhow::Result<Timestamp> {
        let now = "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
        Ok(self.one(now, &[])?.get::<String>(0)?.parse()?)
    }

    /// Lets no other transaction that locks any of these begin before this one is over.
    pub(in crate::store) fn lock(&self, names: &[String]) -> anyhow::Result<()> {
        // Always in the same order, so that no two wait for each other.
        let mut numbers: Vec<i64> = names.iter().map(|name| crate::fnv::hash(name).cast_signed()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let sets: Vec<_> = numbers.into_iter().map(|number| values![number].to_vec()).collect();
        self.many("SELECT pg_advisory_xact_lock(?1)", &sets).map(drop)
    }

    /// What is done within `work` is done once, or not at all. It may be begun several times.
    pub(in crate::store) fn transact<T>(&self, work: &mut dyn FnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
        let mut waiting = self.waiting();
        loop {
            let error = match self.connect(&mut waiting).and_then(|()| self.attempt(work)) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            match error.downcast_ref::<Trouble>().map(|trouble| trouble.kind) {
                Some(Kind::Lost | Kind::Conflict) => waiting.wait(error)?,
                _ => return Err(error),
            }
        }
    }

    fn attempt<T>(&self, work: &mut dyn FnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
        // Where a worker stands still in the middle, the others are not to wait for it for ever.
        self.run("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '60s'")?;
        let value = match work() {
            Ok(value) => value,
            Err(error) => {
                // Where that fails as well, the connection is gone, and with it the transaction.
                let _ = self.run("ROLLBACK");
                return Err(error);
            }
        };
        let number: Option<String> = self.one("SELECT pg_current_xact_id_if_assigned()::text", &[])?.get(0)?;
        let committed = self.connection().run("COMMIT");
        match (committed, number) {
            (Ok(()), _) => Ok(value),
            // The answer is lost, and what it was is known to the database alone.
            (Err(trouble), Some(number)) if trouble.kind == Kind::Lost && self.is_committed(&number)? => Ok(value),
            (Err(trouble), _) => Err(trouble.into()),
        }
    }

    /// Whether a transaction of a lost connection came to its end.
    fn is_committed(&self, number: &str) -> anyhow::Result<bool> {
        let mut waiting = self.waiting();
        loop {
            self.connect(&mut waiting)?;
            let state = self.one("SELECT pg_xact_status(?1::text::xid8)", &values![number]);
            match state.and_then(|row| row.get::<Option<String>>(0)) {
                Ok(Some(state)) if state == "in progress" => {
                    waiting.wait(anyhow!("a transaction does not come to its end"))?;
                }
                Ok(state) => return Ok(state.is_some_and(|state| state == "committed")),
                Err(error) => waiting.wait(error)?,
            }
        }
    }

    fn waiting(&self) -> Waiting<'_> {
        Waiting { start: Instant::now(), next: WAITS.0, hurry: &self.hurry }
    }

    /// Makes sure that there is a connection.
    fn connect(&self, waiting: &mut Waiting<'_>) -> anyhow::Result<()> {
        while self.connection().is_closed() {
            match Connection::open(&self.address) {
                Ok(connection) => drop(self.connection.replace(connection)),
                Err(error) if error.downcast_ref::<Trouble>().is_some_and(|trouble| trouble.kind == Kind::Lost) => {
                    waiting.wait(error)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// How long has been waited.
struct Waiting<'a> {
    start: Instant,
    next: Duration,
    hurry: &'a Hurry,
}

impl Waiting<'_> {
    /// Waits a while, or gives up with the error.
    fn wait(&mut self, error: anyhow::Error) -> anyhow::Result<()> {
        let (waited, patience) = (self.start.elapsed(), if self.hurry.is_said() { BRIEFLY } else { PATIENCE });
        if waited > patience {
            return Err(error.context(format!("the database was asked for {} s in vain", waited.as_secs())));
        }
        std::thread::sleep(self.next);
        self.next = (2 * self.next).min(WAITS.1);
        Ok(())
    }
}
