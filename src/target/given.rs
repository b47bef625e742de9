//! What `--env` and `--header` give: checked when they are typed, handed to the servers that were typed.

use super::{Resolved, Target};
use std::str::FromStr;

/// `--env K=V`, or `--env K` for the caller's own value.
#[derive(Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The value, never shown.
    pub value: String,
}

/// `--header 'K: V'`
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// The name.
    pub name: String,
    /// The value, never shown.
    pub value: String,
}

impl FromStr for Variable {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, std::env::var(text).ok()),
        };
        if name.is_empty() {
            return Err("expected `K=V`, or `K` to pass the caller's value on".to_owned());
        }
        let value = value.ok_or_else(|| format!("`{name}` is not set here: set it, or give its value with `{name}=…`"))?;
        Ok(Self { name: name.to_owned(), value })
    }
}

impl FromStr for Header {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or("expected `Name: value`, with a colon")?;
        let (name, value) = (name.trim(), value.trim());
        // RFC 9110, 5.1 and 5.5: a name is a token, a value has no control characters.
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(format!("`{name}` is no header name"));
        }
        if value.chars().any(char::is_control) {
            return Err(format!("the value of `{name}` holds a control character"));
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

/// Secrets must not end in a debug print.
macro_rules! shows_only_name {
    ($given:ty) => {
        impl std::fmt::Debug for $given {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}=…", self.name)
            }
        }
    };
}
shows_only_name!(Variable);
shows_only_name!(Header);

/// Hands variables to started servers and headers to URLs: to those that were typed, and only where none was typed to the
/// entries of configs, so that one server's token does not reach the others.
pub(super) fn hand_out(variables: &[Variable], headers: &[Header], resolved: &mut Resolved) {
    let typed_command = resolved.targets.iter().any(|target| match target {
        Target::Command(target) => target.config.is_none(),
        Target::Package(target) => target.config.is_none(),
        _ => false,
    });
    let typed_url = resolved.targets.iter().any(|target| matches!(target, Target::Url(target) if target.config.is_none()));
    for target in &mut resolved.targets {
        match target {
            Target::Command(target) if !typed_command || target.config.is_none() => {
                target.env.extend(variables.iter().map(|variable| (variable.name.clone(), variable.value.clone())));
            }
            Target::Package(target) if !typed_command || target.config.is_none() => {
                target.env.extend(variables.iter().map(|variable| (variable.name.clone(), variable.value.clone())));
            }
            Target::Url(target) if !typed_url || target.config.is_none() => {
                for header in headers {
                    target.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&header.name));
                    target.headers.push((header.name.clone(), header.value.clone()));
                }
            }
            _ => {}
        }
    }
}
