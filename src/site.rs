//! The static catalogue site: a function of one catalogue state. Same state, same bytes.
//!
//! Each kind of page has a file in `site/` that makes its struct, and a template of the same name that says how it looks.
//! What a server says reaches a page only through askama's escaping, with hidden characters spelled out; pages are made one
//! at a time, and only [`output`] touches the disk.

mod attack_page;
mod catalogue;
mod class_page;
mod data;
mod feed;
mod filters;
mod index_page;
mod layout;
mod marked;
mod output;
mod questions;
mod rule_page;
mod server_page;
mod text;
mod tool_page;
mod trusted;

use crate::rules::Rule;
use crate::store::Observed;
use crate::verdict::GradedServer;
use anyhow::{Context as _, bail};
use askama::Template;
use catalogue::Catalogue;
use jiff::Timestamp;
use layout::Layout;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is published besides the servers, and where.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// The directory to write; made when missing.
    pub output: PathBuf,
    /// The address the site will be served from: canonical links, sitemap and feed need it. Everything else is relative.
    pub base_url: Option<String>,
    /// When each server was seen, by slug.
    pub observed: BTreeMap<String, Observed>,
    /// The rules that get a page.
    pub rules: &'a [Rule],
}

impl Options<'static> {
    /// Publishes to a directory: no dates, relative links, every rule.
    #[must_use]
    pub fn new(output: PathBuf) -> Self {
        Self { output, base_url: None, observed: BTreeMap::new(), rules: crate::rules::all() }
    }
}

/// What was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Servers with a page.
    pub servers: usize,
    /// Tools with a page.
    pub tools: usize,
    /// Files of the site, all told.
    pub files: usize,
    /// Files that were new or whose bytes changed.
    pub changed: usize,
    /// Files that earlier publications wrote and that went away.
    pub removed: usize,
}

/// Writes the site of a catalogue's state. Files it did not write are never replaced or removed.
///
/// # Errors
/// When the base URL is none, the directory cannot be written, or a file of somebody else stands in the way.
pub fn publish(servers: &[GradedServer], options: &Options<'_>) -> anyhow::Result<Summary> {
    let base = options.base_url.as_deref().map(base).transpose()?;
    let catalogue = Catalogue::new(servers, options);
    let mut site = Site { base, output: output::Output::open(&options.output)?, pages: Vec::new() };
    site.file("style.css", include_str!("../templates/style.css"))?;
    index_page::write(&mut site, &catalogue)?;
    for entry in &catalogue.servers {
        server_page::write(&mut site, &catalogue, entry)?;
        tool_page::write(&mut site, &catalogue, entry)?;
    }
    class_page::write(&mut site, &catalogue)?;
    attack_page::write(&mut site, &catalogue)?;
    rule_page::write(&mut site, &catalogue)?;
    data::write(&mut site, &catalogue)?;
    feed::write(&mut site, &catalogue)?;
    let changes = site.output.finish()?;
    Ok(Summary {
        servers: servers.len(),
        tools: catalogue.tools(),
        files: changes.files,
        changed: changes.changed,
        removed: changes.removed,
    })
}

/// The site while it is written.
struct Site {
    base: Option<String>,
    output: output::Output,
    /// Every page with the day it is of, for the sitemap.
    pages: Vec<(String, Option<Timestamp>)>,
}

impl Site {
    fn layout(&self, path: &str, title: &str, about: &str) -> Layout {
        Layout::new(self.base.as_deref(), path, title, about)
    }

    fn page(&mut self, layout: &Layout, page: &impl Template, seen: Option<Timestamp>) -> anyhow::Result<()> {
        self.file(&layout.path, &page.render().with_context(|| format!("page `{}`", layout.path))?)?;
        self.pages.push((layout.path.clone(), seen));
        Ok(())
    }

    fn file(&mut self, path: &str, text: &str) -> anyhow::Result<()> {
        self.output.write(path, text.as_bytes())
    }

    fn json(&mut self, path: &str, value: &serde_json::Value) -> anyhow::Result<()> {
        self.file(path, &(text::json(value) + "\n"))
    }
}

/// The base URL without the slash at its end.
fn base(url: &str) -> anyhow::Result<String> {
    if !is_web(url) || url.contains(['?', '#']) {
        bail!("`{url}` is no base URL: it starts with https:// or http:// and has no `?` or `#`");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// Whether a page may link to this address of a stranger.
fn is_web(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.chars().any(|c| c.is_whitespace() || crate::sanitize::is_hostile(c)))
}
