//! Reading without writing: what a catalogue holds at one time, with nothing made, changed or left beside it.
//!
//! PostgreSQL shows one transaction one state. SQLite keeps what was committed last in a log beside the file, and even a reader of that log makes files there. While there
//! is no log the file alone is everything, and is read as one that does not change; whether it did is seen afterwards.

use super::database::Database;
use super::postgres::{self, Address, Session};
use super::sqlite::BUSY;
use super::{Location, Observed, Store, migrations};
use crate::circumstances::Circumstances;
use crate::listing::Server;
use crate::verdict::GradedServer;
use anyhow::{Context as _, bail};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use std::collections::HashMap;
use std::path::{Path, PathBuf, absolute};
use std::time::{Duration, SystemTime};

/// How often a file is read that changes while it is read.
const TRIES: usize = 10;

/// The state of a catalogue at one time, open to be read server by server.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) store: Store,
}

/// The current state of one server, its tools as they are stored: who needs them parses them.
#[derive(Clone, Debug, Hash)]
pub struct Listed {
    /// Its slug.
    pub slug: String,
    /// Who it says it is, where it was found, how it was read.
    pub server: Server,
    /// A (harmless) to F.
    pub grade: char,
    /// When it was seen.
    pub observed: Option<Observed>,
    /// How the visit was made that listed them.
    pub circumstances: Circumstances,
    /// Its tools, in the server's order.
    pub tools: Vec<Recorded>,
    /// The newest visits that listed something else than the one before, oldest first; none where there was one visit.
    pub visits: Vec<Edition>,
    /// The definitions and verdicts that these visits listed.
    pub versions: Vec<Recorded>,
}

/// What one visit listed that differs from the one before.
#[derive(Clone, Debug, Hash)]
pub struct Edition {
    /// When it was.
    pub at: Timestamp,
    /// Which versions.
    pub tools: Vec<usize>,
}

/// A tool as it is stored.
#[derive(Clone, Debug, Hash)]
pub struct Recorded {
    /// Its definition, JSON.
    pub tool: String,
    /// Its verdict, JSON.
    pub verdict: String,
    /// Tokens of the definition.
    pub tokens: usize,
}

impl Snapshot {
    /// Opens a catalogue for as long as `use_it` takes; read access is enough. Should a file change meanwhile, what was done is
    /// done again with its new state.
    ///
    /// # Errors
    /// When there is none, it is no catalogue, one of an older or newer schema, or `use_it` fails.
    pub fn with<T>(location: impl Into<Location>, mut use_it: impl FnMut(&Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let location = location.into();
        match &location {
            Location::File(path) => Self::with_file(path, use_it),
            Location::Address(text) => {
                let snapshot =
                    Self::connect(text, &location).with_context(|| format!("cannot use `{location}` as a catalogue"))?;
                use_it(&snapshot)
            }
        }
    }

    fn connect(address: &str, location: &Location) -> anyhow::Result<Self> {
        let session = Session::open(Address::parse(address)?)?;
        postgres::check(&session)?;
        Self::begin(Database::Postgres(Box::new(session)), location.clone())
    }

    fn begin(database: Database, location: Location) -> anyhow::Result<Self> {
        // One transaction for all that is read: a writer in between must not mix two states. It ends with the connection.
        database.begin_reading()?;
        Ok(Self { store: Store { database, location, reading: HashMap::new() } })
    }

    fn with_file<T>(path: &Path, mut use_it: impl FnMut(&Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let shown = path.display();
        if !path.is_file() {
            bail!("no catalogue at `{shown}`: fill one with `toolgrade scan --catalogue`");
        }
        let path = absolute(path)?;
        for _ in 0..TRIES {
            let before = state(&path)?;
            if before.0 == 0 {
                bail!("`{shown}` is empty: fill it with `toolgrade scan --catalogue`");
            }
            if has_log(&path) {
                let log = with_suffix(&path, "-wal");
                let snapshot = Self::open(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).with_context(|| {
                    format!(
                        "cannot read the catalogue `{shown}` with its log `{}`: scan into it once more, or allow files to be made \
                         beside it",
                        log.display()
                    )
                })?;
                return use_it(&snapshot);
            }
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            let opened = Self::open(&immutable(&path), flags).with_context(|| format!("cannot use `{shown}` as a catalogue"));
            let done = opened.and_then(|snapshot| use_it(&snapshot));
            if state(&path)? == before && !has_log(&path) {
                return done;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("`{shown}` changes while it is read: wait for the scan that writes it")
    }

    fn open(path: &Path, flags: OpenFlags) -> anyhow::Result<Self> {
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY)?;
        migrations::check(&connection)?;
        Self::begin(Database::Sqlite(connection), Location::File(path.to_owned()))
    }

    /// The servers of a catalogue as they were at a time, in slug order; those that were listed later are left out.
    ///
    /// # Errors
    /// As for [`Snapshot::with`].
    pub fn servers_as_of(location: &Location, at: Timestamp) -> anyhow::Result<Vec<GradedServer>> {
        Self::with(location, |snapshot| snapshot.store.servers_as_of(at))
    }

    /// Hands over every server that was ever listed, one after another in slug order; no more than one is in memory at a time.
    ///
    /// # Errors
    /// When the catalogue cannot be read or holds what no toolgrade wrote, and the first error of `each`.
    pub fn each(&self, each: &mut dyn FnMut(Listed) -> anyhow::Result<()>) -> anyhow::Result<()> {
        self.store.each_listed(each)
    }

    /// Hands over, bit by bit, what says which state this is: all that is said of servers and visits, and which definitions and
    /// verdicts each listed. A definition and a verdict keep their number for ever and never change.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn identify(&self, each: &mut dyn FnMut(&[u8])) -> anyhow::Result<()> {
        self.store.identify(each)
    }
}

/// What changes when the file does.
fn state(path: &Path) -> anyhow::Result<(u64, Option<SystemTime>)> {
    let about = path.metadata().with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok((about.len(), about.modified().ok()))
}

/// Whether something is committed, or undone, that the file itself does not show.
fn has_log(path: &Path) -> bool {
    ["-wal", "-journal"].iter().any(|suffix| with_suffix(path, suffix).metadata().is_ok_and(|about| about.len() > 0))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The address by which SQLite opens a file that does not change (<https://sqlite.org/uri.html>).
fn immutable(path: &Path) -> PathBuf {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => address.push(char::from(*byte)),
            b'\\' if cfg!(windows) => address.push('/'),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    if cfg!(windows) {
        address.insert_str("file:".len(), "///");
    }
    address.push_str("?immutable=1");
    address.into()
}
