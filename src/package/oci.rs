//! Container images: pulled first, then run without network, privileges or anything to write to.

use super::{Fetched, Isolation, Ready, TIME, source};
use crate::mcp::Problem;
use crate::sandbox::doctor::containers;
use crate::sandbox::run::Job;
use crate::target::{CommandTarget, PackageTarget};
use std::path::Path;

/// What keeps a container from the machine.
const RESTRICTIONS: [&str; 10] = [
    "--read-only",
    "--tmpfs=/tmp:size=268435456",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--memory=2g",
    "--pids-limit=256",
    "--cpus=2",
    "--ipc=none",
    "--pull=never",
    "--init",
];

pub(super) async fn fetch(target: &PackageTarget, isolation: &Isolation) -> Result<Ready, Problem> {
    let program = containers().map_err(|why| Problem::new("no-runtime", format!("{why}: images need `podman` or `docker`")))?;
    let image = match &target.version {
        Some(version) if !target.package.rsplit('/').next().unwrap_or_default().contains([':', '@']) => {
            format!("{}:{version}", target.package)
        }
        _ => target.package.clone(),
    };
    let job = Job {
        sandbox: None,
        program: &program,
        args: vec!["pull".to_owned(), "--quiet".to_owned(), image.clone()],
        env: Vec::new(),
        // The runtime keeps images in a place of its own.
        directory: Path::new("/nonexistent"),
        most: u64::MAX,
        time: TIME,
    };
    job.run().await?;
    let mut args = vec!["run".to_owned(), "--interactive".to_owned(), "--rm".to_owned()];
    args.extend(RESTRICTIONS.map(str::to_owned));
    args.push(format!("--network={}", if isolation.network { "bridge" } else { "none" }));
    // By name only: a value would stand in the list of processes.
    args.extend(target.env.keys().map(|name| format!("--env={name}")));
    args.push(image.clone());
    args.extend(target.args.iter().cloned());
    let command = CommandTarget {
        name: Some(target.name.clone().unwrap_or_else(|| target.package.clone())),
        command: program,
        args,
        env: target.env.clone(),
        secrets: target.secrets.clone(),
        shown: Some(source(target, None)),
        ..CommandTarget::default()
    };
    let version = target.version.clone().unwrap_or_else(|| image.rsplit([':', '@']).next().unwrap_or_default().to_owned());
    let fetched = Fetched { registry: "oci".to_owned(), name: target.package.clone(), version, integrity: None };
    Ok(Ready { command, fetched, _directory: None })
}
