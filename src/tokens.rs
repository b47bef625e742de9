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
use std::sync::LazyLock;

/// The vocabulary of `o200k_base` (OpenAI's tiktoken, MIT): each token's bytes with its rank. It holds every single byte.
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
    split::pieces(text).map(|piece| merge::count(&RANKS, piece.as_bytes())).sum()
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
