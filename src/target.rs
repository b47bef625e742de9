//! Targets: what a user names on the command line, resolved to servers to visit or lists to read.

use std::collections::BTreeMap;

/// One server to visit, or one recorded list to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Start a process and speak MCP over its standard input and output.
    Command(CommandTarget),
    /// Speak MCP over HTTP.
    Url(UrlTarget),
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
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables added to its scrubbed environment.
    pub env: BTreeMap<String, String>,
    /// Its working directory.
    pub cwd: Option<std::path::PathBuf>,
}

/// A server to reach over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct UrlTarget {
    /// The key of a config entry; `None` when the URL was typed.
    pub name: Option<String>,
    /// The endpoint.
    pub url: String,
    /// Headers sent with every request to the endpoint's own origin.
    pub headers: Vec<(String, String)>,
    /// Whether a config says this is the legacy HTTP+SSE transport.
    pub sse: bool,
}

/// Resolves what was typed to targets, in order, and says what could not be.
#[must_use]
pub fn resolve(args: &crate::cli::TargetArgs) -> (Vec<Target>, Vec<crate::failure::Failure>) {
    let mut targets = Vec::new();
    let mut failures = Vec::new();
    for path in &args.targets {
        match std::fs::read_to_string(path) {
            Ok(text) => targets.push(Target::Recorded { path: path.clone(), text }),
            Err(error) => failures.push(crate::failure::Failure {
                target: path.clone(),
                stage: crate::failure::Stage::Parse,
                reason: "not-found".to_owned(),
                message: error.to_string(),
            }),
        }
    }
    (targets, failures)
}
