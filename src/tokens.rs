//! Counts tokens: what a definition costs a model on every request (`o200k_base`).
//!
//! The vocabulary is an [`fst`] in `data/`, read in place: a hash map of its 200,000 entries would cost more time and memory
//! than the rest of a scan. `UPDATE=1 cargo test` writes it anew.

mod merge;
mod split;

use crate::tool::Tool;
use fst::Map;
use serde::Serialize;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The vocabulary of `o200k_base` (`tiktoken` by OpenAI, MIT): each token's bytes with its rank. It holds every single byte.
static RANKS: LazyLock<Map<&'static [u8]>> = LazyLock::new(|| {
    let bytes: &[u8] = include_bytes!("../data/o200k_base.fst");
    Map::new(bytes).expect("the embedded vocabulary is an fst")
});

/// Tokens of a tool as a `tools/list` entry: name, description and inputSchema, as compact JSON.
#[must_use]
pub fn count_tool(tool: &Tool) -> usize {
    let entry = Entry { name: tool.name(), description: tool.description(), input_schema: tool.input_schema() };
    // Made of strings and JSON values only: this cannot fail.
    count(&serde_json::to_string(&entry).unwrap_or_default())
}

/// Tokens of a text, special tokens read as plain text.
#[must_use]
pub fn count(text: &str) -> usize {
    SEEN.with_borrow_mut(|seen| split::pieces(text).map(|piece| seen.count(piece)).sum())
}

thread_local! {
    static SEEN: RefCell<Seen> = RefCell::default();
}

/// Pieces counted before. Definitions repeat the same few thousand (`":"`, `string`, `required`), and a hash is cheaper than
/// a walk through the vocabulary.
#[derive(Default)]
struct Seen(HashMap<Box<str>, usize>);

impl Seen {
    /// Keeps the memory of a long run small.
    const MOST: usize = 8192;
    /// Longer pieces hardly come twice.
    const LONGEST: usize = 32;

    fn count(&mut self, piece: &str) -> usize {
        if let Some(&count) = self.0.get(piece) {
            return count;
        }
        let count = merge::count(&RANKS, piece.as_bytes());
        if piece.len() <= Self::LONGEST && self.0.len() < Self::MOST {
            self.0.insert(piece.into(), count);
        }
        count
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_schema: Option<&'a Value>,
}
