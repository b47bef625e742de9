//! Policies: verdicts become rules that a gateway or a client enforces, and one function decides what they mean.

pub mod bounds;
pub mod check;
pub mod claim;
pub mod condition;
pub mod counters;
pub mod decide;
pub mod diff;
pub mod explain;
pub mod fill;
pub mod format;
pub mod model;
pub mod number;
pub mod overrides;
pub mod path;
pub mod pattern;
pub mod plan;
pub mod policylayer;
pub mod problem;
pub mod profile;
pub mod prove;
pub mod read;
pub mod reason;
pub mod strict;
pub mod suggest;
mod tailor;
mod write;
