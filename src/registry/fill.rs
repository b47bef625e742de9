//! Turns a way into values: fixed ones, defaults, choices, and – where asked for – inert placeholders.

use super::way::{Argument, Input, PackageKind, Remote, Way};
use crate::target::{PackageTarget, Target, UrlTarget};
use std::collections::BTreeMap;

/// What stands in for a value that nobody gave.
const PLACEHOLDER: &str = "placeholder";

/// Fills inputs, and remembers what it had to make up and what was missing.
#[derive(Clone, Debug, Default)]
pub struct Filler {
    /// Whether to make values up.
    placeholders: bool,
    /// The names of those that were made up.
    pub made_up: Vec<String>,
    /// The names of required ones that have no value.
    pub missing: Vec<String>,
}

impl Filler {
    /// A filler that makes values up, or does not.
    #[must_use]
    pub fn new(placeholders: bool) -> Self {
        Self { placeholders, ..Self::default() }
    }

    /// A remote as a target, or the names of what its URL misses. A header that is missing is left to the server: it may
    /// answer without, and says so if it does not.
    ///
    /// # Errors
    /// The names of the URL's variables that have no value.
    pub fn remote(&mut self, name: &str, remote: &Remote) -> Result<UrlTarget, Vec<String>> {
        let mut missing = Vec::new();
        let url = self.template(&remote.url, &remote.variables, &mut missing);
        if !missing.is_empty() || has_variable(&url) {
            missing.extend(variables_of(&url));
            missing.sort();
            missing.dedup();
            return Err(missing);
        }
        let mut headers = Vec::new();
        for header in &remote.headers {
            if let Some(value) = self.value(header) {
                headers.push((header.name.clone(), value));
            }
        }
        Ok(UrlTarget { name: Some(name.to_owned()), url, headers, sse: remote.sse, public_only: true, ..UrlTarget::default() })
    }

    /// A way as a target, or why it cannot be tried: a reason, and its words.
    ///
    /// # Errors
    /// For a URL without all its values, and for packages that cannot be started.
    pub fn target(&mut self, name: &str, way: &Way) -> Result<Target, (&'static str, String)> {
        let package = match way {
            Way::Remote(remote) => {
                return self.remote(name, remote).map(Target::Url).map_err(|missing| {
                    let missing = missing.join(", ");
                    ("needs-values", format!("its URL has parts that somebody must choose: {missing}"))
                });
            }
            Way::Package(package) => package,
        };
        if !matches!(package.registry, PackageKind::Npm | PackageKind::Pypi | PackageKind::Oci) {
            return Err(("unsupported-package", format!("packages of the kind `{}` cannot be started", package.registry)));
        }
        if package.transport.as_deref().is_some_and(|transport| transport != "stdio") {
            let message = "the package serves HTTP on a port of its own instead of standard input and output";
            return Err(("local-http", message.to_owned()));
        }
        Ok(Target::Package(PackageTarget {
            name: Some(name.to_owned()),
            registry: package.registry.clone(),
            package: package.name.clone(),
            version: package.version.clone().filter(|version| version != "latest"),
            args: self.arguments(&package.arguments),
            env: self.environment(&package.environment),
            ..PackageTarget::default()
        }))
    }

    /// The words of arguments: `--flag=value`, `--flag`, `value`.
    pub fn arguments(&mut self, arguments: &[Argument]) -> Vec<String> {
        let mut words = Vec::new();
        for argument in arguments {
            let value = self.value(&argument.input);
            match (&argument.flag, value) {
                (Some(flag), Some(value)) => words.push(format!("{flag}={value}")),
                // A flag without any word about its value is a switch.
                (Some(flag), None) if argument.input.required != Some(false) && argument.input.format.is_none() => {
                    words.extend(flag.split_whitespace().map(str::to_owned));
                }
                (None, Some(value)) => words.push(value),
                (_, None) => {}
            }
        }
        words
    }

    /// The variables of a package's environment that have a value.
    pub fn environment(&mut self, inputs: &[Input]) -> BTreeMap<String, String> {
        inputs.iter().filter_map(|input| Some((input.name.clone(), self.value(input)?))).collect()
    }

    fn value(&mut self, input: &Input) -> Option<String> {
        let mut missing = Vec::new();
        let given = input.value.as_ref().map(|value| self.template(value, &input.variables, &mut missing));
        if let Some(value) = given.filter(|_| missing.is_empty()) {
            return Some(value);
        }
        if let Some(value) = input.default.clone().or_else(|| input.choices.first().cloned().filter(|_| is_needed(input))) {
            return Some(value);
        }
        if !is_needed(input) {
            return None;
        }
        if !self.placeholders {
            self.missing.push(input.name.clone());
            return None;
        }
        self.made_up.push(input.name.clone());
        Some(inert(input))
    }

    /// The text with its `{variables}` filled in; those nobody declared stay as they are.
    fn template(&mut self, text: &str, variables: &BTreeMap<String, Input>, missing: &mut Vec<String>) -> String {
        let mut filled = text.to_owned();
        for (name, input) in variables {
            let hole = format!("{{{name}}}");
            if !filled.contains(&hole) {
                continue;
            }
            // In a template nothing may stay open, required or not.
            let needed = Input { required: Some(true), ..input.clone() };
            match self.value(&needed) {
                Some(value) => filled = filled.replace(&hole, &value),
                None => missing.push(name.clone()),
            }
        }
        filled
    }
}

/// Whether a server most likely does not start without it: it says so, or it is a credential and does not say otherwise.
fn is_needed(input: &Input) -> bool {
    input.required.unwrap_or(input.secret || crate::redact::names_a_secret(&input.name))
}

/// A value of the right shape that opens nothing and leads nowhere.
fn inert(input: &Input) -> String {
    let name = input.name.to_ascii_uppercase();
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    let value = match input.format.as_deref() {
        Some("number") => "1",
        Some("boolean") => "false",
        Some("filepath") => "/tmp",
        _ if ends(&["URL", "URI", "ENDPOINT"]) => "https://placeholder.invalid",
        _ if ends(&["HOST", "DOMAIN"]) => "placeholder.invalid",
        _ if ends(&["EMAIL", "USER", "USERNAME"]) => "placeholder@example.invalid",
        _ if ends(&["PORT"]) => "1",
        _ if ends(&["PATH", "DIR", "DIRECTORY", "FOLDER"]) => "/tmp",
        _ => PLACEHOLDER,
    };
    value.to_owned()
}

fn has_variable(url: &str) -> bool {
    variables_of(url).next().is_some()
}

/// The names of the `{variables}` that are left in a URL.
fn variables_of(url: &str) -> impl Iterator<Item = String> {
    url.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned())
}
