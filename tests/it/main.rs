//! The integration tests, one binary.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on should stop")]

mod cli;
mod env;
mod evidence;
mod graded;
mod report;
mod sanitize;
mod slug;
mod tokens;
