//! One entry of a client's config: a command to start, or a URL.

use super::variables::{Filler, Lookup, Unset};
use super::{CommandTarget, Target, UrlTarget};
use crate::clients::Reference;
use crate::redact::Secrets;
use serde_json::Value;
use std::path::{Path, PathBuf};

const URL_KEYS: [&str; 4] = ["url", "serverUrl", "httpUrl", "uri"];
const COMMAND_KEYS: [&str; 2] = ["command", "cmd"];

/// Where an entry stands, and what it can refer to.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// The config, as it is shown.
    pub(crate) label: &'a str,
    /// The ways to refer that its client knows; all that cannot be meant otherwise where absent.
    pub(crate) references: Option<&'a [Reference]>,
    /// Looks a variable up.
    pub(crate) lookup: Lookup<'a>,
    /// The folder that its client has open.
    pub(crate) folder: Option<&'a Path>,
    /// Where the config lies.
    pub(crate) base: Option<&'a Path>,
}

/// What an entry comes to.
pub(crate) enum Entry {
    Target(Box<Target>),
    /// The user has switched it off.
    Disabled,
    /// It names no server that can be started or reached, and need not: why.
    NoServer(&'static str),
}

/// Why an entry comes to nothing.
pub(crate) enum Bad {
    Unset(Unset),
    /// What it should look like.
    Shape(String),
}

impl From<Unset> for Bad {
    fn from(unset: Unset) -> Self {
        Self::Unset(unset)
    }
}

/// The keys by which an entry is known.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    URL_KEYS.into_iter().chain(COMMAND_KEYS)
}

/// Whether the user has switched an entry off.
fn is_disabled(entry: &Value) -> bool {
    entry["disabled"] == Value::Bool(true) || entry["enabled"] == Value::Bool(false)
}

/// Why an entry without a program and a URL is right all the same.
fn no_server(entry: &Value) -> Option<&'static str> {
    let is_any = |key: &str, words: &[&str]| entry[key].as_str().is_some_and(|word| words.contains(&word));
    if is_any("type", &["builtin", "platform", "frontend", "inline_python"]) {
        return Some("it is built into the client and no server");
    }
    let is_extension = is_any("source", &["extension"]) || entry["settings"].is_object();
    is_extension.then_some("it is started by an extension of the client, which alone knows how")
}

pub(crate) fn read(setting: &Setting<'_>, name: &str, entry: &Value) -> Result<Entry, Bad> {
    if is_disabled(entry) {
        return Ok(Entry::Disabled);
    }
    let Setting { references, lookup, folder, base, .. } = *setting;
    let mut reader = Reader { entry, filler: Filler { references, lookup, folder, base }, secrets: Secrets::default() };
    let url = URL_KEYS.iter().find_map(|key| entry[*key].as_str()).filter(|url| !url.is_empty());
    if url.is_none()
        && COMMAND_KEYS.iter().all(|key| entry[*key].is_null())
        && let Some(why) = no_server(entry)
    {
        return Ok(Entry::NoServer(why));
    }
    let target = match url {
        Some(url) => Target::Url(reader.url(setting.label, name, url)?),
        None => Target::Command(reader.command(setting.label, name)?),
    };
    Ok(Entry::Target(Box::new(target)))
}

struct Reader<'a> {
    entry: &'a Value,
    filler: Filler<'a>,
    secrets: Secrets,
}

