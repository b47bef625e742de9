//! Writing: each visit is one transaction, so it is remembered whole or not at all.

use super::Store;
use super::database::Database;
use super::enrol::{self, enrol, enrol_listed};
use super::value::{Value, values};
use crate::circumstances::Circumstances;
use crate::listing::{Server, Unlisted};
use crate::texts::Texts;
use crate::tool::Definitions;
use crate::verdict::GradedServer;
use anyhow::Context as _;
use jiff::Timestamp;

/// Rows that are handed over at once: what a query takes besides the texts is held for so many of them.
const ROWS: usize = 1000;

/// A graded server, its tools as the texts that are stored.
#[derive(Clone, Debug)]
pub struct Graded {
    /// The slug it wants.
    pub slug: String,
    /// Who it says it is, where it was found, how it was read.
    pub server: Server,
    /// A (harmless) to F.
    pub grade: char,
    /// The definitions of its tools, JSON, in the server's order.
    pub tools: Texts,
    /// The verdict on each of them, JSON.
    pub verdicts: Texts,
    /// Tokens of each of them.
    pub tokens: Vec<usize>,
    /// How the visit was made.
    pub circumstances: Circumstances,
}

impl From<&GradedServer> for Graded {
    fn from(server: &GradedServer) -> Self {
        let tools: Definitions = server.tools.iter().map(|tool| &tool.tool).collect();
        let mut verdicts = Texts::default();
        // Made of strings and numbers only: this cannot fail.
        server.tools.iter().for_each(|tool| verdicts.push(&serde_json::to_string(&tool.verdict).unwrap_or_default()));
        let circumstances = Circumstances { isolation: server.server.isolation.clone(), ..Circumstances::default() };
        Self {
            tools: tools.into_texts(),
            verdicts,
            tokens: server.tools.iter().map(|tool| tool.tokens).collect(),
            slug: server.slug.clone(),
            server: server.server.clone(),
            grade: server.grade,
            circumstances,
        }
    }
}

/// A visit that is to be remembered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Remembered<'a> {
    /// What was listed.
    pub(super) listed: &'a [Graded],
    /// What was not, and why.
    pub(super) unlisted: Option<&'a Unlisted>,
    /// The target of a crawl that it was to.
    pub(super) target: Option<i64>,
}

impl Store {
    /// Remembers what a server listed at a time. Returns the slug it has in this catalogue: that of earlier visits, else the
    /// one it comes with, else – where that belongs to another server – the next free `name-2`, `name-3`, …
    ///
    /// # Errors
    /// When the catalogue cannot be written; then nothing of this visit is remembered.
    pub fn record(&mut self, server: impl Into<Graded>, at: Timestamp) -> anyhow::Result<String> {
        let listed = [server.into()];
        let visit = Remembered { listed: &listed, ..Remembered::default() };
        let slugs = self.database.transact(|database| visits(database, &[visit], at))?;
        slugs.into_iter().next().context("the server got no slug")
    }

    /// Remembers that a server could not be listed at a time, and why. What was listed before stays its current state.
    ///
    /// # Errors
    /// When the catalogue cannot be written.
    pub fn record_failure(&mut self, visit: &Unlisted, at: Timestamp) -> anyhow::Result<()> {
        let visit = Remembered { unlisted: Some(visit), ..Remembered::default() };
        self.database.transact(|database| visits(database, &[visit], at)).map(drop)
    }
}

