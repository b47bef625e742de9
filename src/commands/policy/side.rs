//! One side of `policy diff`: a policy that is there, or the starter policy of a catalogue.

use super::starter::{overrides, say_idle};
use super::text;
use crate::cli::DiffArgs;
use crate::policy::model::Policy;
use crate::policy::overrides::Overrides;
use crate::policy::plan::Plan;
use crate::policy::problem::Problem;
use crate::policy::read::read;
use crate::store::{Location, Snapshot};
use crate::verdict::GradedServer;
use anyhow::bail;
use jiff::Timestamp;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// What every SQLite file begins with (<https://sqlite.org/fileformat.html>).
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// One side.
pub(super) struct Side {
    /// What it is called in the difference.
    pub(super) shown: String,
    /// The policy.
    pub(super) policy: Policy,
    /// Where it comes from a catalogue, what it was written from.
    pub(super) plan: Option<Plan>,
}

/// Both sides, or what is wrong with each.
pub(super) fn sides(args: &DiffArgs) -> anyhow::Result<[Result<Side, Vec<Problem>>; 2]> {
    let overrides = overrides(&args.rules)?;
    let at = args.as_of.map(|as_of| as_of.0);
    let before = state(args, &args.before, at)?;
    let after = state(args, &args.after, None)?;
    if before.is_none() && at.is_some() {
        bail!("`--as-of` is about a catalogue, and `{}` is none", args.before);
    }
    let states: Vec<&GradedServer> = before.iter().chain(&after).flatten().collect();
    if before.is_none() && after.is_none() && !(args.server.is_empty() && overrides == Overrides::default()) {
        bail!("servers, choices and limits are about a catalogue: give one as A or B");
    }
    // A server may be new or gone, but not unheard of.
    if let Some(slug) = args.server.iter().find(|slug| states.iter().all(|server| server.slug != **slug)) {
        bail!("no catalogue has a server `{slug}`");
    }
    let sides = [side(args, &overrides, &args.before, before, at)?, side(args, &overrides, &args.after, after, None)?];
    let plans: Vec<&Plan> = sides.iter().flatten().filter_map(|side| side.plan.as_ref()).collect();
    say_idle(&overrides, &plans);
    Ok(sides)
}

/// The wanted servers of a catalogue as they were at a time; none where the file is no catalogue.
fn state(args: &DiffArgs, location: &Location, at: Option<Timestamp>) -> anyhow::Result<Option<Vec<GradedServer>>> {
    if location.file().is_some_and(|path| !is_catalogue(path)) {
        return Ok(None);
    }
    let mut servers = Snapshot::servers_as_of(location, at.unwrap_or(Timestamp::MAX))?;
    servers.retain(|server| args.server.is_empty() || args.server.contains(&server.slug));
    Ok(Some(servers))
}

/// Whether a file is SQLite's; one that cannot be read is not, and reading it as a policy says why.
fn is_catalogue(path: &Path) -> bool {
    let mut start = [0; SQLITE.len()];
    path.as_os_str() != "-" && File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *SQLITE
}

fn side(
    args: &DiffArgs,
    overrides: &Overrides,
    location: &Location,
    servers: Option<Vec<GradedServer>>,
    at: Option<Timestamp>,
) -> anyhow::Result<Result<Side, Vec<Problem>>> {
    let shown = location.to_string();
    let servers = match (servers, location.file()) {
        (None, Some(path)) => return Ok(read(&text(path)?).map(|document| Side { shown, policy: document.policy, plan: None })),
        (servers, _) => servers.unwrap_or_default(),
    };
    let plan = Plan::new(args.rules.profile.into(), overrides, &servers);
    let shown = at.map_or_else(|| shown.clone(), |at| format!("{shown} as of {at}"));
    Ok(Ok(Side { shown, policy: plan.policy(), plan: Some(plan) }))
}
