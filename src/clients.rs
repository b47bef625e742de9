//! MCP clients: where each keeps its servers and how it writes them, as data in `data/clients/`, one file a client, embedded.

mod machine;
mod places;

pub use machine::{Machine, System};
pub use places::{Place, places};

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::LazyLock;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/clients");

static CLIENTS: LazyLock<Vec<Client>> = LazyLock::new(|| {
    let mut clients: Vec<Client> = FILES
        .files()
        .map(|file| {
            let id = file.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
            // The files are part of the program, and a test reads them all.
            let client: Client = toml::from_str(file.contents_utf8().unwrap_or_default())
                .unwrap_or_else(|reason| panic!("data/clients/{id}.toml: {reason}"));
            Client { id, ..client }
        })
        .collect();
    clients.sort_by_key(|client| client.name.to_lowercase());
    clients
});

/// A program that connects a model to MCP servers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The stem of its file.
    #[serde(skip)]
    pub id: String,
    /// Its usual name.
    pub name: String,
    /// Where its configuration is documented.
    pub source: String,
    /// How its configs refer to what stands elsewhere; everything else in them is literal.
    #[serde(default)]
    pub references: Vec<Reference>,
    /// What is particular about it.
    #[serde(default)]
    pub note: Option<String>,
    /// Its configs.
    #[serde(rename = "config")]
    pub configs: Vec<ConfigFile>,
}

/// Files of a client that hold servers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// Whose servers they are.
    pub scope: Scope,
    /// The one system they are on; all where absent.
    #[serde(default)]
    pub system: Option<System>,
    /// Where they are: `~` is the home, `{app}` the folder in which programs keep a user's data, `${VAR}` and `${VAR:-default}` a
    /// variable, `*` any part of a name. Of a project: relative to its folder.
    pub paths: Vec<String>,
    /// Under which keys the servers stand: `/` leads inward, `*` is every key, `.` the document itself.
    pub servers: Vec<String>,
}

/// Whose servers a config holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The user's, everywhere.
    User,
    /// The user's, in one folder.
    Local,
    /// Those of a folder, for whoever works in it: a repository can bring them.
    Project,
    /// Those of a plugin that the user has installed.
    Plugin,
    /// Those of whoever administers the machine.
    Managed,
}

impl Scope {
    /// The scope's name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Local => "local",
            Self::Project => "project",
            Self::Plugin => "plugin",
            Self::Managed => "managed",
        }
    }
}

/// A way to refer to what stands elsewhere, spelled as in a config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Reference {
    /// A variable.
    #[serde(rename = "${VAR}")]
    Variable,
    /// A variable, or what stands in for it when it is unset or empty.
    #[serde(rename = "${VAR:-default}")]
    Default,
    /// A variable.
    #[serde(rename = "${env:VAR}")]
    Env,
    /// A variable.
    #[serde(rename = "$VAR")]
    Dollar,
    /// A variable.
    #[serde(rename = "{env:VAR}")]
    BareEnv,
    /// What a file holds.
    #[serde(rename = "{file:PATH}")]
    BareFile,
    /// A variable, kept by the client as a secret.
    #[serde(rename = "${{ secrets.VAR }}")]
    Secret,
    /// What the client asks a person for.
    #[serde(rename = "${input:ID}")]
    Input,
    /// The folder that is open.
    #[serde(rename = "${workspaceFolder}")]
    Folder,
    /// The user's home.
    #[serde(rename = "${userHome}")]
    Home,
    /// What separates the names of a path.
    #[serde(rename = "${/}")]
    Separator,
}

/// All known clients, by name.
#[must_use]
pub fn clients() -> &'static [Client] {
    &CLIENTS
}

/// The client that keeps servers in a file of this path, and how; `None` where it is no known one's, or that of several.
#[must_use]
pub fn of_path(path: &Path) -> Option<(&'static Client, &'static ConfigFile)> {
    let mut found: Vec<(usize, &Client, &ConfigFile)> = Vec::new();
    for client in clients() {
        for config in &client.configs {
            let lengths = config.paths.iter().filter_map(|template| tail_length(path, template));
            found.extend(lengths.max().map(|length| (length, client, config)));
        }
    }
    let longest = found.iter().map(|(length, ..)| *length).max()?;
    let mut best = found.into_iter().filter(|(length, ..)| *length == longest).map(|(_, client, config)| (client, config));
    best.next().filter(|(client, _)| best.all(|(other, _)| other.id == client.id))
}

/// How many names of a template a path ends in, if in all that are not left to the machine.
fn tail_length(path: &Path, template: &str) -> Option<usize> {
    let usual = match template.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
        Some((variable, rest)) => format!("{}{rest}", variable.split_once(":-")?.1),
        None => template.to_owned(),
    };
    let tail = match usual.rsplit_once('*') {
        Some((_, tail)) => tail.strip_prefix('/').filter(|tail| tail.contains('/'))?,
        None => usual.trim_start_matches("{app}").trim_start_matches('~').trim_start_matches('/'),
    };
    path.ends_with(tail).then(|| tail.split('/').count())
}
