//! A plan: how a target of an index is visited, as it is stored. It holds no secrets.

use crate::registry::{Entry, Way};
use crate::store::Enrolled;
use serde::{Deserialize, Serialize};

/// What is stored of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The ways to reach it, the best first.
    pub(super) ways: Vec<Way>,
}

/// An entry of an index as a target.
pub(super) fn enrolled(key: String, entry: Entry, gone: bool) -> anyhow::Result<Enrolled> {
    let host = entry.ways.iter().find_map(|way| match way {
        Way::Remote(remote) => Some(host(&remote.url)),
        Way::Package(_) => None,
    });
    let plan = serde_json::to_string(&Plan { ways: entry.ways })?;
    Ok(Enrolled { key, name: entry.name, version: entry.version, plan: Some(plan), host: host.unwrap_or_default(), gone })
}

/// Host and port of a URL, for pace.
pub(super) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
}
