//! What a starter policy is written from, beside a scan: what was typed and what stands in a file of overrides, servers of a catalogue.

use crate::cli::StarterArgs;
use crate::commands::scan::say_warning;
use crate::policy::overrides::{Choice, Overrides};
use crate::policy::plan::{Plan, Standing};
use crate::store::Location;
use crate::verdict::GradedServer;
use anyhow::{Context as _, bail};
use std::collections::HashMap;
use std::fs;

/// The overrides of the file, and over them those of the command line.
pub(super) fn overrides(args: &StarterArgs) -> anyhow::Result<Overrides> {
    let file = match &args.overrides {
        Some(path) => {
            let shown = path.display();
            let text = fs::read_to_string(path).with_context(|| format!("cannot read `{shown}`"))?;
            Overrides::read(&text).map_err(|error| anyhow::anyhow!("`{shown}`: {error}"))?
        }
        None => Overrides::default(),
    };
    let mut typed = Overrides::default();
    let mut choose = || {
        typed.choose(Choice::Allow, &args.allow)?;
        typed.choose(Choice::Deny, &args.deny)?;
        typed.choose(Choice::Hide, &args.hide)?;
        args.limit.iter().try_for_each(|limit| typed.limit(&limit.tool, limit.rate))
    };
    choose().map_err(|error| anyhow::anyhow!("the command line: {error}"))?;
    Ok(file.then(typed))
}

/// The servers of a catalogue with these slugs, in the slugs' order, or all.
pub(super) fn chosen(location: &Location, servers: Vec<GradedServer>, slugs: &[String]) -> anyhow::Result<Vec<GradedServer>> {
    if slugs.is_empty() {
        return Ok(servers);
    }
    let mut by_slug: HashMap<String, GradedServer> = servers.into_iter().map(|server| (server.slug.clone(), server)).collect();
    let mut chosen = Vec::new();
    for slug in slugs {
        match by_slug.remove(slug) {
            Some(server) => chosen.push(server),
            None => bail!("the catalogue `{location}` has no server `{slug}`, or it was named twice"),
        }
    }
    Ok(chosen)
}

/// Says which overrides come to nothing.
pub(super) fn say_idle(overrides: &Overrides, plans: &[&Plan]) {
    let tools = || plans.iter().flat_map(|plan| &plan.servers).flat_map(|server| &server.tools);
    let names: Vec<&str> = tools().map(|tool| tool.name.as_str()).collect();
    let refused = |name: &str| tools().any(|tool| tool.name == name && tool.standing() >= Standing::Approval);
    overrides.idle(&names, &refused).iter().for_each(|warning| say_warning(warning));
}
