//! `toolgrade policy diff`

use super::tools::{by_name, tools};
use super::{say_problems, text};
use crate::cli::{DiffArgs, FindingsFormat};
use crate::exit::Exit;
use crate::policy::diff::{diff, names};
use crate::policy::read::read;
use crate::report::policy::{Compared, diff_text};
use crate::report::safe_json;
use rustc_hash::FxHashSet;
use std::io::{self, Write as _};

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    if args.before.as_os_str() == "-" && args.after.as_os_str() == "-" {
        anyhow::bail!("standard input cannot be both policies: give one of them as a file");
    }
    let texts = (text(&args.before)?, text(&args.after)?);
    let (before, after) = match (read(&texts.0), read(&texts.1)) {
        (Ok(before), Ok(after)) => (before.policy, after.policy),
        (before, after) => {
            // Both are told of: neither hides what is wrong with the other.
            for (path, problems) in [(&args.before, before.err()), (&args.after, after.err())] {
                say_problems(path, &problems.unwrap_or_default());
            }
            return Ok(Exit::Error);
        }
    };
    let named = names(&[&before, &after]);
    let mut tools = tools(&args.cover, &named)?;
    // The server may have no such tool any more; a policy that names it means it all the same.
    let known: FxHashSet<&str> = tools.classes.iter().map(|(name, _)| name.as_str()).collect();
    let rest: Vec<&str> = named.iter().copied().filter(|name| !known.contains(name)).collect();
    let rest = by_name(&rest);
    tools.classes.extend(rest);

    let difference = diff(&before, &after, &tools.named());
    let (shown_before, shown_after) = (args.before.display().to_string(), args.after.display().to_string());
    let compared =
        Compared { toolgrade: env!("CARGO_PKG_VERSION"), before: &shown_before, after: &shown_after, difference: &difference };
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
