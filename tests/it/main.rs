//! The one integration binary. Each module tests one part through what a user or a caller sees.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on should say where")]

/// The program's help, exit statuses and messages.
mod cli;
/// `Env`, the builder for running the program.
mod env;
/// Spans, and marks put into texts and taken out.
mod evidence;
/// Graded servers made by hand, for whatever reads verdicts.
mod graded;
/// Scans of the scripted server in `examples/hostile_server.rs`, over stdio.
#[cfg(unix)]
mod hostile;
/// The program itself in front of the scripted server: what it passes on, and what it leaves when it is interrupted.
#[cfg(unix)]
mod interrupt;
/// What a scan gave, as text to compare whole.
mod outcome;
/// Whole reports in every format.
mod report;
/// Every example of every rule file, and the registry they make.
mod rules;
/// Text of strangers made safe.
mod sanitize;
/// The site: links, bytes, hostile text, pages that go away.
mod site;
/// Slugs, which paths and URLs are made of.
mod slug;
/// The catalogue: what is recorded stays recorded.
mod store;
/// Files, configs and URLs, resolved to targets.
mod targets;
/// Token counts beside those of the reference library.
mod tokens;
/// Scans of a scripted HTTP server in this process.
mod web;
/// What definitions say to the model.
mod wording;
