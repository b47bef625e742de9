//! Why a target, or a part of it, could not be read: data that is printed, stored and counted.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a target was followed when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Deciding how a server of an index can be reached at all.
    Plan,
    /// Fetching the server's package.
    Fetch,
    /// Starting the server's process.
    Spawn,
    /// Reaching the server: DNS, TCP, TLS, HTTP status.
    Connect,
    /// The handshake: `initialize` or `server/discover`.
    Initialize,
    /// Reading the pages of `tools/list`.
    List,
    /// Making sense of a file, a config entry or a tool.
    Parse,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plan => "plan",
            Self::Fetch => "fetch",
            Self::Spawn => "spawn",
            Self::Connect => "connect",
            Self::Initialize => "initialize",
            Self::List => "list",
            Self::Parse => "parse",
        })
    }
}

/// One failure. `reason` is a stable kebab-case word to branch on; `message` is for people.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[error("{target}: {stage}: {message}")]
pub struct Failure {
    /// The target as the user named it, secrets masked; for a config entry, `FILE#NAME`.
    pub target: String,
    /// How far it got.
    pub stage: Stage,
    /// A stable word: `timeout`, `exited`, `not-found`, `unauthorized`, …
    pub reason: String,
    /// What happened and what to do, with the last lines of the server's stderr where there are any.
    pub message: String,
}
