//! One entry of a client's config: a command to start, or a URL.

use super::variables::{Lookup, Unset, fill};
use super::{CommandTarget, Target, UrlTarget};
use crate::redact::Secrets;
use serde_json::Value;
use std::path::PathBuf;

const URL_KEYS: [&str; 4] = ["url", "serverUrl", "httpUrl", "uri"];
const COMMAND_KEYS: [&str; 2] = ["command", "cmd"];

/// What an entry comes to.
pub(super) enum Entry {
    Target(Box<Target>),
    /// The user has switched it off.
    Disabled,
}

/// Why an entry comes to nothing.
pub(super) enum Bad {
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

pub(super) fn read(path: &str, name: &str, entry: &Value, lookup: Lookup<'_>) -> Result<Entry, Bad> {
    if entry["disabled"] == Value::Bool(true) || entry["enabled"] == Value::Bool(false) {
        return Ok(Entry::Disabled);
    }
    let reader = Reader { entry, lookup, secrets: Secrets::default() };
    let url = URL_KEYS.iter().find_map(|key| entry[*key].as_str());
    let target = match url {
        Some(url) => Target::Url(reader.url(path, name, url)?),
        None => Target::Command(reader.command(path, name)?),
    };
    Ok(Entry::Target(Box::new(target)))
}

struct Reader<'a> {
    entry: &'a Value,
    lookup: Lookup<'a>,
    secrets: Secrets,
}

impl Reader<'_> {
    fn url(mut self, path: &str, name: &str, url: &str) -> Result<UrlTarget, Bad> {
        let url = self.fill(url)?;
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Bad::Shape("its URL is not http:// or https://: correct it".to_owned()));
        }
        let mut headers = self.pairs(&["headers", "http_headers", "requestInit.headers"])?;
        // Codex names the variable that holds the token.
        if let Some(variable) = self.entry["bearer_token_env_var"].as_str() {
            let token = (self.lookup)(variable).ok_or_else(|| Unset(variable.to_owned()))?;
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        let kind = ["type", "transport"].iter().find_map(|key| self.entry[*key].as_str());
        let sse = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("sse"));
        Ok(UrlTarget { name: Some(name.to_owned()), config: Some(path.to_owned()), url, headers, sse, secrets: self.secrets })
    }

    fn command(mut self, path: &str, name: &str) -> Result<CommandTarget, Bad> {
        let command = COMMAND_KEYS.iter().map(|key| &self.entry[*key]).find(|value| !value.is_null()).unwrap_or(&Value::Null);
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
        let args = self.entry["args"].as_array().into_iter().flatten();
        let args: Vec<String> = args.filter_map(scalar).collect();
        words.extend(args.iter().map(String::as_str));
        let words = words.into_iter().map(|word| self.fill(word)).collect::<Result<Vec<_>, _>>()?;
        let Some((program, args)) = words.split_first().filter(|(program, _)| !program.is_empty()) else {
            return Err(Bad::Shape("it has neither a `command` nor a `url`: give it one of them".to_owned()));
        };
        let mut env = self.pairs(&["env", "envs", "environment"])?;
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
            secrets: self.secrets,
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

    fn fill(&mut self, text: &str) -> Result<String, Unset> {
        fill(text, self.lookup, &mut self.secrets)
    }
}

/// People write `"PORT": 8080` and `"DEBUG": true`.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
