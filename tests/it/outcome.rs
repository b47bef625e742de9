//! What a scan gave, as text to compare whole: a line for each listing, failure and note.

use std::fmt::Write as _;
use toolgrade::scan::Scan;

/// Long texts, such as the end of standard error, keep their lines.
pub(crate) fn text(scan: &Scan) -> String {
    let mut text = String::new();
    for listing in &scan.listings {
        let server = &listing.server;
        let names: Vec<String> = listing.tools.iter().map(|tool| tool.tool().name().escape_debug().to_string()).collect();
        let names = match names.as_slice() {
            [first, .., last] if names.len() > 8 => format!("{first} … {last}"),
            names => names.join(" "),
        };
        let state = if server.complete { "complete" } else { "cut" };
        let protocol = server.protocol.as_deref().unwrap_or("-");
        writeln!(text, "{} {protocol} {state}: {} tools: {names}", server.name.escape_debug(), listing.tools.len()).unwrap();
    }
    for failure in &scan.failures {
        writeln!(text, "! {} {}: {}", failure.stage, failure.reason, failure.message).unwrap();
    }
    for note in &scan.notes {
        let (_, note) = note.split_once(": ").unwrap();
        writeln!(text, ". {note}").unwrap();
    }
    text
}
