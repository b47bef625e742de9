//! History: the visits to a server, and what it listed at each of them.

use super::record::stamp;
use super::value::{Row, values};
use super::{Location, Snapshot, Store};
use crate::circumstances::Circumstances;
use crate::failure::Failure;
use crate::verdict::GradedServer;
use jiff::Timestamp;

/// One visit to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When it was.
    pub at: Timestamp,
    /// How many tools it listed.
    pub tools: usize,
    /// Whether the list came to its end.
    pub complete: bool,
    /// Why nothing was listed.
    pub failure: Option<Failure>,
    /// How it was made.
    pub circumstances: Circumstances,
}

impl Store {
    /// The visits to a server by its slug, the oldest first; none for a server that nobody knows.
    ///
    /// # Errors
    /// When the catalogue cannot be read, or holds what no toolgrade wrote.
    pub fn visits(&self, slug: &str) -> anyhow::Result<Vec<Visit>> {
        let rows = self.database.rows(
            "SELECT at, (SELECT count(*) FROM listed WHERE observation = observations.id), complete, failure, circumstances
             FROM observations JOIN servers ON servers.id = server WHERE slug = ?1 ORDER BY at, observations.id",
            &values![slug],
        )?;
        let visit = |row: &Row| -> anyhow::Result<Visit> {
            let (failure, circumstances): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
            Ok(Visit {
                at: row.get::<String>(0)?.parse()?,
                tools: row.get(1)?,
                complete: row.get(2)?,
                failure: failure.map(|failure| serde_json::from_str(&failure)).transpose()?,
                circumstances: circumstances.map_or_else(|| Ok(Circumstances::default()), |text| serde_json::from_str(&text))?,
            })
        };
        rows.iter().map(visit).collect()
    }

    /// What a server had listed by a time: its last listing up to then.
    ///
    /// # Errors
    /// When the catalogue cannot be read, or holds what no toolgrade wrote.
    pub fn server_at(&self, slug: &str, at: Timestamp) -> anyhow::Result<Option<GradedServer>> {
        let servers = self.read_servers(
            "SELECT observations.id, slug, name, source, title, version, instructions, protocol, complete, grade
             FROM servers JOIN observations ON server = servers.id
             WHERE slug = ?1 AND at <= ?2 AND failure IS NULL ORDER BY at DESC, observations.id DESC LIMIT 1",
            &values![slug, stamp(at)],
        )?;
        Ok(servers.into_iter().next())
    }
}

/// The visits to one server of a catalogue, read without writing to it.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The visits, the oldest first.
    pub visits: Vec<Visit>,
    /// What it had listed by the time that was asked for.
    pub server: Option<GradedServer>,
}

impl History {
    /// Reads the history of a server from a catalogue, and what it had listed by a time.
    ///
    /// # Errors
    /// As for [`Snapshot::with`].
    pub fn read(location: &Location, slug: &str, at: Option<Timestamp>) -> anyhow::Result<Self> {
        Snapshot::with(location, |snapshot| {
            let store = &snapshot.store;
            let server = at.map(|at| store.server_at(slug, at)).transpose()?.flatten();
            Ok(Self { visits: store.visits(slug)?, server })
        })
    }
}
