//! Container images: pulled first, then run by their exact content, without network, privileges or anything to write to.

use super::{Fetched, Isolation, Ready, TIME, source};
use crate::mcp::Problem;
use crate::sandbox::container::{self, Container, Image, engine};
use crate::sandbox::run::Job;
use crate::target::{CommandTarget, PackageTarget};
use std::path::Path;

pub(super) async fn fetch(target: &PackageTarget, isolation: &Isolation) -> Result<Ready, Problem> {
    let name = match &target.version {
        Some(version) if !target.package.rsplit('/').next().unwrap_or_default().contains([':', '@']) => {
            format!("{}:{version}", target.package)
        }
        _ => target.package.clone(),
    };
    let image = pull(&name).await?;
    let mut command = CommandTarget {
        name: Some(target.name.clone().unwrap_or_else(|| target.package.clone())),
        config: target.config.clone(),
        args: target.args.clone(),
        env: target.env.clone(),
        secrets: target.secrets.clone(),
        shown: Some(source(target, None)),
        ..CommandTarget::default()
    };
    let version = target.version.clone().unwrap_or_else(|| name.rsplit([':', '@']).next().unwrap_or_default().to_owned());
    let fetched = Fetched { registry: "oci".to_owned(), name: target.package.clone(), version, integrity: image.digest() };
    let container = Container::new(isolation.network).contain(&image, &mut command);
    let isolation = container::text(isolation.network);
    Ok(Ready { command, fetched, isolation, directory: None, container: Some(container) })
}

/// Pulls an image, whatever it is called; gives what it is exactly.
pub(super) async fn pull(name: &str) -> Result<Image, Problem> {
    let engine = engine().map_err(|why| Problem::new("no-runtime", format!("{why}: images need `podman` or `docker`")))?;
    let job = Job {
        sandbox: None,
        program: engine,
        args: ["pull", "--quiet", name].map(str::to_owned).to_vec(),
        env: Vec::new(),
        // The engine keeps images in a place of its own.
        directory: Path::new("/nonexistent"),
        most: u64::MAX,
        time: TIME,
    };
    job.run().await?;
    let name = name.to_owned();
    let looked = tokio::task::spawn_blocking(move || Image::pulled(&name)).await;
    looked.map_err(|_| Problem::new("fetch-failed", "the image cannot be looked at"))?
}
