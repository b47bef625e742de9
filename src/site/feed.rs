//! For machines that come back: sitemap, feed of what was seen last, robots.txt.

use super::catalogue::{Catalogue, Entry};
use super::layout::address;
use super::{Site, filters, text};
use crate::report::tally;
use askama::Template;
use jiff::Timestamp;
use std::cmp::Reverse;

/// How many entries the feed has.
const ENTRIES: usize = 50;

/// How many addresses one sitemap may have (<https://www.sitemaps.org/protocol.html>).
const ADDRESSES: usize = 50_000;

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed<'a> {
    base: Option<&'a str>,
    updated: Timestamp,
    entries: Vec<FeedEntry<'a>>,
}

struct FeedEntry<'a> {
    entry: &'a Entry<'a>,
    address: String,
    updated: Timestamp,
    summary: String,
}

#[derive(Template)]
#[template(path = "sitemap.xml")]
struct Sitemap {
    addresses: Vec<(String, Option<Timestamp>)>,
}

#[derive(Template)]
#[template(path = "sitemaps.xml")]
struct Sitemaps {
    addresses: Vec<String>,
}

pub(super) fn write(site: &mut Site, catalogue: &Catalogue<'_>) -> anyhow::Result<()> {
    let feed = feed(site.base.as_deref(), catalogue).render()?;
    site.file("feed.xml", &feed)?;
    sitemap(site)?;
    let mut robots = "User-agent: *\nAllow: /\n".to_owned();
    if let Some(base) = &site.base {
        robots.push_str(&format!("\nSitemap: {base}/sitemap.xml\n"));
    }
    site.file("robots.txt", &robots)
}

/// The servers that were seen last. Without dates there is nothing new to tell, and the feed says so by having no entries.
fn feed<'a>(base: Option<&'a str>, catalogue: &'a Catalogue<'a>) -> Feed<'a> {
    let mut seen: Vec<(&Entry<'_>, Timestamp)> =
        catalogue.servers.iter().filter_map(|entry| Some((entry, entry.observed?.last))).collect();
    seen.sort_by_key(|(_, last)| Reverse(*last));
    let entry = |(entry, updated): &(&'a Entry<'a>, Timestamp)| FeedEntry {
        entry,
        address: base.map_or_else(|| entry.path(), |base| address(base, &entry.path())),
        updated: *updated,
        summary: summary(entry),
    };
    Feed {
        base,
        updated: seen.first().map_or(Timestamp::UNIX_EPOCH, |(_, last)| *last),
        entries: seen.iter().take(ENTRIES).map(entry).collect(),
    }
}

fn summary(entry: &Entry<'_>) -> String {
    let classes: Vec<String> =
        entry.counts.iter().rev().filter(|(_, count)| *count > 0).map(|(class, count)| format!("{count} {class}")).collect();
    let tools = tally::count(entry.graded.tools.len(), "tool");
    match entry.graded.letter() {
        Some(letter) => format!("Grade {letter}, {tools}: {}.", text::list(&classes)),
        None => "No tools.".to_owned(),
    }
}

fn sitemap(site: &mut Site) -> anyhow::Result<()> {
    let pages = std::mem::take(&mut site.pages);
    // A sitemap has absolute addresses only; without a base URL the paths at least say which pages there are.
    let base = site.base.clone();
    let absolute = |path: &str| base.as_deref().map_or_else(|| path.to_owned(), |base| address(base, path));
    let mut parts: Vec<String> = Vec::new();
    for addresses in pages.chunks(ADDRESSES) {
        let addresses = addresses.iter().map(|(path, seen)| (absolute(path), *seen)).collect();
        parts.push(Sitemap { addresses }.render()?);
    }
    if let [only] = parts.as_slice() {
        return site.file("sitemap.xml", only);
    }
    let mut files = Vec::new();
    for (number, part) in (1..).zip(&parts) {
        let file = format!("sitemap-{number}.xml");
        site.file(&file, part)?;
        files.push(absolute(&file));
    }
    let index = Sitemaps { addresses: files }.render()?;
    site.file("sitemap.xml", &index)
}
