//! The catalogue: an SQLite file that remembers servers, tools, observations and verdicts.
//!
//! An *observation* is one visit: what the server listed at one time, or why it did not. A server's current state is its
//! newest complete observation – a list that was cut, or is empty, must not erase tools known before – or, while there is no
//! complete one, the newest that listed anything. Definitions and verdicts are kept once, however often they are seen again.

mod migrations;
mod read;
mod record;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
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
        Self::open_with(path, OpenFlags::default())
    }

    /// Opens the catalogue at `path`, which must be there.
    ///
    /// # Errors
    /// Those of [`Store::open`], and when there is no such file.
    pub fn open_existing(path: &Path) -> anyhow::Result<Self> {
        if !path.is_file() {
            bail!("no catalogue at `{}`: fill one with `toolgrade scan --catalogue`", path.display());
        }
        Self::open_with(path, OpenFlags::default().difference(OpenFlags::SQLITE_OPEN_CREATE))
    }

    fn open_with(path: &Path, flags: OpenFlags) -> anyhow::Result<Self> {
        // A path is a path here, never a `file:` URI with options in it.
        let flags = flags.difference(OpenFlags::SQLITE_OPEN_URI);
        let connection = Connection::open_with_flags(path, flags)
            .with_context(|| format!("cannot open the catalogue `{}`", path.display()))?;
        let mut store = Self { connection, path: path.to_owned() };
        store.prepare().with_context(|| format!("cannot use `{}` as a catalogue", path.display()))?;
        Ok(store)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn prepare(&mut self) -> anyhow::Result<()> {
        self.connection.busy_timeout(BUSY)?;
        match migrations::owner(&self.connection) {
            Ok(migrations::Owner::Toolgrade | migrations::Owner::Nobody) => {}
            Ok(migrations::Owner::Other) => bail!("it is an SQLite file of another program; choose another path"),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                bail!("it is no SQLite file; choose another path")
            }
            Err(error) => return Err(error.into()),
        }
        self.write_ahead()?;
        // With a write-ahead log, a commit that was synchronised survives the end of the process and of the machine.
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.connection.pragma_update(None, "foreign_keys", true)?;
        migrations::migrate(&mut self.connection)
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
