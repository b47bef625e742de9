//! Packages: fetched into a directory of their own, then run from it.
//!
//! The two stages have separate outcomes. *Fetch* has a network, runs nothing of the package – no install scripts, wheels only – and writes
//! to its directory and nowhere else. *Run* has no network and only reads. `npx -y` and `uvx` do both at once, and hang without one.

mod npm;
mod oci;
mod pypi;

use crate::circumstances::Fetched;
use crate::failure::Stage;
use crate::listing::{PackageSource, Source};
use crate::mcp::Problem;
use crate::registry::PackageKind;
use crate::sandbox::run::hand_over;
use crate::sandbox::{Sandbox, Support};
use crate::target::{CommandTarget, PackageTarget, Target};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The most that a package and what it needs may take, in bytes.
const MOST: u64 = 1 << 30;

/// How long fetching may take.
const TIME: Duration = Duration::from_secs(240);

/// How packages are run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Isolation {
    /// Whether they run without a sandbox, because the user said so.
    pub none: bool,
    /// Whether they have a network while they run.
    pub network: bool,
    /// Whether what was fetched is kept, and where.
    pub keep: Option<PathBuf>,
}

/// A package that can be started. Its directory goes away with it.
pub(crate) struct Ready {
    pub(crate) command: CommandTarget,
    pub(crate) fetched: Fetched,
    _directory: Option<TempDir>,
}

/// What fetching found: where the program is, and what exactly it belongs to.
struct Found {
    program: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    version: String,
    integrity: Option<String>,
}

/// Where a package is fetched to.
struct Place<'a> {
    directory: &'a Path,
    /// The sandbox to fetch in.
    sandbox: Option<&'a Sandbox>,
}

/// Fetches a package.
pub(crate) async fn fetch(target: &PackageTarget, isolation: &Isolation) -> Result<Ready, Problem> {
    fetch_inside(target, isolation).await.map_err(|problem| match problem.stage {
        None => problem.at(Stage::Fetch),
        Some(_) => problem,
    })
}

async fn fetch_inside(target: &PackageTarget, isolation: &Isolation) -> Result<Ready, Problem> {
    check(target)?;
    if target.registry == PackageKind::Oci {
        return oci::fetch(target, isolation).await;
    }
    if !isolation.none {
        let no_sandbox =
            |why| Problem::new("no-sandbox", format!("{why}; see `toolgrade doctor`. `--sandbox none` does without"));
        Support::get().map_err(no_sandbox)?;
    }
    let (kept, directory) = directory(target, isolation)
        .map_err(|error| Problem::new("no-space", format!("no directory can be made for the package ({error})")))?;
    let path = kept.as_deref().or(directory.as_ref().map(TempDir::path)).unwrap_or(Path::new("/nonexistent"));
    let sandbox = Sandbox { writable: vec![path.to_owned()], network: true, ..Sandbox::default() };
    let place = Place { directory: path, sandbox: (!isolation.none).then_some(&sandbox) };
    let found = match &target.registry {
        PackageKind::Npm => npm::fetch(target, &place).await?,
        PackageKind::Pypi => pypi::fetch(target, &place).await?,
        other => return Err(unsupported(other)),
    };
    let sandbox = Sandbox { readable: vec![path.to_owned()], writable: Vec::new(), network: isolation.network };
    let mut env = target.env.clone();
    env.extend(found.env);
    let fetched = Fetched {
        registry: target.registry.to_string(),
        name: target.package.clone(),
        version: found.version,
        integrity: found.integrity,
    };
    let command = CommandTarget {
        name: Some(target.name.clone().unwrap_or_else(|| target.package.clone())),
        command: found.program,
        args: found.args.into_iter().chain(target.args.iter().cloned()).collect(),
        env,
        cwd: None,
        secrets: target.secrets.clone(),
        sandbox: (!isolation.none).then_some(sandbox),
        shown: Some(source(target, Some(&fetched.version))),
        ..CommandTarget::default()
    };
    Ok(Ready { command, fetched, _directory: directory })
}

