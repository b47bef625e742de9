//! `toolgrade site`

use crate::cli::SiteArgs;
use crate::exit::Exit;
use crate::report::tally;
use crate::site::{Options, publish};
use crate::store::Snapshot;

pub(super) fn run(args: &SiteArgs) -> anyhow::Result<Exit> {
    let Snapshot { servers, observed } = Snapshot::read(&args.catalogue)?;
    let options = Options { base_url: args.base_url.clone(), observed, ..Options::new(args.output.clone()) };
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
