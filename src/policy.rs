//! Policies: verdicts become rules that a gateway or a client enforces.

pub mod policylayer;
