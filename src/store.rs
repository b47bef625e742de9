//! The catalogue: an SQLite file that remembers servers, tools, observations and verdicts.

use std::path::Path;

/// An open catalogue.
#[derive(Debug)]
pub struct Store;

impl Store {
    /// Opens the catalogue at `path`.
    ///
    /// # Errors
    /// Always, for now.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        anyhow::bail!("cannot open the catalogue `{}`: not built yet", path.display())
    }

    /// Remembers what a server listed at a time; returns its slug in this catalogue.
    ///
    /// # Errors
    /// Never, for now.
    pub fn record(&mut self, server: &crate::verdict::GradedServer, _at: jiff::Timestamp) -> anyhow::Result<String> {
        Ok(server.slug.clone())
    }
}
