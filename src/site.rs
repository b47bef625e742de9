//! The static catalogue site: a function of one catalogue state. Same state, same bytes.
//!
//! The catalogue is read twice, server by server: once for a [`survey`] of what lists and links need, once for the pages of each
//! server, which a [`crew`] of threads makes. So memory grows with the number of tools by their names, not by their definitions.
//!
//! Each kind of page has a file in `site/` that makes its struct, and a template of the same name that says how it looks.
//! What a server says reaches a page only through askama's escaping, with hidden characters spelled out; only [`output`]
//! touches the disk.

mod attack_page;
mod az_page;
mod builder;
mod catalogue;
mod changes_page;
mod class_page;
mod compare_page;
mod connect;
mod control;
mod crew;
mod data;
mod digest;
mod filters;
mod given;
mod group_page;
mod history;
mod index_page;
mod layout;
mod linked;
mod marked;
mod output;
mod plain_page;
mod policies;
mod questions;
mod registry;
mod rule_page;
mod search;
mod server_page;
mod sitemap;
mod source;
mod statistics_page;
mod survey;
mod text;
mod tool_page;
mod trusted;

pub use given::Given;

use crate::report::safe_json;
use crate::store::{Listed, Snapshot};
use anyhow::{Context as _, bail};
use askama::Template;
use catalogue::Entry;
use crew::crew;
use layout::Layout;
use output::{Batch, Opened, Output, UNKNOWN};
use serde::Serialize;
use source::Setting;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;
use survey::Survey;

/// How many bytes of definitions and verdicts are handed over at once: much costs memory, little costs time.
const HANDFUL: usize = 64 << 10;

/// What is published besides the servers, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directory to write; made when missing.
    pub output: PathBuf,
    /// The address the site will be served from: canonical links, sitemap and feed need it. Everything else is relative.
    pub base_url: Option<String>,
    /// What gets a page.
    pub pages: Pages,
}

/// What gets a page of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pages {
    /// Every tool.
    #[default]
    Tool,
    /// Every server; its tools are sections of it. For hosts that count files.
    Server,
}

impl Options {
    /// Publishes to a directory: relative links, a page for every tool.
    #[must_use]
    pub fn new(output: PathBuf) -> Self {
        Self { output, base_url: None, pages: Pages::default() }
    }
}

/// Where the servers of a site come from. They come in slug order, the same each time.
pub trait Servers {
    /// Hands over one server after another.
    ///
    /// # Errors
    /// When they cannot be read, and the first error of `each`.
    fn each(&self, each: &mut dyn FnMut(Listed) -> anyhow::Result<()>) -> anyhow::Result<()>;

    /// Hands over what says which state this is: two that differ have different bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    fn identify(&self, each: &mut dyn FnMut(&[u8])) -> anyhow::Result<()>;
}

impl Servers for Snapshot {
    fn each(&self, each: &mut dyn FnMut(Listed) -> anyhow::Result<()>) -> anyhow::Result<()> {
        Self::each(self, each)
    }

    fn identify(&self, each: &mut dyn FnMut(&[u8])) -> anyhow::Result<()> {
        Self::identify(self, each)
    }
}

/// What was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Servers and tools with a page; `None` where nothing had changed, so that they were not even counted.
    pub pages: Option<(usize, usize)>,
    /// Files of the site, all told.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were new or whose bytes changed.
    pub changed: usize,
    /// Files that earlier publications wrote and that went away.
    pub removed: usize,
}

