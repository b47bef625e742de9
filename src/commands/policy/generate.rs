//! `toolgrade policy TARGET…`

use crate::cli::{GenerateArgs, PolicyFormat};
use crate::commands::scan::{say_failures, say_warning, visit};
use crate::exit::Exit;
use crate::policy::policylayer;
use crate::report::{Report, safe_json};
use anyhow::Context as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<Exit> {
    let report = visit(&args.target)?;
    say_failures(&report.failures);
    if report.servers.is_empty() {
        anyhow::bail!("no server was read, so there is no policy to write");
    }
    let mut policy = Vec::new();
    match args.format {
        PolicyFormat::Policylayer => safe_json::pretty(&mut policy, &policylayer::document(&report.servers))?,
    }
    match &args.output {
        Some(path) => write_whole(path, &policy).with_context(|| format!("cannot write `{}`", path.display()))?,
        None => {
            let mut out = io::stdout().lock();
            out.write_all(&policy)?;
            out.flush()?;
        }
    }
    say_gaps(&report);
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
