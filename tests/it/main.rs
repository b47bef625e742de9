//! The integration tests, one binary.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on should stop")]

mod graded;
mod site;
mod store;
