//! The one integration binary. Each module tests one part through what a user or a caller sees.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

/// Every example of every rule file, and the registry they make.
mod rules;
