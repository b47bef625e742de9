//! For machines that come back: sitemap and robots.txt.

use super::layout::address;
use super::survey::Survey;
use super::{Writer, filters};
use askama::Template;
use jiff::Timestamp;
use std::sync::PoisonError;

/// How many addresses one sitemap may have (<https://www.sitemaps.org/protocol.html>).
const ADDRESSES: usize = 50_000;

/// An address with the day its page was last new.
struct Address {
    path: String,
    seen: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "sitemap.xml")]
struct Sitemap<'a> {
    base: &'a str,
    addresses: &'a [Address],
}

impl Sitemap<'_> {
    fn absolute(&self, page: &Address) -> String {
        address(self.base, &page.path)
    }
}

#[derive(Template)]
#[template(path = "sitemaps.xml")]
struct Sitemaps {
    addresses: Vec<String>,
}

pub(super) fn write(writer: &mut Writer<'_>, survey: &Survey) -> anyhow::Result<()> {
    let mut robots = "User-agent: *\nAllow: /\n".to_owned();
    if let Some(base) = writer.base() {
        robots.push_str(&format!("\nSitemap: {base}/sitemap.xml\n"));
    }
    writer.file("robots.txt", robots)?;
    // A sitemap has absolute addresses only.
    match writer.base().map(str::to_owned) {
        Some(base) => sitemaps(&base, writer, survey),
        None => Ok(()),
    }
}

/// One sitemap, or as many as it takes and one that names them.
fn sitemaps(base: &str, writer: &mut Writer<'_>, survey: &Survey) -> anyhow::Result<()> {
    let mut lists = std::mem::take(&mut *writer.site.pages.lock().unwrap_or_else(PoisonError::into_inner));
    lists.sort_unstable();
    let tools = if survey.together { 0 } else { survey.len() };
    let all = lists.len() + survey.servers.len() + tools;
    let lists = lists.into_iter().map(|path| Address { path, seen: None });
    let servers = survey.servers.iter().flat_map(|server| {
        let seen = server.observed.as_ref().map(|seen| seen.last);
        let tools = survey.of_server(server).take(tools).map(move |tool| Address { path: tool.path(), seen });
        std::iter::once(Address { path: server.path(), seen }).chain(tools)
    });
    let mut addresses = lists.chain(servers);
    let mut files = Vec::new();
    for number in 1..=all.div_ceil(ADDRESSES) {
        let file = if all > ADDRESSES { format!("sitemap-{number}.xml") } else { "sitemap.xml".to_owned() };
        let part: Vec<Address> = addresses.by_ref().take(ADDRESSES).collect();
        writer.file(&file, Sitemap { base, addresses: &part }.render()?)?;
        files.push(address(base, &file));
    }
    if files.len() > 1 { writer.file("sitemap.xml", Sitemaps { addresses: files }.render()?) } else { Ok(()) }
}
