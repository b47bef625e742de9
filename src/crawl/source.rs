//! Sources: what was typed, enumerated into targets before anything is visited.

use super::{Event, Named, Options, POLL, plan};
use crate::failure::{Failure, Stage};
use crate::lines;
use crate::registry::client::{self, Registry};
use crate::registry::{Entry, Status, document, lines as target_lines};
use crate::store::{Enrolled, Enumeration, Store};
use crate::target::{self, Resolved, Target};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use tokio::time::sleep;

/// Targets enrolled in one transaction.
const BATCH: usize = 1000;

/// What the sources came to.
#[derive(Default)]
pub(super) struct Sources {
    /// Their numbers in the catalogue.
    pub(super) ids: Vec<i64>,
    /// Targets that only this run can visit, as they may hold secrets: by source and key.
    pub(super) local: HashMap<(i64, String), Arc<Target>>,
    /// What could not be enumerated.
    pub(super) failures: Vec<Failure>,
    /// Remarks that are no failures.
    pub(super) notes: Vec<String>,
}

/// Enumerates sources, one after another.
struct Enumerator<'a> {
    store: &'a mut Store,
    options: &'a Options,
    on_event: &'a dyn Fn(Event<'_>),
    sources: Sources,
    /// What the names come to that are no list of others: the user's own targets.
    resolved: Resolved,
}

