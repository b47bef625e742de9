//! Reads `tools/list` to its end, and knows when there is none.

use super::handshake::{self, Era};
use super::problem::METHOD_NOT_FOUND;
use super::{Connection, Problem, message};
use crate::failure::Stage;
use crate::tool::{Definitions, Tool};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashSet;

/// More pages than any server needs.
const MAX_PAGES: usize = 1_000;

/// More tools than any server has.
const MAX_TOOLS: usize = 100_000;

/// Malformed tools that get a failure of their own; the rest are counted.
const MAX_MALFORMED: usize = 10;

/// What was read so far; kept when reading stops in the middle.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    pub(crate) tools: Definitions,
    pub(crate) problems: Vec<Problem>,
    /// Whether the last page was read.
    pub(crate) is_complete: bool,
    entries: usize,
    malformed: usize,
}

impl Pages {
    /// Takes the entries of one page, or of a recorded list.
    pub(crate) fn add(&mut self, entries: impl IntoIterator<Item = serde_json::Result<Value>>) {
        for entry in entries {
            self.entries += 1;
            let tool = entry.map_err(|error| error.to_string());
            match tool.and_then(|entry| Tool::try_from(entry).map_err(|why| why.to_string())) {
                Ok(tool) => self.tools.push(&tool),
                Err(why) => {
                    self.malformed += 1;
                    if self.malformed <= MAX_MALFORMED {
                        let message = format!("entry {} of the list is no tool ({why}): the others were read", self.entries);
                        self.problems.push(Problem::new("malformed-tool", message).at(Stage::Parse));
                    }
                }
            }
        }
    }

    /// Says what can only be said at the end: nothing was listed, or more is malformed than was told.
    pub(crate) fn finish(&mut self) {
        if self.malformed > MAX_MALFORMED {
            let message = format!("{} more entries of the list are no tools", self.malformed - MAX_MALFORMED);
            self.problems.push(Problem::new("malformed-tool", message).at(Stage::Parse));
        }
        if self.is_complete && self.entries == 0 {
            let message =
                "the server lists no tools: it may need credentials (`--env`, `--header`) or other arguments to show any";
            self.problems.push(Problem::new("no-tools", message).at(Stage::List));
        }
    }

    fn stop(&mut self, reason: &'static str, message: String) {
        self.problems.push(Problem::new(reason, message).at(Stage::List));
    }
}

/// Reads every page into `pages`; what goes wrong is among its problems.
pub(crate) async fn read(connection: &mut Connection, era: Era, pages: &mut Pages, on_page: &(dyn Fn(usize) + Sync)) {
    let mut seen = HashSet::new();
    let mut params = handshake::params(era);
    for _ in 0..MAX_PAGES {
        let result = match connection.request_text("tools/list", params.clone()).await {
            Ok(result) => result,
            Err(problem) if problem.code == Some(METHOD_NOT_FOUND) && pages.entries == 0 => {
                pages.is_complete = true;
                return;
            }
            Err(problem) => return pages.problems.push(problem.at(Stage::List)),
        };
        let Some((entries, cursor)) = page(&result) else {
            return pages.stop("bad-reply", "the server's reply to `tools/list` has no list of `tools`".to_owned());
        };
        // One at a time is held as a value.
        pages.add(entries.into_iter().map(|entry| message::value(entry.get())));
        on_page(pages.tools.len());

        // An empty string is a cursor like any other; only its absence ends the list.
        if cursor.is_null() {
            pages.is_complete = true;
            return;
        }
        if !seen.insert(cursor.to_string()) {
            // A server that ignores cursors sends its first page again.
            pages.tools.dedup();
            let count = pages.tools.len();
            return pages.stop("cursor-loop", format!("the list's cursor repeats: kept {count} tools, there may be more"));
        }
        if pages.entries >= MAX_TOOLS {
            return pages.stop("too-many-tools", format!("the list did not end after {MAX_TOOLS} tools: kept those"));
        }
        params["cursor"] = cursor;
    }
    let count = pages.tools.len();
    pages.stop("too-many-pages", format!("the list did not end after {MAX_PAGES} pages: kept {count} tools"));
}

/// The entries of a page, each as text, and the cursor of the next one.
fn page(result: &RawValue) -> Option<(Vec<&RawValue>, Value)> {
    let members = message::members(result.get()).ok()?;
    let entries = serde_json::from_str(members.get("tools")?.get()).ok()?;
    let cursor = members.get("nextCursor").map(|cursor| message::value(cursor.get())).transpose().ok()?;
    Some((entries, cursor.unwrap_or_default()))
}
