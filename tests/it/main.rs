//! The one integration binary.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "tests panic")]

/// Scans of the scripted server in `examples/hostile_server.rs`, over stdio.
#[cfg(unix)]
mod hostile;
/// What a scan gave, as text to compare whole.
mod outcome;
/// Files, configs and URLs, resolved to targets.
mod targets;
/// Scans of a scripted HTTP server in this process.
mod web;
