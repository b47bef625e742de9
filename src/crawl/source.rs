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

/// Enumerates every source. One that fails costs no other one.
pub(super) async fn enumerate(
    store: &mut Store,
    Named { typed, installed }: Named<'_>,
    options: &Options,
    on_event: &dyn Fn(Event<'_>),
) -> anyhow::Result<Sources> {
    let mut sources = Sources::default();
    let mut resolved = Resolved::default();
    // What one name resolves to belongs to that source: where it starts among all that is resolved.
    let mut begins = Vec::new();
    for name in typed.targets {
        let before = resolved.targets.len();
        one(store, name, options, &mut sources, &mut resolved, on_event).await?;
        if resolved.targets.len() > before {
            begins.push((before, place_of(name)));
        }
    }
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
    sources.failures.append(&mut resolved.failures);
    sources.notes.append(&mut resolved.notes);
    for (number, (begin, place)) in begins.iter().enumerate() {
        let end = begins.get(number + 1).map_or(resolved.targets.len(), |(next, _)| *next);
        let targets = &resolved.targets[*begin..end];
        let place = if place.is_empty() { json!(["command", targets[0].label()]).to_string() } else { place.clone() };
        enrol_local(store, &place, targets, options, &mut sources, on_event).await?;
    }
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

async fn one(
    store: &mut Store,
    name: &str,
    options: &Options,
    sources: &mut Sources,
    resolved: &mut Resolved,
    on_event: &dyn Fn(Event<'_>),
) -> anyhow::Result<()> {
    if is_url(name) {
        let last = name.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').rsplit('/').next();
        if matches!(last, Some("mcp" | "sse")) {
            target::resolve_one(name, resolved);
            return Ok(());
        }
        return match Registry::find(name).await {
            Ok(Some(registry)) => from_registry(store, name, registry, options, sources, on_event).await,
            // Whatever is wrong there, the visit says it.
            Ok(None) | Err(_) if !is_known_registry(store, name)? => {
                target::resolve_one(name, resolved);
                Ok(())
            }
            found => {
                let message =
                    found.err().map_or_else(|| "it no longer answers as a registry".to_owned(), |problem| problem.message);
                sources.failures.push(failure(name, "registry-failed", &message));
                sources.ids.push(store.source(&registry_place(name))?);
                Ok(())
            }
        };
    }
    if name.starts_with("npm:") || name.starts_with("pypi:") {
        target::resolve_one(name, resolved);
        return Ok(());
    }
    if name != "-" && starts_with_target(name) {
        let file = BufReader::new(File::open(name)?);
        return from_lines(store, name, Box::new(file), options, sources, on_event).await;
    }
    let text = match target::read(name) {
        Ok(text) => text,
        Err(failure) => {
            sources.failures.push(failure);
            return Ok(());
        }
    };
    if first_line_is_target(&mut text.as_bytes()) {
        return from_lines(store, name, Box::new(text.as_bytes()), options, sources, on_event).await;
    }
    let page = serde_json::from_str(&text).ok().and_then(|value: Value| document::read(&value));
    match page {
        Some(page) => from_document(store, name, page, options, sources, on_event).await,
        None => {
            target::resolve_text(name, text, resolved);
            Ok(())
        }
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

fn is_known_registry(store: &Store, name: &str) -> anyhow::Result<bool> {
    store.has_source(&registry_place(name))
}

/// Begins to enumerate a source, once no other worker does.
async fn begin(
    store: &mut Store,
    (source, name): (i64, &str),
    whole: bool,
    options: &Options,
    on_event: &dyn Fn(Event<'_>),
) -> anyhow::Result<Enumeration> {
    let mut is_told = false;
    loop {
        if let Some(enumeration) = store.begin_enumeration(source, whole, options.lease)? {
            return Ok(enumeration);
        }
        if !std::mem::replace(&mut is_told, true) {
            on_event(Event::Awaited { source: name });
        }
        sleep(POLL).await;
    }
}

/// Enrols page by page, each with the place where the next one starts: an interruption costs one page.
async fn from_registry(
    store: &mut Store,
    name: &str,
    mut registry: Registry,
    options: &Options,
    sources: &mut Sources,
    on_event: &dyn Fn(Event<'_>),
) -> anyhow::Result<()> {
    let source = store.source(&registry_place(name))?;
    sources.ids.push(source);
    let mut at = begin(store, (source, name), options.whole, options, on_event).await?;
    let mut targets = 0;
    loop {
        let page = match registry.page(at.cursor.as_deref(), at.since.as_deref()).await {
            Ok(page) => page,
            Err(problem) => {
                // A cursor that the registry no longer takes must not keep every later run from going on.
                if at.cursor.is_some() && problem.status.is_some_and(|status| (400..500).contains(&status) && status != 429) {
                    store.enrol(source, &[], None)?;
                }
                store.leave_enumeration(source)?;
                sources.failures.push(failure(name, "registry-failed", &problem.message));
                return Ok(());
            }
        };
        let entries = page.entries.into_iter().filter(|entry| entry.latest != Some(false));
        let enrolled: Vec<Enrolled> = entries.map(enrolled).collect::<anyhow::Result<_>>()?;
        targets += enrolled.len();
        at.cursor = page.next;
        if !store.enrol(source, &enrolled, at.cursor.as_deref())? {
            // Nothing was said for too long, and another worker goes on with it.
            at = begin(store, (source, name), false, options, on_event).await?;
            continue;
        }
        on_event(Event::Enumerated { source: name, targets });
        if at.cursor.is_none() {
            store.end_enumeration(source)?;
            return Ok(());
        }
    }
}

fn enrolled(entry: Entry) -> anyhow::Result<Enrolled> {
    let is_gone = entry.status == Status::Deleted;
    plan::enrolled(entry.name.clone(), entry, is_gone)
}

async fn from_document(
    store: &mut Store,
    name: &str,
    page: document::Page,
    options: &Options,
    sources: &mut Sources,
    on_event: &dyn Fn(Event<'_>),
) -> anyhow::Result<()> {
    if page.malformed > 0 {
        let message = format!("{} of its entries are no servers: the others were read", page.malformed);
        sources.failures.push(failure(name, "malformed-entry", &message));
    }
    if page.next.is_some() {
        sources
            .notes
            .push(format!("{name}: it is one page of a longer index (`nextCursor`): save every page, or name the registry"));
    }
    let entries = document::latest(page.entries).into_iter().map(enrolled);
    whole(store, name, entries, options, sources, on_event).await
}

async fn from_lines(
    store: &mut Store,
    name: &str,
    mut input: Box<dyn BufRead + '_>,
    options: &Options,
    sources: &mut Sources,
    on_event: &dyn Fn(Event<'_>),
) -> anyhow::Result<()> {
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
                            let key = if seen.insert(crate::fnv::hash(&key)) { key } else { format!("{key} (line {number})") };
                            return Some(plan::enrolled(key, entry, false));
                        }
                        None => malformed.push(number),
                    }
                }
            }
        }
    });
    whole(store, name, entries, options, sources, on_event).await?;
    if let Some(error) = unreadable {
        sources.failures.push(failure(name, "unreadable", &format!("it cannot be read to its end ({error})")));
    }
    if let Some(first) = malformed.first() {
        let more = malformed.len() - 1;
        let more = if more == 0 { " is".to_owned() } else { format!(" and {more} more are") };
        sources.failures.push(failure(name, "malformed-line", &format!("line {first}{more} no target: the others were read")));
    }
    Ok(())
}

/// Enrols all there is in a file; what an earlier version of it named and this one does not is no target any more.
async fn whole(
    store: &mut Store,
    name: &str,
    mut entries: impl Iterator<Item = anyhow::Result<Enrolled>>,
    options: &Options,
    sources: &mut Sources,
    on_event: &dyn Fn(Event<'_>),
) -> anyhow::Result<()> {
    let source = store.source(&place_of(name))?;
    sources.ids.push(source);
    begin(store, (source, name), true, options, on_event).await?;
    let mut targets = 0;
    loop {
        let batch: Vec<Enrolled> = entries.by_ref().take(BATCH).collect::<anyhow::Result<_>>()?;
        if batch.is_empty() {
            break;
        }
        targets += batch.len();
        if !store.enrol(source, &batch, None)? {
            // Nothing was said for too long: what another worker reads there meanwhile stands.
            return Ok(());
        }
        on_event(Event::Enumerated { source: name, targets });
    }
    store.end_enumeration(source)
}

/// Targets of the user's own: the catalogue knows their names, and this run how to visit them.
async fn enrol_local(
    store: &mut Store,
    place: &str,
    targets: &[Target],
    options: &Options,
    sources: &mut Sources,
    on_event: &dyn Fn(Event<'_>),
) -> anyhow::Result<()> {
    let source = store.source(place)?;
    sources.ids.push(source);
    begin(store, (source, &targets[0].label()), true, options, on_event).await?;
    let mut enrolled = Vec::new();
    for target in targets {
        let name = target.label();
        let host = match target {
            Target::Url(target) => plan::host(&target.url),
            Target::Command(_) | Target::Package(_) | Target::Recorded { .. } => String::new(),
        };
        sources.local.insert((source, name.clone()), Arc::new(target.clone()));
        enrolled.push(Enrolled { key: name.clone(), name, version: version(target), host, ..Enrolled::default() });
    }
    store.enrol(source, &enrolled, None)?;
    store.end_enumeration(source)
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
