//! What this machine can do for a crawl, and why not.

use super::container::engine;
use super::{Layer, Support, find, find_inside, said};
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
    let support = Support::get();
    vec![
        Finding { name: "sandbox", state: sandbox(support), purpose: "keeps started servers from this machine" },
        Finding { name: "landlock", state: landlock(support), purpose: "a second layer inside the sandbox" },
        Finding { name: "gate", state: gate(support), purpose: "lets what fetches packages reach their registry only" },
        Finding { name: "node", state: version("node", "--version"), purpose: "runs npm packages" },
        Finding { name: "npm", state: version("npm", "--version"), purpose: "fetches npm packages" },
        Finding { name: "python", state: python(), purpose: "fetches and runs PyPI packages" },
        Finding {
            name: "containers",
            state: engine().map(str::to_owned).map_err(str::to_owned),
            purpose: "run OCI images, and packages where there is no bubblewrap",
        },
    ]
}

fn sandbox(support: &Support) -> Result<String, String> {
    let user = if support.is_nobody() { ", as nobody" } else { "" };
    match (&support.bubblewrap, support.can(Layer::Best)) {
        (Ok((_, version)), _) => Ok(format!("bubblewrap {version}{user}")),
        (Err(why), Ok(())) => Ok(format!("Landlock alone, which is weaker{user}: {why}")),
        (Err(why), Err(_)) => Err(why.clone()),
    }
}

fn landlock(support: &Support) -> Result<String, String> {
    let version = support.landlock.clone()?;
    support.programs.own.clone().map(|_| format!("version {version}"))
}

fn gate(support: &Support) -> Result<String, String> {
    support.programs.own.clone().map(|_| "by a proxy of its own".to_owned())
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
