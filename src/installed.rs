//! What is installed on a machine: the configs of every known client, and the servers in them, each different one once.

mod choice;
mod find;
mod plugins;

pub use choice::Choice;
pub use find::find;

use crate::clients::{Client, Scope};
use crate::failure::Failure;
use crate::listing::Source;
use crate::target::{self, Target};
use std::collections::HashSet;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest config read, in bytes: Claude Code keeps its history in the same file.
const MAX_CONFIG: u64 = 64 << 20;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Installed {
    /// The configs, by client.
    pub configs: Vec<Config>,
    /// The servers to visit, each once, however many configs name it.
    pub targets: Vec<Target>,
}

/// A config of one client.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whose it is.
    pub client: &'static Client,
    /// Whose servers it holds.
    pub scope: Scope,
    /// Where it is, as it is shown.
    pub path: String,
    /// The folder its servers are for, as it is shown, where they are not for all.
    pub folder: Option<String>,
    /// Its servers.
    pub servers: Vec<Server>,
    /// Why it could not be read.
    pub failure: Option<Failure>,
}

/// A server as a config names it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its name there.
    pub name: String,
    /// What became of it.
    pub state: State,
    /// Where it is, secrets masked, where that is known.
    pub source: Option<Source>,
    /// What the client does with its tools.
    pub choice: Choice,
}

/// What becomes of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is visited: the index of its target.
    Ready(usize),
    /// The user has switched it off.
    Disabled,
    /// It is not visited: why.
    Skipped(String),
    /// It cannot be visited.
    Failed(Failure),
}

impl State {
    /// The state's name, as in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready(_) => "ready",
            Self::Disabled => "disabled",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }

    /// Why it is not visited, where the name does not say it.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Ready(_) | Self::Disabled => None,
            Self::Skipped(why) => Some(why),
            Self::Failed(failure) => Some(&failure.message),
        }
    }
}

impl Installed {
    /// Every server of every config.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.configs.iter().flat_map(|config| &config.servers)
    }

    /// Whether a server is the first one that names its target.
    #[must_use]
    pub fn is_first(&self, server: &Server) -> bool {
        let first = self.servers().find(|other| matches!(other.state, State::Ready(_)) && other.state == server.state);
        first.is_some_and(|first| std::ptr::eq(first, server))
    }

    /// What could not be read, each once: configs and entries.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        let entries = self.configs.iter().flat_map(|config| {
            let entries = config.servers.iter().filter_map(|server| match &server.state {
                State::Failed(failure) => Some(failure),
                _ => None,
            });
            config.failure.iter().chain(entries)
        });
        let mut seen = HashSet::new();
        entries.filter(|failure| seen.insert((&failure.target, &failure.message))).cloned().collect()
    }
}

/// The text of a config; `None` where there is no such file.
fn read(path: &Path, label: &str) -> Result<Option<String>, Failure> {
    let unreadable = |error: io::Error| {
        target::failure(label, "unreadable", format!("`{label}` cannot be read ({error}): check what it is and its permissions"))
    };
    let about = match path.metadata() {
        Ok(about) => about,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    // A folder has no text, and a pipe would keep us waiting.
    if !about.is_file() {
        return Err(target::failure(
            label,
            "not-a-file",
            format!("`{label}` is no file: remove it, or put the config in its place"),
        ));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).and_then(|file| file.take(MAX_CONFIG + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_CONFIG {
        let message = format!("`{label}` is larger than {} MiB: no client reads such a config", MAX_CONFIG >> 20);
        return Err(target::failure(label, "too-large", message));
    }
    target::text(label, bytes).map(Some)
}
