//! A listing: what one server answered, before anything is graded.

use crate::circumstances::Circumstances;
use crate::failure::Failure;
use crate::tool::Definitions;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Everything learned from one server in one visit.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The server itself.
    pub server: Server,
    /// The tools, in the server's order.
    pub tools: Definitions,
}

/// A server: who it says it is, where it was found, and how it was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Server {
    /// The name the slug is made from: the config's key, the package, `serverInfo.name`, the file's stem.
    pub name: String,
    /// `serverInfo.title`, if any.
    pub title: Option<String>,
    /// `serverInfo.version`, if any.
    pub version: Option<String>,
    /// The server's `instructions`, if any.
    pub instructions: Option<String>,
    /// Where the server was found.
    pub source: Source,
    /// The negotiated protocol revision; `None` for a recorded list.
    pub protocol: Option<String>,
    /// False when the list was cut: looped, endless, too large, timed out.
    pub complete: bool,
    /// What kept it from this machine while it was read; `None` where nothing was asked for, or nothing was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation: Option<String>,
}

impl Server {
    /// A server of which only the name is known, as in JSON Lines of tools.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: None,
            version: None,
            instructions: None,
            source: Source::File { path: "-".to_owned() },
            protocol: None,
            complete: true,
            isolation: None,
        }
    }
}

/// A visit to a server that listed nothing: what is known of the server, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlisted {
    /// The config's key; `None` where only the server could have told its name.
    pub name: Option<String>,
    /// Where the server was looked for.
    pub source: Source,
    /// Why nothing was listed.
    pub failure: Failure,
    /// How the visit was made.
    pub circumstances: Circumstances,
}

/// Where a server was found. Secrets in arguments and URLs are masked before they get here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Source {
    /// A process spoken to over its standard input and output.
    Stdio {
        /// The program.
        command: String,
        /// Its arguments, secrets masked.
        args: Vec<String>,
        /// Names (never values) of the variables added to its environment.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        env: Vec<String>,
    },
    /// A URL spoken to over HTTP.
    Http {
        /// The URL, credentials masked.
        url: String,
        /// `streamable-http` or `sse`.
        transport: String,
    },
    /// A Node package, fetched and started.
    Npm(PackageSource),
    /// A Python package, fetched and started.
    Pypi(PackageSource),
    /// A container image, fetched and started.
    Oci(PackageSource),
    /// A recorded list.
    File {
        /// The path as given; `-` for standard input.
        path: String,
    },
}

/// A package that was fetched and started.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PackageSource {
    /// Its name in its registry.
    pub package: String,
    /// The exact version, once it was fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The server's arguments, secrets masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// Names (never values) of the variables added to its environment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
}

impl PackageSource {
    fn text(&self, kind: &str) -> String {
        let version = self.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
        let words = std::iter::once(format!("{kind}:{}{version}", self.package)).chain(self.args.iter().cloned());
        words.collect::<Vec<_>>().join(" ")
    }
}

impl Source {
    /// The word that `source.kind` carries in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Stdio { .. } => "stdio",
            Self::Http { .. } => "http",
            Self::Npm(_) => "npm",
            Self::Pypi(_) => "pypi",
            Self::Oci(_) => "oci",
            Self::File { .. } => "file",
        }
    }

    /// The source in one line, as a person would type it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Stdio { command, args, .. } => {
                std::iter::once(command.as_str()).chain(args.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
            }
            Self::Http { url, .. } => url.clone(),
            Self::Npm(package) | Self::Pypi(package) | Self::Oci(package) => package.text(self.kind()),
            Self::File { path } => path.clone(),
        }
    }
}

/// Gives each listing of a run its slug, unique in the run: `memory`, `memory-2`, …
#[must_use]
pub fn slugs(listings: &[Listing]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut used: HashSet<String> = HashSet::new();
    let mut slugs: Vec<String> = Vec::with_capacity(listings.len());
    for listing in listings {
        let base = crate::slug::slug(&listing.server.name);
        let mut slug = base.clone();
        while !used.insert(slug.clone()) {
            let count = counts.entry(base.clone()).or_insert(1);
            *count += 1;
            slug = format!("{base}-{count}");
        }
        slugs.push(slug);
    }
    slugs
}