/// Remembers visits, within a transaction; gives the slugs of the servers that listed something, in their order.
pub(super) fn visits(database: &Database, visits: &[Remembered<'_>], at: Timestamp) -> anyhow::Result<Vec<String>> {
    let listed = visits.iter().flat_map(|visit| visit.listed).map(|server| &server.server.source);
    let unlisted = visits.iter().filter_map(|visit| visit.unlisted).map(|unlisted| &unlisted.source);
    enrol::lock(database, listed.chain(unlisted))?;
    let mut enrolled = Vec::new();
    for visit in visits {
        for server in visit.listed {
            let known = enrol_listed(database, server)?;
            listing(database, known.id, server, visit.target, at)?;
            enrolled.push(known);
        }
        if let Some(unlisted) = visit.unlisted {
            failure(database, unlisted, visit.target, at)?;
        }
    }
    enrol::slugs(database, enrolled)
}

fn listing(database: &Database, id: i64, server: &Graded, target: Option<i64>, at: Timestamp) -> anyhow::Result<()> {
    let about = &server.server;
    let insert = "
        INSERT INTO observations (server, at, complete, title, version, instructions, protocol, grade, target, circumstances)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id";
    let observation = values![
        id,
        stamp(at),
        about.complete,
        &about.title,
        &about.version,
        &about.instructions,
        &about.protocol,
        server.grade.to_string(),
        target,
        told(&server.circumstances)?
    ];
    let observation: i64 = database.row(insert, &observation)?.context("the visit was not added")?.get(0)?;
    let verdicts = remember(database, server)?;
    for (part, verdicts) in (0_i64..).step_by(ROWS).zip(verdicts.chunks(ROWS)) {
        let rows: Vec<Vec<Value<'_>>> =
            (part..).zip(verdicts).map(|(position, verdict)| values![observation, position, *verdict].to_vec()).collect();
        database.many("INSERT INTO listed (observation, position, verdict) VALUES (?1, ?2, ?3)", &rows)?;
    }
    Ok(())
}

fn failure(database: &Database, unlisted: &Unlisted, target: Option<i64>, at: Timestamp) -> anyhow::Result<()> {
    let server = enrol(database, unlisted.name.as_deref(), &unlisted.source)?;
    let insert = "
        INSERT INTO observations (server, at, complete, failure, target, circumstances) VALUES (?1, ?2, FALSE, ?3, ?4, ?5)";
    let failure = serde_json::to_string(&unlisted.failure)?;
    database.execute(insert, &values![server, stamp(at), failure, target, told(&unlisted.circumstances)?]).map(drop)
}

/// The circumstances as JSON; nothing where there is nothing to say.
fn told(circumstances: &Circumstances) -> anyhow::Result<Option<String>> {
    let told = Some(circumstances).filter(|circumstances| **circumstances != Circumstances::default());
    Ok(told.map(serde_json::to_string).transpose()?)
}

/// Every digit of the second is written, so that times sort as text.
pub(super) fn stamp(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// The verdicts on tools, in their order, each kept once with its definition.
fn remember(database: &Database, Graded { tools, verdicts, tokens, .. }: &Graded) -> anyhow::Result<Vec<i64>> {
    // The hash only narrows the search. Two texts with one hash stay two definitions, so nobody gains by making them collide.
    let definitions = once(
        database,
        "SELECT id FROM definitions WHERE hash = ?1 AND tool = ?2",
        "INSERT INTO definitions (hash, tool) VALUES (?1, ?2) ON CONFLICT DO NOTHING RETURNING id",
        tools.iter().collect(),
        |text| Ok(values![crate::fnv::hash(text).cast_signed(), *text].to_vec()),
    )?;
    let toolgrade = env!("CARGO_PKG_VERSION");
    once(
        database,
        "SELECT id FROM verdicts WHERE definition = ?1 AND toolgrade = ?2 AND tokens = ?3 AND verdict = ?4",
        "INSERT INTO verdicts (definition, toolgrade, tokens, verdict) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING RETURNING id",
        definitions.into_iter().zip(tokens).zip(verdicts.iter()).collect(),
        |((definition, tokens), verdict)| Ok(values![*definition, toolgrade, i64::try_from(**tokens)?, *verdict].to_vec()),
    )
}

/// The numbers of rows that are kept once, for keys that may come several times. They are added in the order of the keys, so that two
/// workers that add the same ones do not wait for each other.
fn once<'k, K: Ord>(
    database: &Database,
    find: &str,
    insert: &str,
    keys: Vec<K>,
    row: impl Fn(&K) -> anyhow::Result<Vec<Value<'k>>>,
) -> anyhow::Result<Vec<i64>> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_unstable_by(|a, b| keys[*a].cmp(&keys[*b]));
    let same: Vec<&[usize]> = order.chunk_by(|a, b| keys[*a] == keys[*b]).collect();
    let mut numbers = vec![0; keys.len()];
    for part in same.chunks(ROWS) {
        let rows = part.iter().map(|same| row(&keys[same[0]])).collect::<anyhow::Result<Vec<_>>>()?;
        for (same, number) in part.iter().zip(database.once(find, insert, &rows)?) {
            same.iter().for_each(|at| numbers[*at] = number);
        }
    }
    Ok(numbers)
}
