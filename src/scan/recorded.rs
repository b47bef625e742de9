//! Reads a recorded list: the same outcome as a visit, without a server.

use super::{Scan, stem};
use crate::failure::{Failure, Stage};
use crate::listing::{Listing, Server, Source};
use crate::mcp::pages::Pages;
use crate::target::{Document, failure, read_document};
use serde_json::Value;

/// Lines of a .jsonl that get a failure of their own; the rest are counted.
const MAX_BAD_LINES: usize = 10;

pub(super) fn read(path: &str, text: &str) -> Scan {
    let mut scan = Scan::default();
    for document in read_document(path, text) {
        read_one(path, document, &mut scan);
    }
    if scan.listings.is_empty() && scan.failures.is_empty() {
        let message = format!("`{path}` lists no tools: expected a line for each");
        scan.failures.push(Failure { stage: Stage::List, ..failure(path, "no-tools", message) });
    }
    scan
}

fn read_one(path: &str, document: Document, scan: &mut Scan) {
    for line in document.bad_lines.iter().take(MAX_BAD_LINES) {
        scan.failures.push(failure(path, "malformed-tool", format!("line {line} is no JSON: the others were read")));
    }
    if document.bad_lines.len() > MAX_BAD_LINES {
        let more = document.bad_lines.len() - MAX_BAD_LINES;
        scan.failures.push(failure(path, "malformed-tool", format!("{more} more lines are no JSON")));
    }
    if document.entries.is_empty() && !document.bad_lines.is_empty() {
        return;
    }
    let about = &document.about;
    let has_more = about.get("nextCursor").is_some_and(|cursor| !cursor.is_null());
    let mut pages = Pages::default();
    pages.is_complete = !has_more;
    pages.add(document.entries.into_iter().map(Ok));
    pages.finish();
    for problem in pages.problems.iter_mut().filter(|problem| problem.reason == "no-tools") {
        "the recorded list has no tools: record it with the credentials or arguments that show them"
            .clone_into(&mut problem.message);
    }
    let target = document.server.as_ref().map_or_else(|| path.to_owned(), |server| format!("{path}#{server}"));
    scan.failures.extend(pages.problems.into_iter().map(|problem| Failure {
        stage: problem.stage.unwrap_or(Stage::Parse),
        ..failure(&target, problem.reason, problem.message)
    }));
    if has_more {
        let message = "this is one page of a longer list (`nextCursor`): record every page".to_owned();
        scan.failures.push(Failure { stage: Stage::List, ..failure(&target, "more-pages", message) });
    }

    let info = &about["serverInfo"];
    let word = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let server = Server {
        name: document.server.or_else(|| word(&info["name"])).unwrap_or_else(|| stem(path, "stdin")),
        title: word(&info["title"]),
        version: word(&info["version"]),
        instructions: about["instructions"].as_str().map(str::to_owned),
        source: Source::File { path: path.to_owned() },
        protocol: None,
        complete: pages.is_complete,
        isolation: None,
    };
    scan.listings.push(Listing { server, tools: pages.tools });
}