/// Writes the site of a catalogue's state and says by phase what it is at. Files it did not write are never replaced or removed.
///
/// # Errors
/// When the base URL is none, the catalogue cannot be read, the directory cannot be written, or a file of somebody else stands in
/// the way.
pub fn publish(servers: &dyn Servers, options: &Options, say: &dyn Fn(&str)) -> anyhow::Result<Summary> {
    let base = options.base_url.as_deref().map(base).transpose()?;
    let opened = Opened::new(&options.output)?;
    let setting = Setting::new(options.pages, base.as_deref());
    let state = setting.site(servers)?;
    say("looking for what has changed");
    if let Some(there) = opened.is_of(state)? {
        return Ok(Summary { pages: None, files: there.files, bytes: there.bytes, changed: 0, removed: 0 });
    }
    say("reading the catalogue");
    // Nobody needs the rules before the catalogue has been read once: meanwhile another thread reads them.
    thread::spawn(crate::rules::all);
    let survey = Survey::take(servers, options.pages == Pages::Server)?;
    let site = Site { base, setting, output: opened.begin(state)?, pages: Mutex::new(Vec::new()) };
    say("writing servers and tools");
    crew(
        |feed| handfuls(servers, feed),
        |handful| handful.into_iter().try_for_each(|(number, listed)| site.server(&survey, number, listed)),
    )?;
    say("writing lists");
    let mut lists: Vec<List<'_>> = Vec::new();
    // It takes the longest, so it comes first.
    search::plan(&survey, &mut lists);
    index_page::plan(&survey, &mut lists);
    class_page::plan(&survey, &mut lists);
    attack_page::plan(&survey, &mut lists);
    rule_page::plan(&survey, &mut lists);
    group_page::plan(&survey, &mut lists);
    az_page::plan(&survey, &mut lists);
    statistics_page::plan(&survey, &mut lists);
    compare_page::plan(&survey, &mut lists);
    changes_page::plan(&survey, &mut lists);
    plain_page::plan(&survey, &mut lists);
    builder::plan(&mut lists);
    lists.push(Box::new(|writer| data::write(writer, &survey)));
    lists.push(Box::new(|writer| registry::write(writer, &survey)));
    let first = survey.servers.len();
    let last = first + lists.len();
    crew(|feed| (first..).zip(lists).try_for_each(feed), |(place, list)| site.write(place, UNKNOWN, list))?;
    // It names all other pages.
    site.write(last, UNKNOWN, Box::new(|writer| sitemap::write(writer, &survey)))?;
    say("taking away what is gone");
    let (servers, tools) = (survey.servers.len(), survey.len());
    let changes = site.output.finish()?;
    Ok(Summary {
        pages: Some((servers, tools)),
        files: changes.files,
        bytes: changes.bytes,
        changed: changes.changed,
        removed: changes.removed,
    })
}

/// Hands over servers with their numbers, several small ones at a time.
fn handfuls(servers: &dyn Servers, feed: crew::Feed<'_, Vec<(usize, Listed)>>) -> anyhow::Result<()> {
    let (mut handful, mut size, mut number) = (Vec::new(), 0, 0);
    servers.each(&mut |listed| {
        size += listed.tools.iter().map(|tool| tool.tool.len() + tool.verdict.len()).sum::<usize>();
        handful.push((number, listed));
        number += 1;
        if size < HANDFUL {
            return Ok(());
        }
        size = 0;
        feed(std::mem::take(&mut handful))
    })?;
    feed(handful)
}

/// Pages that need the survey only.
type List<'s> = Box<dyn FnOnce(&mut Writer<'_>) -> anyhow::Result<()> + Send + 's>;

/// The site while it is written.
struct Site {
    base: Option<String>,
    setting: Setting,
    output: Output,
    /// Every page but those of servers, for the sitemap.
    pages: Mutex<Vec<String>>,
}

impl Site {
    fn server(&self, survey: &Survey, number: usize, listed: Listed) -> anyhow::Result<()> {
        let card = &survey.servers[number];
        let source = self.setting.server(survey, card, &listed);
        if self.output.keep(number, source, survey.files(card))? {
            return Ok(());
        }
        let entry = Entry::new(card, survey, listed)?;
        self.write(
            number,
            source,
            Box::new(|writer| {
                writer.listed = false;
                let recommended = policies::Recommended::new(&entry);
                server_page::write(writer, &entry, &recommended)?;
                policies::write(writer, &entry, &recommended)?;
                builder::write(writer, &entry, &recommended)?;
                if survey.together { Ok(()) } else { tool_page::write(writer, &entry, &recommended) }
            }),
        )
    }

    fn write(&self, place: usize, source: u128, list: List<'_>) -> anyhow::Result<()> {
        let mut writer = Writer { site: self, batch: self.output.batch(place, source), listed: true };
        list(&mut writer)?;
        writer.batch.finish()
    }
}

/// Writes the files of one place of the manifest.
struct Writer<'s> {
    site: &'s Site,
    batch: Batch<'s>,
    /// Whether its pages still have to be named for the sitemap.
    listed: bool,
}

impl Writer<'_> {
    fn base(&self) -> Option<&str> {
        self.site.base.as_deref()
    }

    fn layout(&self, path: &str, title: &str, about: &str) -> Layout {
        Layout::new(self.base(), path, title, about)
    }

    fn page(&mut self, layout: &Layout, page: &impl Template) -> anyhow::Result<()> {
        let path = &layout.path;
        if self.listed {
            self.site.pages.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        }
        self.batch.add(path, |text| page.render_into(text).with_context(|| format!("page `{path}`")))
    }

    fn file(&mut self, path: &str, text: impl AsRef<str>) -> anyhow::Result<()> {
        self.batch.add(path, |out| {
            out.push_str(text.as_ref());
            Ok(())
        })
    }

    fn json(&mut self, path: &str, value: &impl Serialize) -> anyhow::Result<()> {
        self.file(path, safe_json::pretty_text(value) + "\n")
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
