//! What pages are made from, as numbers: whether a site, or a server's pages, have to be made again is told without making them.

use super::survey::{ServerCard, Survey};
use super::tool_page::RELATED;
use super::{Pages, Servers};
use crate::store::Listed;
use ring::digest::{Context, SHA256};
use std::hash::{Hash as _, Hasher};

/// Takes what something is made from, bit by bit.
#[derive(Clone)]
struct Source(Context);

impl Source {
    fn number(self) -> u128 {
        self.0.finish().as_ref().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
    }
}

impl Hasher for Source {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Sixty-four bits are too few here: [`Source::number`] is asked for more.
    fn finish(&self) -> u64 {
        self.clone().number() as u64
    }
}

/// What every page is made from besides the catalogue: this program, and how it was called.
pub(super) struct Setting(Source);

impl Setting {
    pub(super) fn new(pages: Pages, base: Option<&str>) -> Self {
        let mut source = Source(Context::new(&SHA256));
        (pages as u8, base, env!("CARGO_PKG_VERSION")).hash(&mut source);
        // Whoever works on toolgrade makes other pages with the same version.
        if let Ok(about) = std::env::current_exe().and_then(std::fs::metadata) {
            (about.len(), about.modified().ok()).hash(&mut source);
        }
        Self(source)
    }

    /// What the whole site is made from.
    pub(super) fn site(&self, servers: &dyn Servers) -> anyhow::Result<u128> {
        let mut source = self.0.clone();
        servers.identify(&mut |bytes| source.write(bytes))?;
        Ok(source.number())
    }

    /// What the pages of a server and of its tools are made from.
    pub(super) fn server(&self, survey: &Survey, card: &ServerCard, listed: &Listed) -> u128 {
        let mut source = self.0.clone();
        listed.hash(&mut source);
        // Of other servers its tools name those that do the same.
        for number in card.tools.clone() {
            let (elsewhere, count) = survey.elsewhere(number, RELATED);
            count.hash(&mut source);
            for row in elsewhere {
                (row.class(), row.name(), row.slug(), &row.server().name, row.server().directory()).hash(&mut source);
            }
        }
        source.number()
    }
}
