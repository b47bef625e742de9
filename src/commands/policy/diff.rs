//! `toolgrade policy diff`

use super::say_problems;
use super::side::{Side, sides};
use super::tools::{by_name, tools};

use crate::cli::{DiffArgs, FindingsFormat};
use crate::exit::Exit;
use crate::policy::diff::{diff, names};
use crate::report::policy::{Compared, diff_text};
use crate::report::safe_json;
use crate::verdict::Class;
use rustc_hash::{FxHashMap, FxHashSet};
use std::io::{self, Write as _};
use std::path::Path;

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    if [&args.before, &args.after].iter().all(|side| side.file() == Some(Path::new("-"))) {
        anyhow::bail!("standard input cannot be both policies: give one of them as a file");
    }
    let (before, after) = match sides(args)? {
        [Ok(before), Ok(after)] => (before, after),
        [before, after] => {
            // Both are told of: neither hides what is wrong with the other.
            for (location, problems) in [(&args.before, before.err()), (&args.after, after.err())] {
                say_problems(location, &problems.unwrap_or_default());
            }
            return Ok(Exit::Error);
        }
    };
    let named = names(&[&before.policy, &after.policy]);
    let mut tools = tools(&args.cover, &named)?;
    let planned = graded(&[&before, &after]);
    if !tools.listed && !planned.is_empty() {
        tools.classes = planned;
        tools.listed = true;
    }
    // The server may have no such tool any more; a policy that names it means it all the same.
    let known: FxHashSet<&str> = tools.classes.iter().map(|(name, _)| name.as_str()).collect();
    let rest: Vec<&str> = named.iter().copied().filter(|name| !known.contains(name)).collect();
    let rest = by_name(&rest);
    tools.classes.extend(rest);

    let difference = diff(&before.policy, &after.policy, &tools.named());
    let compared =
        Compared { toolgrade: env!("CARGO_PKG_VERSION"), before: &before.shown, after: &after.shown, difference: &difference };
    let mut document = Vec::new();
    match args.format {
        FindingsFormat::Text => diff_text(&compared, &mut document)?,
        FindingsFormat::Json => safe_json::pretty(&mut document, &compared)?,
    }
    let mut out = io::stdout().lock();
    out.write_all(&document)?;
    out.flush()?;
    if !tools.listed && !args.cover.visit.quiet {
        super::say_classes_by_name();
    }
    Ok(tools.exit)
}

/// The tools of catalogues, each name once, with the most severe class that it has or had.
fn graded(sides: &[&Side]) -> Vec<(String, Class)> {
    let mut worst: Vec<(String, Class)> = Vec::new();
    let mut at: FxHashMap<&str, usize> = FxHashMap::default();
    for tool in sides.iter().filter_map(|side| side.plan.as_ref()).flat_map(|plan| &plan.servers).flat_map(|server| &server.tools)
    {
        match at.get(tool.name.as_str()) {
            Some(place) => worst[*place].1 = worst[*place].1.max(tool.class),
            None => {
                at.insert(&tool.name, worst.len());
                worst.push((tool.name.clone(), tool.class));
            }
        }
    }
    worst
}
