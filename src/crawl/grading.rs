//! Grades what a visit listed into the texts that are stored, tool by tool: of a list of any length one tool a thread is held as values.

use crate::circumstances::Circumstances;
use crate::grade::{Exposure, Grader};
use crate::listing::{Listing, Server};
use crate::store::Graded;
use crate::texts::Texts;
use crate::tool::Definitions;
use crate::{slug, tokens};
use ring::digest::{SHA256, digest};
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use tokio::sync::Semaphore;
use tokio::task::{spawn_blocking, yield_now};

/// Bytes of definitions that are graded between two other things: a few milliseconds of work.
const BRIEF: usize = 128 << 10;

/// Longer lists take turns, each on every core.
static TURN: Semaphore = Semaphore::const_new(1);

/// Grades what was listed. Gives a hash of it as well, whatever its order: servers shuffle. `None` where we ourselves fail.
pub(super) async fn graded(listings: Vec<Listing>) -> Option<(Vec<Graded>, String)> {
    let (mut graded, mut hashes) = (Vec::new(), Vec::new());
    for Listing { server, tools } in listings {
        let names = tools.iter().take(Grader::NAMES).map(|tool| tool.tool().name().to_owned()).collect();
        let list = List { server, tools, names };
        let is_brief = list.tools.texts().bytes() <= BRIEF;
        let (share, list) = if is_brief { (list.share(0, usize::MAX), list) } else { long(list).await? };
        // A recorded list may be of thousands of servers.
        yield_now().await;
        hashes.extend(share.hashes);
        graded.push(Graded {
            slug: slug::slug(&list.server.name),
            grade: share.exposure.letter(),
            server: list.server,
            tools: list.tools.into_texts(),
            verdicts: share.verdicts,
            tokens: share.tokens,
            circumstances: Circumstances::default(),
        });
    }
    hashes.sort_unstable();
    Some((graded, hex(digest(&SHA256, hashes.as_flattened()).as_ref())))
}

/// Grades a long list, away from the connections of other visits.
async fn long(list: List) -> Option<(Share, List)> {
    let _turn = TURN.acquire().await;
    let list = Arc::new(list);
    let size = list.tools.len().div_ceil(available_parallelism().map_or(1, NonZero::get)).max(1);
    let share = |from| {
        let list = Arc::clone(&list);
        spawn_blocking(move || list.share(from, size))
    };
    let shares: Vec<_> = (0..list.tools.len()).step_by(size).map(share).collect();
    let mut whole = Share::default();
    for share in shares {
        whole.add(share.await.ok()?);
    }
    Some((whole, Arc::into_inner(list)?))
}

/// What one server listed.
struct List {
    server: Server,
    tools: Definitions,
    /// Names of tools, as far as they say what the server is for.
    names: Vec<String>,
}

/// What is made of a share of a list.
#[derive(Default)]
struct Share {
    verdicts: Texts,
    tokens: Vec<usize>,
    exposure: Exposure,
    hashes: Vec<[u8; 32]>,
}

impl List {
    fn share(&self, from: usize, size: usize) -> Share {
        let grader = Grader::new(&self.server, self.names.iter().map(String::as_str));
        let mut share = Share::default();
        for definition in self.tools.iter().skip(from).take(size) {
            let tool = definition.tool();
            let verdict = grader.verdict(&tool);
            share.exposure.add(&verdict);
            share.tokens.push(tokens::count_tool(&tool));
            share.hashes.push(hash(&self.server.name, definition.json()));
            // Made of strings and numbers only: this cannot fail.
            share.verdicts.push(&serde_json::to_string(&verdict).unwrap_or_default());
        }
        share
    }
}

impl Share {
    /// Adds the share that comes after it.
    fn add(&mut self, next: Self) {
        self.verdicts.append(next.verdicts);
        self.tokens.extend(next.tokens);
        self.exposure.join(next.exposure);
        self.hashes.extend(next.hashes);
    }
}

fn hash(server: &str, tool: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, format!("{server}\0{tool}").as_bytes()).as_ref());
    hash
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
