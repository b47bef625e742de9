//! Where a client's configs would be on a machine: a pure function of both.

use super::{Client, ConfigFile, Machine, System};
use std::borrow::Cow;

/// A place where a config may be.
#[derive(Clone, Debug)]
pub struct Place {
    /// What it would be.
    pub config: &'static ConfigFile,
    /// The path, or the pattern where `is_pattern`.
    pub path: String,
    /// Whether `*` stands for any part of a name, and `[x]` for `x`.
    pub is_pattern: bool,
    /// Whether it is of the Windows around this Linux: what it starts are programs of Windows.
    pub is_foreign: bool,
    /// The folder of the project it is of.
    pub folder: Option<String>,
}

/// One side of a machine: a system with a home.
struct Side<'a> {
    machine: &'a Machine,
    system: System,
    /// The home as a part of a pattern, for the Windows around WSL.
    foreign_home: Option<&'a str>,
}

/// Everywhere the client's configs would be: the user's and the machine's, then those of the project in each of `folders`.
#[must_use]
pub fn places(client: &'static Client, machine: &Machine, folders: &[String]) -> Vec<Place> {
    let own = Side { machine, system: machine.system, foreign_home: None };
    let around =
        machine.windows_homes.as_deref().map(|homes| Side { machine, system: System::Windows, foreign_home: Some(homes) });
    let mut places: Vec<Place> = Vec::new();
    for side in std::iter::once(own).chain(around) {
        for config in &client.configs {
            if config.system.is_some_and(|system| system != side.system) {
                continue;
            }
            for template in &config.paths {
                let is_relative = !template.starts_with(['~', '{', '$', '/']);
                match (is_relative, side.foreign_home) {
                    (false, _) => places.extend(side.place(config, template, None)),
                    (true, None) => {
                        places.extend(folders.iter().filter_map(|folder| side.place(config, template, Some(folder))));
                    }
                    // The folder that is open is the same one on both sides.
                    (true, Some(_)) => {}
                }
            }
        }
    }
    places
}

impl Side<'_> {
    fn place(&self, config: &'static ConfigFile, template: &str, folder: Option<&str>) -> Option<Place> {
        let is_foreign = self.foreign_home.is_some();
        let is_pattern = is_foreign || template.contains('*');
        let path = match folder {
            Some(folder) => format!("{}/{template}", self.literal(folder, is_pattern)),
            None => self.expand(template, is_pattern)?,
        };
        let path = if self.machine.system == System::Windows { path.replace('/', "\\") } else { path };
        Some(Place { config, path, is_pattern, is_foreign, folder: folder.map(str::to_owned) })
    }

    /// The template with everything filled in that this machine decides. `None` for a variable that is not set, and for a file of the
    /// whole machine that lies outside of what is seen.
    fn expand(&self, template: &str, is_pattern: bool) -> Option<String> {
        if let Some(rest) = template.strip_prefix("${") {
            let (inner, rest) = rest.split_once('}')?;
            let (name, default) = inner.split_once(":-").map_or((inner, None), |(name, default)| (name, Some(default)));
            let set = self.machine.variables.get(name).filter(|value| !value.is_empty() && self.foreign_home.is_none());
            let start = match set {
                Some(value) => self.literal(value, is_pattern).into_owned(),
                None => self.expand(default?, is_pattern)?,
            };
            return Some(format!("{}{rest}", start.trim_end_matches(['/', '\\'])));
        }
        if let Some(rest) = template.strip_prefix("{app}") {
            return self.expand(&format!("{}{rest}", self.app()), is_pattern);
        }
        if let Some(rest) = template.strip_prefix('~') {
            let home = match self.foreign_home {
                Some(home) => home.to_owned(),
                None => self.literal(&self.machine.home.to_string_lossy(), is_pattern).into_owned(),
            };
            return Some(format!("{}{rest}", home.trim_end_matches(['/', '\\'])));
        }
        match (self.foreign_home.and_then(|homes| homes.split_once("/c/")), template.split_once(":/")) {
            // `C:/Program Files`, seen from WSL.
            (Some((drives, _)), Some((drive, rest))) => Some(format!("{drives}/{}/{rest}", drive.to_lowercase())),
            _ => Some(template.to_owned()),
        }
    }

    /// Where programs keep the data of a user.
    fn app(&self) -> &'static str {
        match self.system {
            System::Linux => "${XDG_CONFIG_HOME:-~/.config}",
            System::Macos => "~/Library/Application Support",
            System::Windows => "${APPDATA:-~/AppData/Roaming}",
        }
    }

    /// Text in which no character stands for others.
    fn literal<'t>(&self, text: &'t str, is_pattern: bool) -> Cow<'t, str> {
        if is_pattern { glob::Pattern::escape(text).into() } else { text.into() }
    }
}