fn unsupported(kind: &PackageKind) -> Problem {
    Problem::new("unsupported-package", format!("packages of the kind `{kind}` cannot be started")).at(Stage::Plan)
}

impl Isolation {
    /// Puts commands of the user's own into the sandbox.
    pub(crate) fn confine(&self, targets: &mut [Target]) {
        for target in targets {
            if let Target::Command(command) = target {
                let sandbox = Sandbox::for_command(&command.command, command.cwd.as_deref(), self.network);
                command.sandbox = (!self.none).then_some(sandbox);
            }
        }
    }
}

/// The package as a listing shows it.
pub(crate) fn source(target: &PackageTarget, version: Option<&str>) -> Source {
    let secrets = Target::Package(target.clone()).secrets();
    let package = PackageSource {
        package: target.package.clone(),
        version: version.or(target.version.as_deref()).map(str::to_owned),
        args: secrets.mask_args(&target.args),
        env: target.env.keys().cloned().collect(),
    };
    match target.registry {
        PackageKind::Pypi => Source::Pypi(package),
        PackageKind::Oci => Source::Oci(package),
        _ => Source::Npm(package),
    }
}

/// A directory of its own for a package, kept or not.
fn directory(target: &PackageTarget, isolation: &Isolation) -> std::io::Result<(Option<PathBuf>, Option<TempDir>)> {
    if let Some(keep) = &isolation.keep {
        let name = crate::slug::slug(&format!(
            "{}-{}-{}",
            target.registry,
            target.package,
            target.version.as_deref().unwrap_or("latest")
        ));
        let path = std::path::absolute(keep)?.join(name);
        std::fs::create_dir_all(&path)?;
        hand_over(&path)?;
        return Ok((Some(path), None));
    }
    let directory = tempfile::Builder::new().prefix("toolgrade-").tempdir()?;
    // Nobody may be somebody else.
    #[cfg(unix)]
    std::fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    hand_over(directory.path())?;
    Ok((None, Some(directory)))
}

/// Names and versions are a stranger's: nothing that a package manager would take for a flag, a path or a URL.
fn check(target: &PackageTarget) -> Result<(), Problem> {
    let word = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text.len() <= 300
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
            && text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
            && !text.contains("..")
    };
    let name = target.package.as_str();
    let is_name = match target.registry {
        PackageKind::Npm => match name.strip_prefix('@').map(|scoped| scoped.split_once('/')) {
            Some(Some((scope, name))) => word(scope, b"-._~") && word(name, b"-._~"),
            Some(None) => false,
            None => word(name, b"-._~"),
        },
        PackageKind::Pypi => word(name, b"-._"),
        PackageKind::Oci => word(name, b"-._/:@"),
        ref other => return Err(unsupported(other)),
    };
    if !is_name {
        return Err(
            Problem::new("bad-package", format!("`{name}` is no name of a package of {}", target.registry)).at(Stage::Plan)
        );
    }
    match target.version.as_deref().filter(|version| !word(version, b"-._+!")) {
        Some(version) => Err(Problem::new("bad-package", format!("`{version}` is no exact version")).at(Stage::Plan)),
        None => Ok(()),
    }
}

/// Where this machine's own certificates are, for programs that bring others along.
fn certificates() -> Vec<(String, String)> {
    let bundle = "/etc/ssl/certs/ca-certificates.crt";
    if !Path::new(bundle).is_file() {
        return Vec::new();
    }
    ["NODE_EXTRA_CA_CERTS", "PIP_CERT", "SSL_CERT_FILE"].map(|name| (name.to_owned(), bundle.to_owned())).to_vec()
}

/// The program among several that most likely is the server: that with the package's own name, else one that says so.
fn choose<'a>(names: &[&'a str], package: &str) -> Option<&'a str> {
    let own = package.rsplit('/').next().unwrap_or(package);
    let same =
        |name: &&&str| name.eq_ignore_ascii_case(own) || name.replace('_', "-").eq_ignore_ascii_case(&own.replace('_', "-"));
    let by_name = names.iter().find(same).or_else(|| names.iter().find(|name| name.contains("mcp")));
    by_name.or_else(|| names.first()).copied()
}
