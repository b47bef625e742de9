//! The catalogue: an SQLite file, or a PostgreSQL database, that remembers servers, tools, observations and verdicts.
//!
//! An *observation* is one visit: what the server listed at one time, or why it did not. A server's current state is its
//! newest complete observation – a list that was cut, or is empty, must not erase tools known before – or, while there is no
//! complete one, the newest that listed anything. Definitions and verdicts are kept once, however often they are seen again.

mod database;
mod enrol;
mod enumeration;
mod history;
mod hurry;
mod location;
mod migrations;
mod postgres;
mod queue;
mod read;
mod record;
mod snapshot;
mod sqlite;
mod stream;
mod value;

pub use enumeration::{Enrolled, Enumeration};
pub use history::{History, Visit};
pub use hurry::Hurry;
pub use location::Location;
pub use queue::{Claim, Counts, Visited};
pub use record::Graded;
pub use snapshot::{Edition, Listed, Recorded, Snapshot};

use anyhow::Context as _;
use database::Database;
use jiff::Timestamp;
use postgres::{Address, Session};
use std::collections::HashMap;

/// An open catalogue.
#[derive(Debug)]
pub struct Store {
    database: Database,
    location: Location,
    /// The sources that are being enumerated, by number.
    reading: HashMap<i64, enumeration::Lease>,
}

/// When and how often a server was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Observed {
    /// The first observation that listed tools.
    pub first: Timestamp,
    /// The last observation that listed tools.
    pub last: Timestamp,
    /// How many observations listed tools.
    pub observations: usize,
    /// The newest visit, where that one failed.
    pub failed: Option<Failed>,
}

/// A visit that listed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Failed {
    /// When it was.
    pub at: Timestamp,
    /// Why.
    pub failure: crate::failure::Failure,
}

impl Store {
    /// Opens the catalogue at a place, made when missing, and brings its schema up to date.
    ///
    /// # Errors
    /// When it cannot be opened, is of another kind or another program's, or was written by a newer toolgrade.
    pub fn open(location: impl Into<Location>) -> anyhow::Result<Self> {
        let location = location.into();
        let opened = match &location {
            Location::File(path) => sqlite::open(path).map(Database::Sqlite),
            Location::Address(text) => Address::parse(text).and_then(Session::open).and_then(|session| {
                postgres::prepare(&session)?;
                Ok(Database::Postgres(Box::new(session)))
            }),
        };
        let database = opened.with_context(|| format!("cannot use `{location}` as a catalogue"))?;
        Ok(Self { database, location, reading: HashMap::new() })
    }

    /// What makes it wait only briefly for a database that is away.
    #[must_use]
    pub fn hurry(&self) -> Hurry {
        match &self.database {
            Database::Sqlite(_) => Hurry::default(),
            Database::Postgres(session) => session.hurry(),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }
}
