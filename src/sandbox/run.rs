//! Runs a program to its end, in the sandbox or out of it, within a time and a size: what fetches packages.

use super::{Sandbox, Support};
use crate::mcp::{Problem, Tail, contained, no_sandbox, scrubbed};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

/// How often the size of what is fetched is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// A program to run.
pub(crate) struct Job<'a> {
    /// The sandbox; `None` runs it as it is.
    pub(crate) sandbox: Option<&'a Sandbox>,
    pub(crate) program: &'a str,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    /// What may not grow beyond `most` bytes.
    pub(crate) directory: &'a Path,
    pub(crate) most: u64,
    pub(crate) time: Duration,
}

impl Job<'_> {
    /// Runs it; what it says on standard error is why it failed.
    pub(crate) async fn run(self) -> Result<(), Problem> {
        let (program, args) = match self.sandbox {
            Some(sandbox) => {
                sandbox.wrap(self.program.as_ref(), &self.args, Some(self.directory)).map_err(|why| no_sandbox(&why))?
            }
            None => (self.program.into(), self.args),
        };
        let mut command = Command::new(program);
        command.args(args).env_clear().envs(scrubbed(std::env::vars_os())).envs(self.env);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut command = contained(command);
        let mut child = command
            .spawn()
            .map_err(|error| Problem::new("not-found", format!("`{}` cannot be started ({error}): install it", self.program)))?;
        let mut stderr = child.stderr().take();
        let mut tail = Tail::default();
        let drain = async {
            let mut chunk = vec![0; 4096];
            while let Some(Ok(count @ 1..)) = match &mut stderr {
                Some(stderr) => Some(stderr.read(&mut chunk).await),
                None => None,
            } {
                tail.push(&chunk[..count]);
            }
        };
        let work = async {
            let (status, ()) = tokio::join!(child.wait(), drain);
            status
        };
        let outcome = tokio::select! {
            outcome = timeout(self.time, work) => outcome,
            () = outgrown(self.directory, self.most) => {
                let most = self.most >> 20;
                return Err(Problem::new("too-large", format!("the package and what it needs are larger than {most} MiB")));
            }
        };
        match outcome {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(_)) => Err(Problem::new("fetch-failed", format!("it could not be fetched:\n{}", tail.text()))),
            Ok(Err(error)) => Err(Problem::new("fetch-failed", format!("it could not be fetched ({error})"))),
            Err(_) => Err(Problem::new("timeout", format!("it was not fetched within {} s", self.time.as_secs()))),
        }
    }
}

/// Resolves once a directory holds more than so many bytes.
async fn outgrown(directory: &Path, most: u64) {
    loop {
        sleep(LOOK).await;
        let directory = directory.to_owned();
        let size = tokio::task::spawn_blocking(move || size(&directory)).await;
        if size.is_ok_and(|size| size > most) {
            return;
        }
    }
}

/// The bytes of all files below a directory; what cannot be read, or is a link, counts nothing.
fn size(directory: &Path) -> u64 {
    let mut sum = 0;
    let mut pending = vec![directory.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(about) if about.is_dir() => pending.push(entry.path()),
                Ok(about) => sum += about.len(),
                Err(_) => {}
            }
        }
    }
    sum
}

/// A variable of the caller's, as a program that fetches sees it: whatever the case of its name.
pub(crate) fn setting(name: &str) -> Option<String> {
    let seen = scrubbed(std::env::vars_os());
    let found = seen.into_iter().find(|(known, _)| known.to_str().is_some_and(|known| known.eq_ignore_ascii_case(name)));
    found.and_then(|(_, value)| value.into_string().ok()).filter(|value| !value.is_empty())
}

/// Makes a directory that the sandboxed user may write.
pub(crate) fn hand_over(directory: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    if Support::get().is_nobody() {
        std::os::unix::fs::chown(directory, Some(super::NOBODY), Some(super::NOBODY))?;
    }
    Ok(())
}
