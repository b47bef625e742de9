//! `toolgrade site`

use crate::cli::SiteArgs;
use crate::exit::Exit;
use crate::site::{Options, publish};
use crate::store::Store;

pub(super) fn run(args: &SiteArgs) -> anyhow::Result<Exit> {
    let store = Store::open_existing(&args.catalogue)?;
    let servers = store.servers()?;
    let mut options = Options { base_url: args.base_url.clone(), ..Options::new(args.output.clone()) };
    for server in &servers {
        options.observed.extend(store.observed(&server.slug)?.map(|observed| (server.slug.clone(), observed)));
    }
    let summary = publish(&servers, &options)?;
    #[allow(clippy::print_stderr, reason = "progress is told on standard error")]
    {
        anstream::eprintln!(
            "published {} tools of {} servers to `{}`: {} files, {} written, {} removed",
            summary.tools,
            summary.servers,
            args.output.display(),
            summary.files,
            summary.changed,
            summary.removed
        );
    }
    Ok(Exit::Done)
}
