//! Reading without writing: what a catalogue holds at one time, with nothing made, changed or left beside it.
//!
//! SQLite keeps what was committed last in a log beside the file, and even a reader of that log makes files there. While there
//! is no log the file alone is everything, and is read as one that does not change; whether it did is seen afterwards.

use super::{BUSY, Observed, Store, migrations};
use crate::verdict::GradedServer;
use anyhow::{Context as _, bail};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf, absolute};
use std::time::{Duration, SystemTime};

/// How often a file is read that changes while it is read.
const TRIES: usize = 10;

/// The state of a catalogue at one time.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The current state of every server that was ever listed, in slug order.
    pub servers: Vec<GradedServer>,
    /// When each of them was seen, by slug.
    pub observed: BTreeMap<String, Observed>,
}

impl Snapshot {
    /// Reads the catalogue at `path`; read access is enough.
    ///
    /// # Errors
    /// When there is no such file, it is no catalogue, or one of an older or newer schema.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        read(path, |store| {
            let servers = store.servers_now()?;
            let mut observed = BTreeMap::new();
            for server in &servers {
                observed.extend(store.observed(&server.slug)?.map(|seen| (server.slug.clone(), seen)));
            }
            Ok(Self { servers, observed })
        })
    }

    /// The servers of the catalogue at `path` as they were at a time, in slug order; those that were listed later are left out.
    ///
    /// # Errors
    /// As for [`Snapshot::read`].
    pub fn servers_as_of(path: &Path, at: Timestamp) -> anyhow::Result<Vec<GradedServer>> {
        read(path, |store| store.servers_as_of(at))
    }
}

/// Asks a catalogue something, with read access only.
pub(super) fn read<T>(path: &Path, ask: impl Fn(&Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
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
            return read_as(&path, OpenFlags::SQLITE_OPEN_READ_ONLY, &ask).with_context(|| {
                format!(
                    "cannot read the catalogue `{shown}` with its log `{}`: scan into it once more, or allow files to be made \
                     beside it",
                    log.display()
                )
            });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let read = read_as(&immutable(&path), flags, &ask);
        if state(&path)? == before && !has_log(&path) {
            return read.with_context(|| format!("cannot use `{shown}` as a catalogue"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("`{shown}` changes while it is read: wait for the scan that writes it")
}

fn read_as<T>(path: &Path, flags: OpenFlags, ask: impl Fn(&Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    migrations::check(&connection)?;
    let store = Store { connection, path: path.to_owned() };
    // One transaction: a writer in between must not mix two states.
    let transaction = store.connection.unchecked_transaction()?;
    let answer = ask(&store)?;
    transaction.finish()?;
    Ok(answer)
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