impl Reader<'_> {
    fn url(&mut self, path: &str, name: &str, url: &str) -> Result<UrlTarget, Bad> {
        let url = self.fill(url)?;
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Bad::Shape("its URL is not http:// or https://: correct it".to_owned()));
        }
        let mut headers = self.pairs(&["headers", "http_headers"])?;
        // Continue keeps them one level deeper.
        if let Some(nested) = self.entry["requestOptions"]["headers"].as_object() {
            for (name, value) in nested {
                headers.push((name.clone(), self.fill(&scalar(value).unwrap_or_default())?));
            }
        }
        // Codex names the variable that holds the token.
        if let Some(variable) = self.entry["bearer_token_env_var"].as_str() {
            let token = (self.filler.lookup)(variable).ok_or_else(|| Unset(variable.to_owned()))?;
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        headers.extend(
            self.named(
                self.entry["env_http_headers"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter_map(|(name, variable)| Some((name.as_str(), variable.as_str()?))),
            ),
        );
        let kind = ["type", "transport"].iter().find_map(|key| self.entry[*key].as_str());
        let sse = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("sse"));
        Ok(UrlTarget {
            name: Some(name.to_owned()),
            config: Some(path.to_owned()),
            url,
            headers,
            sse,
            public_only: false,
            secrets: std::mem::take(&mut self.secrets),
        })
    }

    fn command(&mut self, path: &str, name: &str) -> Result<CommandTarget, Bad> {
        let entry = self.entry;
        let command = COMMAND_KEYS.iter().map(|key| &entry[*key]).find(|value| !value.is_null()).unwrap_or(&Value::Null);
        let mut words: Vec<&str> = match command {
            Value::String(program) => vec![program],
            Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
            // Zed's old form: `{"path": …, "args": […], "env": {…}}`.
            Value::Object(form) => {
                let args = form.get("args").and_then(Value::as_array).into_iter().flatten();
                form.get("path").and_then(Value::as_str).into_iter().chain(args.filter_map(Value::as_str)).collect()
            }
            _ => Vec::new(),
        };
        let args = entry["args"].as_array().into_iter().flatten();
        let args: Vec<String> = args.filter_map(scalar).collect();
        words.extend(args.iter().map(String::as_str));
        let words = words.into_iter().map(|word| self.fill(word)).collect::<Result<Vec<_>, _>>()?;
        let Some((program, args)) = words.split_first().filter(|(program, _)| !program.is_empty()) else {
            return Err(Bad::Shape("it has neither a `command` nor a `url`: give it one of them".to_owned()));
        };
        // What an entry says itself comes last, and wins.
        let mut env = self.env_file()?;
        let names = ["env_vars", "env_keys"].iter().filter_map(|key| entry[*key].as_array()).flatten().filter_map(Value::as_str);
        env.extend(self.named(names.map(|name| (name, name))));
        env.extend(self.pairs(&["env", "envs", "environment"])?);
        if let Some(form) = command.get("env").and_then(Value::as_object) {
            for (key, value) in form {
                env.push((key.clone(), self.fill(&scalar(value).unwrap_or_default())?));
            }
        }
        let cwd = self.entry["cwd"].as_str().map(|cwd| self.fill(cwd)).transpose()?;
        Ok(CommandTarget {
            name: Some(name.to_owned()),
            config: Some(path.to_owned()),
            command: program.clone(),
            args: args.to_vec(),
            env: env.into_iter().collect(),
            cwd: cwd.map(PathBuf::from),
            secrets: std::mem::take(&mut self.secrets),
            ..CommandTarget::default()
        })
    }

    /// The names and values of the first of these keys that is there.
    fn pairs(&mut self, keys: &[&str]) -> Result<Vec<(String, String)>, Bad> {
        let found = keys.iter().find_map(|key| self.entry[*key].as_object());
        let mut pairs = Vec::new();
        for (name, value) in found.into_iter().flatten() {
            if let Some(value) = scalar(value) {
                pairs.push((name.clone(), self.fill(&value)?));
            }
        }
        Ok(pairs)
    }

    /// Names with the values of variables, those that are set.
    fn named<'n>(&self, names: impl Iterator<Item = (&'n str, &'n str)>) -> Vec<(String, String)> {
        names.filter_map(|(name, variable)| Some((name.to_owned(), (self.filler.lookup)(variable)?))).collect()
    }

    /// The variables of the file that `envFile` names.
    fn env_file(&mut self) -> Result<Vec<(String, String)>, Bad> {
        let Some(file) = self.entry["envFile"].as_str() else { return Ok(Vec::new()) };
        let file = self.fill(file)?;
        let text = self
            .filler
            .read(&file)
            .ok_or_else(|| Bad::Shape(format!("its `envFile` cannot be read (`{file}`): check the path")))?;
        Ok(text.lines().filter_map(assignment).collect())
    }

    fn fill(&mut self, text: &str) -> Result<String, Unset> {
        self.filler.fill(text, &mut self.secrets)
    }
}

/// `KEY=value`, `export KEY="value"`; no comment, no empty line.
fn assignment(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    (!name.is_empty() && !name.starts_with('#')).then(|| (name.to_owned(), quoted.unwrap_or(value).to_owned()))
}

/// People write `"PORT": 8080` and `"DEBUG": true`.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
