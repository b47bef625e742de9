//! How a visit was made, beyond what was listed: what a reader needs to know to judge it, and to repeat it.

use crate::mcp::Challenge;
use serde::{Deserialize, Serialize};

/// The circumstances of one visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Circumstances {
    /// What kept a started server from this machine; `None` where nothing was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation: Option<String>,
    /// The names of the values that were made up so that the server would start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placeholders: Vec<String>,
    /// How the server asks for credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
    /// The package that was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Fetched>,
}

/// A package as it was fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fetched {
    /// `npm`, `pypi`, `oci`.
    pub registry: String,
    /// Its name there.
    pub name: String,
    /// The exact version.
    pub version: String,
    /// Its hash, as the package registry writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity: Option<String>,
}
