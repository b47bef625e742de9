//! The machine whose clients are looked for, as data: tests make others than the one they run on.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The kind of system, as far as it decides where clients keep their files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Linux and other Unix-like systems.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

/// What decides where clients keep their files.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The kind of system.
    pub system: System,
    /// Where the homes of Windows are seen, when this is Linux inside of Windows (WSL): a pattern such as `/mnt/c/Users/*`.
    pub windows_homes: Option<String>,
    /// The user's home.
    pub home: PathBuf,
    /// The folder whose project files are looked at.
    pub folder: PathBuf,
    /// The environment.
    pub variables: BTreeMap<String, String>,
}

impl Machine {
    /// This machine, its user and the current folder. `None` when the user has no home.
    #[must_use]
    pub fn here() -> Option<Self> {
        let system = match std::env::consts::OS {
            "macos" | "ios" => System::Macos,
            "windows" => System::Windows,
            _ => System::Linux,
        };
        // The kernel of WSL says whose it is.
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let is_wsl = system == System::Linux && kernel.to_ascii_lowercase().contains("microsoft");
        let text =
            |(name, value): (std::ffi::OsString, std::ffi::OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Some(Self {
            system,
            windows_homes: is_wsl.then(|| "/mnt/c/Users/*".to_owned()),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty())?,
            folder: std::env::current_dir().unwrap_or_default(),
            variables: std::env::vars_os().filter_map(text).collect(),
        })
    }

    /// A path as people write it: `~` for the home.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
            Ok(rest) => format!("~{}{}", std::path::MAIN_SEPARATOR, rest.display()),
            Err(_) => path.display().to_string(),
        }
    }
}
