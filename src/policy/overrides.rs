//! Overrides: what a person says of single tools, kept in a file so that a policy can be generated anew.

use super::fill::{Fill, below, on};
use super::model::{Amount, Window};
use super::pattern::Pattern;
use super::problem::Lines;
use super::suggest;
use serde::Deserialize;
use serde_json::Number;
use std::collections::BTreeMap;

/// What was said of tools by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    choices: BTreeMap<String, Choice>,
    limits: BTreeMap<String, Rate>,
    fill: Fill,
    fills: BTreeMap<String, Fill>,
}

/// What was chosen for a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It can be called; its bounds stay.
    Allow,
    /// It is shown, and every call refused.
    Deny,
    /// It is neither shown nor called.
    Hide,
}

/// So many calls in a window: `5/hour`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many calls.
    pub calls: u32,
    /// In which window.
    pub window: Window,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct File {
    allow: Vec<String>,
    deny: Vec<String>,
    hide: Vec<String>,
    limit: BTreeMap<String, String>,
    fill: Values,
    tool: BTreeMap<String, Values>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Values {
    roots: Option<Vec<String>>,
    hosts: Option<Vec<String>>,
    currencies: Option<Vec<String>>,
    amount: Option<toml::Value>,
    items: Option<u32>,
}

impl Overrides {
    /// Reads a file of overrides: TOML, its fields as `docs/policy-formats.md` lists them and no others.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and column where it is about the form, with the tool where it is about the sense.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| {
            let place = Lines::of(text).place(error.span().map_or(0, |span| span.start));
            format!("{place}: {}", error.message())
        })?;
        let mut overrides = Self::default();
        for (choice, names) in [(Choice::Allow, &file.allow), (Choice::Deny, &file.deny), (Choice::Hide, &file.hide)] {
            overrides.choose(choice, names)?;
        }
        for (name, rate) in &file.limit {
            overrides.limit(name, rate.parse().map_err(|error| format!("limit of `{name}`: {error}"))?)?;
        }
        overrides.fill = file.fill.check().map_err(|error| format!("[fill]: {error}"))?;
        for (name, values) in &file.tool {
            let fill = values.check().map_err(|error| format!("[tool.{name}]: {error}"))?;
            overrides.fills.insert(known(name)?.to_owned(), fill);
        }
        Ok(overrides)
    }

    /// Chooses for tools.
    ///
    /// # Errors
    /// When one of them has no name or was chosen for already.
    pub fn choose(&mut self, choice: Choice, names: &[String]) -> Result<(), String> {
        for name in names {
            match self.choices.insert(known(name)?.to_owned(), choice) {
                Some(other) if other != choice => {
                    return Err(format!("`{name}` stands under `{}` and under `{}`: keep one", other.name(), choice.name()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Limits a tool.
    ///
    /// # Errors
    /// When it has no name or is limited already.
    pub fn limit(&mut self, name: &str, rate: Rate) -> Result<(), String> {
        match self.limits.insert(known(name)?.to_owned(), rate) {
            Some(other) if other != rate => Err(format!("`{name}` has two limits: keep one")),
            _ => Ok(()),
        }
    }

    /// These overrides, and in their place what is said later.
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        self.choices.extend(later.choices);
        self.limits.extend(later.limits);
        self.fills.extend(later.fills);
        self.fill = later.fill.or(&self.fill);
        self
    }

    /// What was chosen for a tool.
    #[must_use]
    pub fn choice(&self, tool: &str) -> Option<Choice> {
        self.choices.get(tool).copied()
    }

    /// The limit that was set for a tool.
    #[must_use]
    pub fn rate(&self, tool: &str) -> Option<Rate> {
        self.limits.get(tool).copied()
    }

    /// The values for a tool: its own, then those for all.
    #[must_use]
    pub fn fill(&self, tool: &str) -> Fill {
        self.fills.get(tool).map_or_else(|| self.fill.clone(), |own| own.or(&self.fill))
    }

    /// What is said of tools that no server lists, and of limits that come to nothing.
    #[must_use]
    pub fn idle(&self, tools: &[&str], refused: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut names: Vec<&String> = self.choices.keys().chain(self.limits.keys()).chain(self.fills.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let unknown = names.into_iter().filter(|name| !tools.contains(&name.as_str())).map(|name| {
            let hint = suggest::nearest(name, tools.iter().copied()).map(|near| format!(": did you mean `{near}`?"));
            format!("no server lists a tool `{name}`{}", hint.unwrap_or_default())
        });
        let idle = self.limits.keys().filter(|name| tools.contains(&name.as_str()) && refused(name));
        let idle = idle.map(|name| format!("the limit of `{name}` has no effect while the tool is refused: allow it, too"));
        unknown.chain(idle).collect()
    }
}

impl Values {
    fn check(&self) -> Result<Fill, String> {
        let not_empty = |list: &Option<Vec<String>>, name: &str| match list {
            Some(list) if list.is_empty() || list.iter().any(String::is_empty) => Err(format!("`{name}` has nothing in it")),
            _ => Ok(()),
        };
        not_empty(&self.roots, "roots")?;
        not_empty(&self.hosts, "hosts")?;
        not_empty(&self.currencies, "currencies")?;
        if let Some(root) = self.roots.iter().flatten().find(|root| !is_absolute(root)) {
            return Err(format!("`{root}` is no root: write an absolute path without `..`"));
        }
        if let Some(host) = self.hosts.iter().flatten().find(|host| !is_host(host)) {
            return Err(format!("`{host}` is no host: write `api.example.com`, with `:8443` or `http://` where it is needed"));
        }
        self.roots.as_deref().map_or(Ok(()), |roots| compiles(&below(roots)))?;
        self.hosts.as_deref().map_or(Ok(()), |hosts| compiles(&on(hosts)))?;
        if self.items == Some(0) {
            return Err("`items` is 0, so no call would do: deny the tool instead".to_owned());
        }
        Ok(Fill {
            roots: self.roots.clone(),
            hosts: self.hosts.clone(),
            currencies: self.currencies.clone(),
            amount: self.amount.as_ref().map(amount).transpose()?,
            items: self.items.and_then(|items| usize::try_from(items).ok()),
        })
    }
}

fn compiles(pattern: &Pattern) -> Result<(), String> {
    Pattern::parse(pattern.text()).map(drop)
}

/// An exact amount: a whole number, or a text such as "99.90". A TOML float has been rounded when we see it.
fn amount(value: &toml::Value) -> Result<Number, String> {
    let literal = match value {
        toml::Value::Integer(whole) => whole.to_string(),
        toml::Value::String(text) => text.clone(),
        _ => return Err("`amount` must be a whole number, or a text such as \"99.90\"".to_owned()),
    };
    let number = serde_json::from_str::<Number>(&literal).map_err(|_| format!("`amount` cannot be `{literal}`"))?;
    Amount::new(number.clone()).map_err(|error| format!("`amount` cannot be `{literal}`: {error}"))?;
    Ok(number)
}

fn is_absolute(root: &str) -> bool {
    let drive = root.as_bytes();
    let on_drive = drive.len() > 2 && drive[0].is_ascii_alphabetic() && drive[1] == b':' && matches!(drive[2], b'/' | b'\\');
    (root.starts_with('/') || on_drive) && !root.contains("..")
}

fn is_host(host: &str) -> bool {
    let (scheme, place) = host.split_once("://").unwrap_or(("https", host));
    let (name, port) = place.split_once(':').unwrap_or((place, "443"));
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-');
    matches!(scheme, "http" | "https") && !name.is_empty() && name.chars().all(plain) && port.parse::<u16>().is_ok()
}

fn known(name: &str) -> Result<&str, String> {
    if name.is_empty() { Err("a tool has an empty name: no tool has one".to_owned()) } else { Ok(name) }
}

impl Choice {
    /// The word for it, in the file and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Hide => "hide",
        }
    }
}

impl std::str::FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no limit: write a number and a window, such as `5/hour` (minute, hour or day)");
        let (calls, window) = text.split_once('/').ok_or_else(wrong)?;
        let window = Window::ALL.into_iter().find(|known| known.name() == window).ok_or_else(wrong)?;
        match calls.parse() {
            Ok(0) => Err("a limit of 0 is a refusal: deny the tool instead".to_owned()),
            Ok(calls) => Ok(Self { calls, window }),
            Err(_) => Err(wrong()),
        }
    }
}
