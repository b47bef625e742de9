//! Reports: what a run found, as one struct that every writer prints.

pub mod json;

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
