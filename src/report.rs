//! Reports: what a run found, as one struct that every writer prints.

pub mod csv;
mod excerpt;
mod explain;
pub mod hints;
pub mod json;
mod layout;
pub mod markdown;
pub mod policy;
pub mod safe_json;
pub mod sarif;
pub mod stack;
mod style;
pub mod table;
pub mod tally;

use crate::failure::Failure;
use crate::verdict::GradedServer;

/// What a run found: servers and failures, each in the order of the targets.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The servers that answered, graded.
    pub servers: Vec<GradedServer>,
    /// Why the rest did not.
    pub failures: Vec<Failure>,
}

impl Report {
    /// Whether something is missing: a target failed, or a list did not end.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !self.failures.is_empty() || self.servers.iter().any(|server| !server.server.complete)
    }
}
