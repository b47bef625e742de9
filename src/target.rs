//! Targets: what a user names on the command line, resolved to servers to visit or lists to read.

pub(crate) mod config;
mod document;
pub(crate) mod entry;
mod given;
mod syntax;
mod variables;

pub use given::{Header, Variable};

pub(crate) use document::{Document, read as read_document};

use crate::failure::{Failure, Stage};
use crate::listing::Source;
use crate::package;
use crate::redact::{self, Secrets};
use crate::registry::{PackageKind, lines};
use crate::sandbox::Sandbox;
use std::collections::BTreeMap;
use std::io::Read as _;

/// The largest file read, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// One server to visit, or one recorded list to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Start a process and speak MCP over its standard input and output.
    Command(CommandTarget),
    /// Speak MCP over HTTP.
    Url(UrlTarget),
    /// Fetch a package, then start it.
    Package(PackageTarget),
    /// Read a recorded `tools/list` result.
    Recorded {
        /// The path as given, `-` for standard input.
        path: String,
        /// The document.
        text: String,
    },
}

/// A server process to start. Never run through a shell.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CommandTarget {
    /// The key of a config entry; `None` when the command was typed.
    pub name: Option<String>,
    /// The config the entry stands in, as given.
    pub config: Option<String>,
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables added to its scrubbed environment.
    pub env: BTreeMap<String, String>,
    /// Its working directory.
    pub cwd: Option<std::path::PathBuf>,
    /// Values that were filled in for `${VAR}`, never shown.
    pub secrets: Secrets,
    /// The sandbox it runs in, if any.
    pub sandbox: Option<Sandbox>,
    /// What is shown as its source, where that is not the command.
    pub shown: Option<Source>,
}

/// A package to fetch and start.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PackageTarget {
    /// The name an index or a config gives the server; `None` when the package was typed.
    pub name: Option<String>,
    /// The config the entry stands in, as given.
    pub config: Option<String>,
    /// Of which package registry.
    pub registry: PackageKind,
    /// Its name there.
    pub package: String,
    /// The exact version; the latest where there is none.
    pub version: Option<String>,
    /// Arguments for the server.
    pub args: Vec<String>,
    /// Variables added to its scrubbed environment.
    pub env: BTreeMap<String, String>,
    /// Values that are never shown.
    pub secrets: Secrets,
}

/// A server to reach over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct UrlTarget {
    /// The key of a config entry; `None` when the URL was typed.
    pub name: Option<String>,
    /// The config the entry stands in, as given.
    pub config: Option<String>,
    /// The endpoint.
    pub url: String,
    /// Headers sent with every request to the endpoint's own origin.
    pub headers: Vec<(String, String)>,
    /// Whether a config says this is the legacy HTTP+SSE transport.
    pub sse: bool,
    /// Whether the URL is a stranger's, so that it may lead to the public internet only.
    pub public_only: bool,
    /// Values that were filled in for `${VAR}`, never shown.
    pub secrets: Secrets,
}

/// What the user typed about servers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Typed<'a> {
    /// URLs and paths; `-` for standard input.
    pub targets: &'a [String],
    /// What stood after `--`.
    pub command: &'a [String],
    /// `--header`: sent to the URLs that were typed, or else to those of configs.
    pub headers: &'a [Header],
    /// `--env`: set for the command that was typed, or else for those of configs.
    pub env: &'a [Variable],
}

/// What the typed targets came to.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// Servers and lists, in the order they were named.
    pub targets: Vec<Target>,
    /// One failure for each name, or config entry, that came to nothing.
    pub failures: Vec<Failure>,
    /// Remarks that are no failures, such as entries that are switched off.
    pub notes: Vec<String>,
}

/// Resolves what was typed: reads the files it names, and their entries.
#[must_use]
pub fn resolve(typed: &Typed<'_>) -> Resolved {
    let mut resolved = Resolved::default();
    for name in typed.targets {
        resolve_one(name, &mut resolved);
    }
    resolve_command(typed.command, &mut resolved);
    hand_out(typed, &mut resolved);
    resolved
}

/// Adds the command that was typed, if any.
pub(crate) fn resolve_command(words: &[String], resolved: &mut Resolved) {
    if let [command, args @ ..] = words {
        let target = CommandTarget { command: command.clone(), args: args.to_vec(), ..CommandTarget::default() };
        resolved.targets.push(Target::Command(target));
    }
}

/// Hands out what `--env` and `--header` give.
pub(crate) fn hand_out(typed: &Typed<'_>, resolved: &mut Resolved) {
    given::hand_out(typed.env, typed.headers, resolved);
}

