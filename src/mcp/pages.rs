//! Reads `tools/list` to its end, and knows when there is none.

use super::handshake::{self, Era};
use super::problem::METHOD_NOT_FOUND;
use super::{Connection, Problem};
use crate::failure::Stage;
use crate::tool::Tool;
use serde_json::Value;
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
    pub(crate) tools: Vec<Tool>,
    pub(crate) problems: Vec<Problem>,
    /// Whether the last page was read.
    pub(crate) is_complete: bool,
    entries: usize,
    malformed: usize,
}

impl Pages {
    /// Takes the entries of one page, or of a recorded list.
    pub(crate) fn add(&mut self, entries: Vec<Value>) {
        for entry in entries {
            self.entries += 1;
            match Tool::try_from(entry) {
                Ok(tool) => self.tools.push(tool),
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
        let mut result = match connection.request("tools/list", params.clone()).await {
            Ok(result) => result,
            Err(problem) if problem.code == Some(METHOD_NOT_FOUND) && pages.entries == 0 => {
                pages.is_complete = true;
                return;
            }
            Err(problem) => return pages.problems.push(problem.at(Stage::List)),
        };
        let mut take = |key| result.get_mut(key).map(Value::take).unwrap_or_default();
        let (entries, cursor) = (take("tools"), take("nextCursor"));
        let Value::Array(entries) = entries else {
            return pages.stop("bad-reply", "the server's reply to `tools/list` has no list of `tools`".to_owned());
        };
        pages.add(entries);
        on_page(pages.tools.len());

        // An empty string is a cursor like any other; only its absence ends the list.
        if cursor.is_null() {
            pages.is_complete = true;
            return;
        }
        if !seen.insert(cursor.to_string()) {
            drop_repeated(&mut pages.tools);
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

/// A server that ignores cursors sends its first page again.
fn drop_repeated(tools: &mut Vec<Tool>) {
    let mut seen = HashSet::new();
    tools.retain(|tool| seen.insert(Value::Object(tool.raw().clone()).to_string()));
}
