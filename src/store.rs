//! The catalogue: an SQLite file that remembers servers, tools, observations and verdicts.
//!
//! An *observation* is one visit: what the server listed at one time, or why it did not. A server's current state is its
//! newest complete observation – a list that was cut, or is empty, must not erase tools known before – or, while there is no
//! complete one, the newest that listed anything. Definitions and verdicts are kept once, however often they are seen again.

mod enrol;
mod history;
mod migrations;
mod queue;
mod read;
mod record;
mod snapshot;
mod stream;

pub use history::{History, Visit};
pub use queue::{Claim, Counts, Enrolled, Enumeration, Visited};
pub use snapshot::{Edition, Listed, Recorded, Snapshot};

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf, absolute};
use std::time::{Duration, Instant};

/// How long a writer waits for another process that is writing.
const BUSY: Duration = Duration::from_secs(30);

/// An open catalogue.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

/// When and how often a server was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// When it was.
    pub at: Timestamp,
    /// Why.
    pub failure: crate::failure::Failure,
}

impl Store {
    /// Opens the catalogue at `path`, made when missing, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is no SQLite file, is another program's, or was written by a newer toolgrade.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        // An absolute path is a path, never a `file:` address with options in it, nor `:memory:`.
        let opened = absolute(path).map_err(anyhow::Error::from).and_then(|file| {
            let connection = Connection::open_with_flags(file, OpenFlags::default().difference(OpenFlags::SQLITE_OPEN_URI))?;
            let mut store = Self { connection, path: path.to_owned() };
            store.prepare()?;
            Ok(store)
        });
        opened.map_err(|error| advise(path, error)).with_context(|| format!("cannot use `{}` as a catalogue", path.display()))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn prepare(&mut self) -> anyhow::Result<()> {
        self.connection.busy_timeout(BUSY)?;
        // Before the first write: a file of somebody else is left as it is.
        migrations::owner(&self.connection)?;
        self.write_ahead()?;
        // With a write-ahead log, a commit that was synchronised survives the end of the process and of the machine.
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        // A migration may make a table anew, under the eyes of those that refer to it.
        self.connection.pragma_update(None, "foreign_keys", false)?;
        migrations::migrate(&mut self.connection)?;
        Ok(self.connection.pragma_update(None, "foreign_keys", true)?)
    }

    /// Readers and one writer at a time, side by side. Changing the journal mode is the one thing for which SQLite does not
    /// wait by itself when another process opens the same new file (<https://sqlite.org/wal.html#sometimes_queries_return_sqlite_busy_in_wal_mode>).
    fn write_ahead(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            match self.connection.pragma_update(None, "journal_mode", "WAL") {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && start.elapsed() < BUSY => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                outcome => return Ok(outcome?),
            }
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