/// Adds what a document names that was already read.
pub(crate) fn resolve_text(name: &str, text: String, resolved: &mut Resolved) {
    document::resolve(name, text, resolved);
}

/// Adds what one name stands for.
pub(crate) fn resolve_one(name: &str, resolved: &mut Resolved) {
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return resolved.targets.push(Target::Url(UrlTarget { url: name.to_owned(), ..UrlTarget::default() }));
    }
    for (prefix, registry) in [("npm:", PackageKind::Npm), ("pypi:", PackageKind::Pypi)] {
        if let Some(package) = name.strip_prefix(prefix) {
            let (package, version) = lines::split(&registry, package);
            let (package, version) = (package.to_owned(), version.map(str::to_owned));
            let target = PackageTarget { registry, package, version, ..PackageTarget::default() };
            return resolved.targets.push(Target::Package(target));
        }
    }
    match read(name) {
        Ok(text) => document::resolve(name, text, resolved),
        Err(failure) => resolved.failures.push(failure),
    }
}

/// The text of a file, or of standard input.
pub(crate) fn read(path: &str) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let message = format!("no such file: `{path}` is no URL either; a command is typed after `--`");
            failure(path, "not-found", message)
        }
        _ => failure(path, "unreadable", format!("`{path}` cannot be read ({error}): check what it is and its permissions")),
    };
    let mut bytes = Vec::new();
    if path == "-" {
        std::io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    }
    if bytes.len() as u64 > MAX_FILE {
        let message = format!("`{path}` is larger than {} MiB: split it", MAX_FILE >> 20);
        return Err(failure(path, "too-large", message));
    }
    text(path, bytes)
}

/// What a file of this name holds, as text.
pub(crate) fn text(path: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        failure(path, "not-text", format!("`{path}` is no UTF-8 text (line {line}): save it in UTF-8"))
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(text) => text.to_owned(),
        None => text,
    })
}

/// What a config of this name and text says.
pub(crate) fn parse_config(path: &str, text: &str) -> Result<serde_json::Value, Failure> {
    syntax::parse(path, text, "correct it")
}

pub(crate) fn failure(target: &str, reason: &str, message: impl Into<String>) -> Failure {
    let message = redact::text(&message.into());
    Failure { target: redact::url(target), stage: Stage::Parse, reason: reason.to_owned(), message }
}

impl Target {
    /// The target as the user named it, secrets masked; for a config entry, `FILE#NAME`.
    #[must_use]
    pub fn label(&self) -> String {
        let (config, name) = match self {
            Self::Command(target) => (&target.config, &target.name),
            Self::Url(target) => (&target.config, &target.name),
            Self::Package(target) => (&target.config, &target.name),
            Self::Recorded { path, .. } => return path.clone(),
        };
        match (config, name) {
            (Some(config), Some(name)) => format!("{config}#{name}"),
            (_, Some(name)) => name.clone(),
            _ => self.source().text(),
        }
    }

    /// Everything about the target that must not be shown.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::default();
        match self {
            Self::Command(target) => {
                secrets.extend(&target.secrets);
                secrets.add_args(&target.args);
                target.env.iter().for_each(|(name, value)| secrets.add(name, value));
            }
            Self::Package(target) => {
                secrets.extend(&target.secrets);
                secrets.add_args(&target.args);
                target.env.iter().for_each(|(name, value)| secrets.add(name, value));
            }
            Self::Url(target) => {
                secrets.extend(&target.secrets);
                secrets.add_url(&target.url);
                target.headers.iter().for_each(|(name, value)| secrets.add(name, value));
            }
            Self::Recorded { .. } => {}
        }
        secrets
    }

    /// Where the server is, secrets masked, before anybody has asked it.
    #[must_use]
    pub fn source(&self) -> Source {
        let secrets = self.secrets();
        match self {
            Self::Command(CommandTarget { shown: Some(source), .. }) => source.clone(),
            Self::Command(target) => Source::Stdio {
                command: secrets.mask(&target.command),
                args: secrets.mask_args(&target.args),
                env: target.env.keys().cloned().collect(),
            },
            Self::Url(target) => {
                let transport = if target.sse { "sse" } else { "streamable-http" };
                Source::Http { url: secrets.mask(&target.url), transport: transport.to_owned() }
            }
            Self::Package(target) => package::source(target, None),
            Self::Recorded { path, .. } => Source::File { path: path.clone() },
        }
    }
}
