//! `toolgrade site`

use crate::cli::SiteArgs;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::tally;
use crate::serve::Server;
use crate::site::{Options, Summary, publish};
use crate::store::Snapshot;
use anyhow::Context as _;
use std::time::Instant;

pub(super) fn run(args: &SiteArgs) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let options = Options { base_url: args.base_url.clone(), pages: args.pages.into(), ..Options::new(args.output.clone()) };
    let progress = Progress::start("opening the catalogue", args.quiet);
    let summary = Snapshot::with(&args.catalogue, |snapshot| publish(snapshot, &options, &|phase| progress.say(phase)))?;
    drop(progress);
    if !args.quiet {
        say(args, &summary, start);
    }
    if let Some(port) = args.serve {
        let server =
            Server::bind(&args.output, port).with_context(|| format!("cannot listen at port {port}: choose another one"))?;
        anstream::eprintln!("the site is at http://{}/ until you interrupt this", server.address()?);
        server.run();
    }
    Ok(Exit::Done)
}

fn say(args: &SiteArgs, summary: &Summary, start: Instant) {
    let what = match summary.pages {
        Some((servers, tools)) => format!("{} of {}", tally::count(tools, "tool"), tally::count(servers, "server")),
        None => "nothing new".to_owned(),
    };
    anstream::eprintln!(
        "published {what} to `{}`: {} of {}, {} written, {} removed, in {:.1} s",
        args.output.display(),
        tally::count(summary.files, "file"),
        megabytes(summary.bytes),
        tally::thousands(summary.changed),
        tally::thousands(summary.removed),
        start.elapsed().as_secs_f64()
    );
}

/// Bytes in millions, to a tenth.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
