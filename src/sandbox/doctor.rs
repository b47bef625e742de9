//! What this machine can do for a crawl, and why not.

use super::{Support, find, find_inside, said};
use std::process::Command;

/// One thing that a crawl can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub name: &'static str,
    /// Which one is there, or why none is.
    pub state: Result<String, String>,
    /// What it is for.
    pub purpose: &'static str,
}

/// Looks at everything.
#[must_use]
pub fn examine() -> Vec<Finding> {
    vec![
        Finding {
            name: "sandbox",
            state: Support::get().map_err(str::to_owned).map(|support| {
                let user = if support.is_nobody() { ", as nobody" } else { "" };
                format!("bubblewrap {}{user}", support.version())
            }),
            purpose: "keeps started servers from this machine",
        },
        Finding { name: "node", state: version("node", "--version"), purpose: "runs npm packages" },
        Finding { name: "npm", state: version("npm", "--version"), purpose: "fetches npm packages" },
        Finding { name: "python", state: python(), purpose: "fetches and runs PyPI packages" },
        Finding { name: "containers", state: containers(), purpose: "runs OCI images" },
    ]
}

fn version(program: &str, flag: &str) -> Result<String, String> {
    let file = find_inside(program).ok_or_else(|| match find(program) {
        Some(file) => format!("`{}` lies where the sandbox cannot see it: install one below /usr", file.display()),
        None => format!("`{program}` is not installed"),
    })?;
    let said = said(Command::new(&file).arg(flag))?;
    Ok(format!("{} ({})", said.trim(), file.display()))
}

fn python() -> Result<String, String> {
    let found = version("python3", "--version")?;
    let file = find_inside("python3").unwrap_or_default();
    match said(Command::new(file).args(["-c", "import ensurepip, venv"])) {
        Ok(_) => Ok(found),
        Err(_) => Err(format!("{found} has no `venv` with pip: install the package `python3-venv`")),
    }
}

/// The program that runs containers, if one answers.
pub(crate) fn containers() -> Result<String, String> {
    let mut why = "neither `podman` nor `docker` is installed".to_owned();
    for program in ["podman", "docker"] {
        if find(program).is_none() {
            continue;
        }
        match said(Command::new(program).args(["info", "--format", "{{.OperatingSystem}}"])) {
            Ok(_) => return Ok(program.to_owned()),
            Err(said) => {
                why =
                    format!("`{program}` is installed and does not answer ({})", said.lines().next().unwrap_or_default().trim());
            }
        }
    }
    Err(why)
}
