//! `toolgrade history`

use crate::cli::HistoryArgs;
use crate::exit::Exit;
use crate::report::{Report, json, tally};
use crate::sanitize;
use crate::store::{History, Visit};
use anyhow::bail;
use std::fmt::Write as _;
use std::io::{self, Write as _};

pub(super) fn run(args: &HistoryArgs) -> anyhow::Result<Exit> {
    let History { visits, server } = History::read(&args.catalogue, &args.server, args.at)?;
    if visits.is_empty() {
        bail!("no server `{}` in `{}`: its slug is the name of its page on the site", args.server, args.catalogue);
    }
    let mut out = io::stdout().lock();
    match (args.at, server) {
        (None, _) => out.write_all(table(&visits).as_bytes())?,
        (Some(_), Some(server)) => json::write(&Report { servers: vec![server], failures: Vec::new() }, &mut out)?,
        (Some(at), None) => bail!("`{}` had listed nothing by {at}: its first visit was {}", args.server, visits[0].at),
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// A line a visit: when, what, and how it was made.
fn table(visits: &[Visit]) -> String {
    let mut text = String::new();
    for visit in visits {
        let what = match &visit.failure {
            None => {
                let cut = if visit.complete { "" } else { ", cut" };
                format!("{}{cut}", tally::count(visit.tools, "tool"))
            }
            Some(failure) => format!("{}: {}", failure.stage, failure.reason),
        };
        let about = &visit.circumstances;
        let made_up = (!about.placeholders.is_empty()).then(|| format!("placeholders: {}", about.placeholders.join(", ")));
        let package = about.package.as_ref().map(|package| format!("{}:{}@{}", package.registry, package.name, package.version));
        let isolation = about.isolation.as_ref().map(|isolation| format!("isolation: {isolation}"));
        let how: String = [package, isolation, made_up].into_iter().flatten().fold(String::new(), |mut how, part| {
            let _ = write!(how, "  {part}");
            how
        });
        let _ = writeln!(text, "{}  {what}{}", visit.at, sanitize::line(&how));
    }
    text
}
