//! Which tools a policy is for, and their classes: from a target, or from nothing but the names that the policy has.

use crate::cli::{CoverArgs, InstalledArgs, TargetArgs};
use crate::commands::scan::{say_failures, visit};
use crate::exit::Exit;
use crate::grade;
use crate::listing::Server;
use crate::policy::policylayer::worst_classes;
use crate::tool::Tool;
use crate::verdict::Class;
use serde_json::json;

/// The tools of a policy.
pub(super) struct Tools {
    /// Each name once, with its class.
    pub(super) classes: Vec<(String, Class)>,
    /// Whether a server was asked: without one, classes rest on names alone.
    pub(super) listed: bool,
    /// Whether the server told of all its tools.
    pub(super) exit: Exit,
}

impl Tools {
    /// The tools with their names borrowed.
    pub(super) fn named(&self) -> Vec<(&str, Class)> {
        self.classes.iter().map(|(name, class)| (name.as_str(), *class)).collect()
    }
}

/// Asks the target, if there is one, for its tools; else grades names.
pub(super) fn tools(args: &CoverArgs, names: &[&str]) -> anyhow::Result<Tools> {
    if args.target.is_none() && args.command.is_empty() {
        return Ok(Tools { classes: by_name(names), listed: false, exit: Exit::Done });
    }
    let targets = args.target.iter().cloned().collect();
    let (command, visit_args) = (args.command.clone(), args.visit.clone());
    let report = visit(&TargetArgs { targets, command, installed: InstalledArgs::default(), visit: visit_args })?;
    say_failures(&report.failures);
    if report.servers.is_empty() {
        anyhow::bail!("no server was read, so there are no tools to compare the policy with");
    }
    let classes = worst_classes(&report.servers).into_iter().map(|(name, class)| (name.to_owned(), class)).collect();
    let exit = if report.is_partial() { Exit::Incomplete } else { Exit::Done };
    Ok(Tools { classes, listed: true, exit })
}

/// The classes of tools of which only the names are known.
pub(super) fn by_name(names: &[&str]) -> Vec<(String, Class)> {
    let tools: Vec<Tool> = names.iter().filter_map(|name| Tool::try_from(json!({ "name": name })).ok()).collect();
    let verdicts = grade::verdicts(&Server::named(""), &tools);
    tools.iter().zip(verdicts).map(|(tool, verdict)| (tool.name().to_owned(), verdict.class)).collect()
}
