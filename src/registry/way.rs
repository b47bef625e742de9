//! The ways to reach a server: what an index says, kept as data until it is used.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One way to reach a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Way {
    /// A URL to speak HTTP with.
    Remote(Remote),
    /// A package to fetch and start.
    Package(Box<Package>),
}

/// A remote server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    /// The endpoint; may hold `{variables}`.
    pub url: String,
    /// Whether it is the legacy HTTP+SSE transport.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sse: bool,
    /// Headers it wants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Input>,
    /// What `{variables}` of the URL stand for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Input>,
}

/// A package of a package registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Of which package registry.
    pub registry: PackageKind,
    /// Its name there: that of a Node or Python package, an image with its tag, a URL.
    pub name: String,
    /// The version, where the name does not hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What the file must hash to, in hexadecimal SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The transport the started server speaks: `stdio`, else it listens on a port of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Arguments for whatever starts it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runtime_arguments: Vec<Argument>,
    /// Arguments for the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Argument>,
    /// Variables it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<Input>,
}

/// A kind of package registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum PackageKind {
    /// Node packages.
    Npm,
    /// Python packages.
    Pypi,
    /// Container images.
    Oci,
    /// Another one, by its word in the index.
    Other(String),
    /// The index does not say.
    #[default]
    Unknown,
}

impl From<String> for PackageKind {
    fn from(word: String) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "npm" => Self::Npm,
            "pypi" => Self::Pypi,
            "oci" | "docker" => Self::Oci,
            "" | "unknown" => Self::Unknown,
            _ => Self::Other(word.chars().take(40).collect()),
        }
    }
}

impl From<PackageKind> for String {
    fn from(kind: PackageKind) -> Self {
        kind.to_string()
    }
}

impl fmt::Display for PackageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Npm => "npm",
            Self::Pypi => "pypi",
            Self::Oci => "oci",
            Self::Other(word) => word,
            Self::Unknown => "unknown",
        })
    }
}

/// A value that someone has to give: a variable, a header, a part of a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its name; empty for a positional argument without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The value that is fixed; may hold `{variables}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The value where nobody gives another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The values there are to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether the server needs it; `None` where the index has no word for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// Whether it is a credential.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// `string`, `number`, `boolean`, `filepath`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// What `{variables}` of the value stand for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Self>,
}

/// An argument of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// The flag with its dashes; `None` for a positional one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// Its value.
    #[serde(flatten)]
    pub input: Input,
}
