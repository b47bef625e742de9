//! `toolgrade policy TARGET…`

use super::starter::{chosen, overrides, say_idle};
use crate::cli::{GenerateArgs, TargetArgs};
use crate::commands::scan::{say_failures, say_hint, say_warning, visit};
use crate::exit::Exit;
use crate::policy::explain;
use crate::policy::plan::Plan;
use crate::report::Report;
use crate::store::Snapshot;
use anyhow::{Context as _, bail};
use jiff::Timestamp;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<Exit> {
    // Before the visits: a slip in the overrides should not cost a scan.
    let overrides = overrides(&args.rules)?;
    let report = match &args.catalogue {
        Some(location) => {
            let servers = Snapshot::servers_as_of(location, Timestamp::MAX)?;
            Report { servers: chosen(location, servers, &args.targets)?, failures: Vec::new() }
        }
        None => {
            let target = TargetArgs {
                targets: args.targets.clone(),
                command: args.command.clone(),
                installed: args.installed.clone(),
                visit: args.visit.clone(),
            };
            visit(&target)?
        }
    };
    say_failures(&report.failures);
    if report.servers.is_empty() {
        bail!("no server was read, so there is no policy to write");
    }
    let plan = Plan::new(args.rules.profile.into(), &overrides, &report.servers);
    let written = args.format.write(&plan);
    match &args.output {
        Some(path) => put(path, written.text.as_bytes())?,
        None => {
            let mut out = io::stdout().lock();
            out.write_all(written.text.as_bytes())?;
            out.flush()?;
        }
    }
    if let Some(path) = &args.explain {
        put(path, explain::write(&plan, &written).as_bytes())?;
    }
    say_gaps(&report);
    say_idle(&overrides, &[&plan]);
    if !args.visit.quiet {
        written.notes.iter().for_each(|note| say_hint(note));
    }
    Ok(if report.is_partial() { Exit::Incomplete } else { Exit::Done })
}

/// Says what the policy knows nothing of.
fn say_gaps(report: &Report) {
    for failure in &report.failures {
        say_warning(&format!("the policy does not cover {}", failure.target));
    }
    for server in report.servers.iter().filter(|server| !server.server.complete) {
        say_warning(&format!("the policy may not cover every tool of {}: its list did not end", server.server.name));
    }
}

fn put(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    write_whole(path, content).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Puts a file in place at once: a reader sees the old one or the new one, never half of it. Where only the file may be
/// written and not its directory, it is written to.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    // A link stays a link, and what is no file – /dev/stdout – is written to, not replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.exists() && !target.is_file() {
        return fs::write(&target, content);
    }
    let name = target.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
    let draft = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    // Never through what already stands there: in a shared directory it may be somebody's link to a file of ours.
    let mut file = match File::create_new(&draft) {
        Ok(file) => file,
        // The file may be writable all the same – one mounted into a container, say.
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
            return fs::write(&target, content);
        }
        Err(error) => return Err(error),
    };
    let written = file.write_all(content).and_then(|()| fs::rename(&draft, &target));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&draft);
    }
    written
}
