//! Grades what a visit listed into the texts that are stored, tool by tool: of a list of any length one tool a thread is held as values.

use crate::circumstances::Circumstances;
use crate::grade::{Exposure, Grader};
use crate::listing::{Listing, Server};
use crate::store::Graded;
use crate::texts::Texts;
use crate::tool::Definition;
use crate::{slug, tokens};
use ring::digest::{SHA256, digest};
use std::num::NonZero;
use std::thread;
use tokio::sync::Semaphore;

/// Bytes of definitions that are graded between two other things: a few milliseconds of work.
const BRIEF: usize = 128 << 10;

/// Longer lists take turns, each on every core.
static TURN: Semaphore = Semaphore::const_new(1);

/// Grades what was listed. Gives a hash of it as well, whatever its order: servers shuffle. `None` where we ourselves fail.
pub(super) async fn graded(listings: Vec<Listing>) -> Option<(Vec<Graded>, String)> {
    let bytes: usize = listings.iter().map(|listing| listing.tools.texts().bytes()).sum();
    if bytes <= BRIEF {
        return Some(all(listings, 1));
    }
    let _turn = TURN.acquire().await;
    // It would keep other visits from their connections.
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    tokio::task::spawn_blocking(move || all(listings, cores)).await.ok()
}

fn all(listings: Vec<Listing>, threads: usize) -> (Vec<Graded>, String) {
    let mut hashes = Vec::new();
    let graded = listings.into_iter().map(|listing| one(listing, threads, &mut hashes)).collect();
    hashes.sort_unstable();
    (graded, hex(digest(&SHA256, hashes.as_flattened()).as_ref()))
}

/// What one thread makes of its share of a list.
#[derive(Default)]
struct Share {
    verdicts: Texts,
    tokens: Vec<usize>,
    exposure: Exposure,
    hashes: Vec<[u8; 32]>,
}

fn one(Listing { server, tools }: Listing, threads: usize, hashes: &mut Vec<[u8; 32]>) -> Graded {
    let names: Vec<String> = tools.iter().take(Grader::NAMES).map(|tool| tool.tool().name().to_owned()).collect();
    let size = tools.len().div_ceil(threads).max(1);
    let share = |from: usize| share(&server, &names, tools.iter().skip(from).take(size));
    let mut whole = Share::default();
    thread::scope(|scope| {
        let others: Vec<_> = (size..tools.len()).step_by(size).map(|from| scope.spawn(move || share(from))).collect();
        whole = share(0);
        for other in others {
            let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            whole.verdicts.extend(other.verdicts.iter());
            whole.tokens.extend(other.tokens);
            whole.exposure.join(other.exposure);
            whole.hashes.extend(other.hashes);
        }
    });
    hashes.append(&mut whole.hashes);
    Graded {
        slug: slug::slug(&server.name),
        grade: whole.exposure.letter(),
        server,
        tools: tools.into_texts(),
        verdicts: whole.verdicts,
        tokens: whole.tokens,
        circumstances: Circumstances::default(),
    }
}

fn share<'a>(server: &Server, names: &[String], tools: impl Iterator<Item = Definition<'a>>) -> Share {
    let grader = Grader::new(server, names.iter().map(String::as_str));
    let mut share = Share::default();
    for definition in tools {
        let tool = definition.tool();
        let verdict = grader.verdict(&tool);
        share.exposure.add(&verdict);
        share.tokens.push(tokens::count_tool(&tool));
        share.hashes.push(hash(&server.name, definition.json()));
        // Made of strings and numbers only: this cannot fail.
        share.verdicts.push(&serde_json::to_string(&verdict).unwrap_or_default());
    }
    share
}

fn hash(server: &str, tool: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, format!("{server}\0{tool}").as_bytes()).as_ref());
    hash
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
