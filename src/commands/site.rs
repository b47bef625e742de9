//! `toolgrade site`

use crate::cli::SiteArgs;
use crate::exit::Exit;
use crate::report::tally;
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
    anstream::eprintln!(
        "published {} of {} to `{}`: {}, {} written, {} removed",
        tally::count(summary.tools, "tool"),
        tally::count(summary.servers, "server"),
        args.output.display(),
        tally::count(summary.files, "file"),
        tally::thousands(summary.changed),
        tally::thousands(summary.removed)
    );
    Ok(Exit::Done)
}