/// Enumerates every source. One that fails costs no other one.
pub(super) async fn enumerate(
    store: &mut Store,
    Named { typed, installed }: Named<'_>,
    options: &Options,
    on_event: &dyn Fn(Event<'_>),
) -> anyhow::Result<Sources> {
    let mut enumerator = Enumerator { store, options, on_event, sources: Sources::default(), resolved: Resolved::default() };
    // What one name resolves to belongs to that source: where it starts among all that is resolved.
    let mut begins = Vec::new();
    for name in typed.targets {
        let before = enumerator.resolved.targets.len();
        enumerator.enumerate(name).await?;
        if enumerator.resolved.targets.len() > before {
            begins.push((before, place_of(name)));
        }
    }
    let mut resolved = std::mem::take(&mut enumerator.resolved);
    if !typed.command.is_empty() {
        begins.push((resolved.targets.len(), String::new()));
        target::resolve_command(typed.command, &mut resolved);
    }
    if let Some(installed) = installed {
        begins.push((resolved.targets.len(), json!(["installed"]).to_string()));
        resolved.targets.extend(installed.targets);
        resolved.failures.extend(installed.failures);
    }
    target::hand_out(&typed, &mut resolved);
    options.isolation.confine(&mut resolved.targets);
    enumerator.sources.failures.append(&mut resolved.failures);
    enumerator.sources.notes.append(&mut resolved.notes);
    for (number, (begin, place)) in begins.iter().enumerate() {
        let end = begins.get(number + 1).map_or(resolved.targets.len(), |(next, _)| *next);
        let targets = &resolved.targets[*begin..end];
        let place = if place.is_empty() { json!(["command", targets[0].label()]).to_string() } else { place.clone() };
        enumerator.local(&place, targets).await?;
    }
    let mut sources = enumerator.sources;
    sources.ids.sort_unstable();
    sources.ids.dedup();
    Ok(sources)
}

/// Where a source is, as a text to compare: the absolute path of a file, a URL.
fn place_of(name: &str) -> String {
    if is_url(name) {
        return json!(["url", crate::redact::url(name)]).to_string();
    }
    if name == "-" {
        return json!(["stdin"]).to_string();
    }
    let path = Path::new(name);
    let path = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
    json!(["file", path.to_string_lossy()]).to_string()
}

fn is_url(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://")
}

impl Enumerator<'_> {
    async fn enumerate(&mut self, name: &str) -> anyhow::Result<()> {
        if is_url(name) {
            return self.url(name).await;
        }
        if name.starts_with("npm:") || name.starts_with("pypi:") {
            target::resolve_one(name, &mut self.resolved);
            return Ok(());
        }
        if name != "-" && starts_with_target(name) {
            let file = BufReader::new(File::open(name)?);
            return self.lines(name, Box::new(file)).await;
        }
        let text = match target::read(name) {
            Ok(text) => text,
            Err(failure) => {
                self.sources.failures.push(failure);
                return Ok(());
            }
        };
        if first_line_is_target(&mut text.as_bytes()) {
            return self.lines(name, Box::new(text.as_bytes())).await;
        }
        let page = serde_json::from_str(&text).ok().and_then(|value: Value| document::read(&value));
        match page {
            Some(page) => self.document(name, page).await,
            None => {
                target::resolve_text(name, text, &mut self.resolved);
                Ok(())
            }
        }
    }

    async fn url(&mut self, name: &str) -> anyhow::Result<()> {
        let last = name.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').rsplit('/').next();
        if matches!(last, Some("mcp" | "sse")) {
            target::resolve_one(name, &mut self.resolved);
            return Ok(());
        }
        match Registry::find(name).await {
            Ok(Some(registry)) => self.registry(name, registry).await,
            // Whatever is wrong there, the visit says it.
            Ok(None) | Err(_) if !self.store.has_source(&registry_place(name))? => {
                target::resolve_one(name, &mut self.resolved);
                Ok(())
            }
            found => {
                let message =
                    found.err().map_or_else(|| "it no longer answers as a registry".to_owned(), |problem| problem.message);
                self.sources.failures.push(failure(name, "registry-failed", &message));
                self.sources.ids.push(self.store.source(&registry_place(name))?);
                Ok(())
            }
        }
    }

    /// Begins to enumerate a source, once no other worker does.
    async fn begin(&mut self, (source, name): (i64, &str), whole: bool) -> anyhow::Result<Enumeration> {
        let mut is_told = false;
        loop {
            if let Some(enumeration) = self.store.begin_enumeration(source, whole, self.options.lease)? {
                return Ok(enumeration);
            }
            if !std::mem::replace(&mut is_told, true) {
                (self.on_event)(Event::Awaited { source: name, most: self.store.enumeration_ends(source)? });
            }
            sleep(POLL).await;
        }
    }

    /// Enrols page by page, each with the place where the next one starts: an interruption costs one page.
    async fn registry(&mut self, name: &str, mut registry: Registry) -> anyhow::Result<()> {
        let source = self.store.source(&registry_place(name))?;
        self.sources.ids.push(source);
        let mut at = self.begin((source, name), self.options.whole).await?;
        let mut targets = 0;
        loop {
            let page = match registry.page(at.cursor.as_deref(), at.since.as_deref()).await {
                Ok(page) => page,
                Err(problem) => {
                    // A cursor that the registry no longer takes must not keep every later run from going on.
                    if at.cursor.is_some() && problem.status.is_some_and(|status| (400..500).contains(&status) && status != 429) {
                        self.store.enrol(source, &[], None)?;
                    }
                    self.store.leave_enumeration(source)?;
                    self.sources.failures.push(failure(name, "registry-failed", &problem.message));
                    return Ok(());
                }
            };
            let entries = page.entries.into_iter().filter(|entry| entry.latest != Some(false));
            let enrolled: Vec<Enrolled> = entries.map(enrolled).collect::<anyhow::Result<_>>()?;
            targets += enrolled.len();
            at.cursor = page.next;
            if !self.store.enrol(source, &enrolled, at.cursor.as_deref())? {
                // Nothing was said for too long, and another worker goes on with it.
                at = self.begin((source, name), false).await?;
                continue;
            }
            (self.on_event)(Event::Enumerated { source: name, targets });
            if at.cursor.is_none() {
                return self.store.end_enumeration(source);
            }
        }
    }

    async fn document(&mut self, name: &str, page: document::Page) -> anyhow::Result<()> {
        if page.malformed > 0 {
            let message = format!("{} of its entries are no servers: the others were read", page.malformed);
            self.sources.failures.push(failure(name, "malformed-entry", &message));
        }
        if page.next.is_some() {
            let note = "it is one page of a longer index (`nextCursor`): save every page, or name the registry";
            self.sources.notes.push(format!("{name}: {note}"));
        }
        let entries = document::latest(page.entries).into_iter().map(enrolled);
        self.whole(name, entries).await
    }

    async fn lines(&mut self, name: &str, mut input: Box<dyn BufRead + '_>) -> anyhow::Result<()> {
        let mut malformed = Vec::new();
        let mut number = 0_usize;
        let mut line = Vec::new();
        let mut seen: HashSet<u64> = HashSet::new();
        let mut unreadable = None;
        let entries = std::iter::from_fn(|| {
            loop {
                line.clear();
                number += 1;
                match lines::read(&mut *input, &mut line) {
                    Ok(lines::Read::Blank) => {}
                    Ok(lines::Read::End) => return None,
                    Err(error) => {
                        unreadable = Some(error);
                        return None;
                    }
                    Ok(lines::Read::TooLong) => malformed.push(number),
                    Ok(lines::Read::Line) => {
                        match serde_json::from_slice(&line).ok().and_then(|value: Value| target_lines::read(&value)) {
                            Some((key, entry)) => {
                                // The same name twice in one list is two targets.
                                let is_new = seen.insert(crate::fnv::hash(&key));
                                let key = if is_new { key } else { format!("{key} (line {number})") };
                                return Some(plan::enrolled(key, entry, false));
                            }
                            None => malformed.push(number),
                        }
                    }
                }
            }
        });
        self.whole(name, entries).await?;
        let mut fail = |reason, message: &str| self.sources.failures.push(failure(name, reason, message));
        if let Some(error) = unreadable {
            fail("unreadable", &format!("it cannot be read to its end ({error})"));
        }
        if let Some(first) = malformed.first() {
            let more = malformed.len() - 1;
            let more = if more == 0 { " is".to_owned() } else { format!(" and {more} more are") };
            fail("malformed-line", &format!("line {first}{more} no target: the others were read"));
        }
        Ok(())
    }

    /// Enrols all there is in a file; what an earlier version of it named and this one does not is no target any more.
    async fn whole(&mut self, name: &str, mut entries: impl Iterator<Item = anyhow::Result<Enrolled>>) -> anyhow::Result<()> {
        let source = self.store.source(&place_of(name))?;
        self.sources.ids.push(source);
        self.begin((source, name), true).await?;
        let mut targets = 0;
        loop {
            let batch: Vec<Enrolled> = entries.by_ref().take(BATCH).collect::<anyhow::Result<_>>()?;
            if batch.is_empty() {
                return self.store.end_enumeration(source);
            }
            targets += batch.len();
            if !self.store.enrol(source, &batch, None)? {
                // Nothing was said for too long: what another worker reads there meanwhile stands.
                return Ok(());
            }
            (self.on_event)(Event::Enumerated { source: name, targets });
        }
    }

    /// Targets of the user's own: the catalogue knows their names, and this run how to visit them.
    async fn local(&mut self, place: &str, targets: &[Target]) -> anyhow::Result<()> {
        let source = self.store.source(place)?;
        self.sources.ids.push(source);
        self.begin((source, &targets[0].label()), true).await?;
        let mut enrolled = Vec::new();
        for target in targets {
            let name = target.label();
            let host = match target {
                Target::Url(target) => plan::host(&target.url),
                Target::Command(_) | Target::Package(_) | Target::Recorded { .. } => String::new(),
            };
            self.sources.local.insert((source, name.clone()), Arc::new(target.clone()));
            enrolled.push(Enrolled { key: name.clone(), name, version: version(target), host, ..Enrolled::default() });
        }
        self.store.enrol(source, &enrolled, None)?;
        self.store.end_enumeration(source)
    }
}

fn starts_with_target(path: &str) -> bool {
    File::open(path).is_ok_and(|file| first_line_is_target(&mut BufReader::new(file)))
}

fn first_line_is_target(input: &mut dyn BufRead) -> bool {
    let mut line = Vec::new();
    loop {
        match lines::read(input, &mut line) {
            Ok(lines::Read::Blank) => {}
            Ok(lines::Read::Line) => {
                return serde_json::from_slice(&line).is_ok_and(|value: Value| target_lines::is_target(&value));
            }
            _ => return false,
        }
    }
}

fn registry_place(name: &str) -> String {
    json!(["registry", crate::redact::url(client::base(name))]).to_string()
}

fn enrolled(entry: Entry) -> anyhow::Result<Enrolled> {
    let is_gone = entry.status == Status::Deleted;
    plan::enrolled(entry.name.clone(), entry, is_gone)
}

/// A recorded list is another one when its text is.
fn version(target: &Target) -> Option<String> {
    match target {
        Target::Recorded { text, .. } => Some(format!("{:016x}", crate::fnv::hash(text))),
        _ => None,
    }
}

fn failure(source: &str, reason: &str, message: &str) -> Failure {
    Failure { stage: Stage::Plan, ..target::failure(source, reason, message) }
}
