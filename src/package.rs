//! Packages: fetched into a directory of their own, then run from it.
//!
//! The two stages have separate outcomes. *Fetch* reaches the package registry, runs nothing of the package – no install scripts, wheels
//! only – and writes to its directory and nowhere else. *Run* has no network and only reads. `npx -y` and `uvx` do both at once, and hang without one.

mod npm;
mod oci;
mod place;
mod pypi;

use crate::circumstances::Fetched;
use crate::failure::Stage;
use crate::listing::{PackageSource, Source};
use crate::mcp::Problem;
use crate::registry::{PackageKind, lines};
use crate::sandbox::container::Removal;
use crate::sandbox::{Layer, Sandbox};
use crate::target::{CommandTarget, PackageTarget, Target};
use place::Place;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// The most that a package and what it needs may take, in bytes.
const MOST: u64 = 1 << 30;

/// How long fetching may take.
const TIME: Duration = Duration::from_secs(240);

/// How packages are run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Isolation {
    /// What keeps them from this machine.
    pub layer: Layer,
    /// Whether they have a network while they run.
    pub network: bool,
    /// Whether what was fetched is kept, and where.
    pub keep: Option<PathBuf>,
}

/// A package that can be started. Its directory goes away with it, and its container.
pub(crate) struct Ready {
    pub(crate) command: CommandTarget,
    pub(crate) fetched: Fetched,
    /// What keeps it from this machine, in a few words.
    pub(crate) isolation: String,
    directory: Option<TempDir>,
    container: Option<Removal>,
}

impl Ready {
    /// Removes what was fetched, where it is not kept.
    pub(crate) async fn close(self) {
        drop(self.container);
        remove(self.directory).await;
    }
}

/// Removes a directory, which may hold tens of thousands of files: other visits go on meanwhile.
async fn remove(directory: Option<TempDir>) {
    let _ = tokio::task::spawn_blocking(|| drop(directory)).await;
}

/// What fetching found: where the program is, and what exactly it belongs to.
struct Found {
    program: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    version: String,
    integrity: Option<String>,
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
    let place = Place::open(target, isolation).await?;
    let found = match &target.registry {
        PackageKind::Npm => npm::fetch(target, &place).await,
        PackageKind::Pypi => pypi::fetch(target, &place).await,
        other => return Err(unsupported(other)),
    };
    let found = match found {
        Ok(found) => found,
        Err(problem) => {
            let problem = place.with_refused(problem);
            place.remove().await;
            return Err(problem);
        }
    };
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
        config: target.config.clone(),
        command: found.program,
        args: found.args.into_iter().chain(target.args.iter().cloned()).collect(),
        env,
        secrets: target.secrets.clone(),
        shown: Some(source(target, Some(&fetched.version))),
        ..CommandTarget::default()
    };
    Ok(place.ready(command, fetched, isolation))
}

fn unsupported(kind: &PackageKind) -> Problem {
    Problem::new("unsupported-package", format!("packages of the kind `{kind}` cannot be started")).at(Stage::Plan)
}

impl Isolation {
    /// Puts commands of the user's own into the sandbox. Those that only start a package (`npx -y NAME`) are fetched first, as
    /// packages are: in the sandbox they would wait for a network for ever.
    pub(crate) fn confine(&self, targets: &mut [Target]) {
        for target in targets {
            let Target::Command(command) = target else { continue };
            if self.layer == Layer::None {
                command.sandbox = None;
            } else if let Some(package) = package_of(command) {
                *target = Target::Package(package);
            } else {
                command.sandbox = Some(Sandbox::for_command(&command.command, command.cwd.as_deref(), self.network, self.layer));
            }
        }
    }
}

/// The package that a command fetches and starts, if that is all it does.
fn package_of(command: &CommandTarget) -> Option<PackageTarget> {
    let (package, args) = lines::package_of(&command.command, &command.args)?;
    Some(PackageTarget {
        name: command.name.clone(),
        config: command.config.clone(),
        registry: package.registry,
        package: package.name,
        version: package.version,
        args: args.to_vec(),
        env: command.env.clone(),
        secrets: command.secrets.clone(),
    })
}

/// A package that its registry does not have.
fn missing(target: &PackageTarget, why: &str) -> Problem {
    let version = target.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
    Problem::new("no-such-package", format!("`{}{version}` cannot be fetched: {why}", target.package))
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
    // A range is one word to a package manager, and what it comes to is recorded.
    let signs: &[u8] = match target.registry {
        PackageKind::Npm => b"^~<>=|* ",
        PackageKind::Pypi => b"<>=~!,*",
        _ => b"",
    };
    let is_sign = |first: char| u8::try_from(first).is_ok_and(|first| signs.contains(&first));
    let is_version = |version: &str| word(version.trim_start_matches(is_sign), &[b"-._+!", signs].concat());
    match target.version.as_deref().filter(|version| *version != "*" && !is_version(version)) {
        Some(version) => {
            Err(Problem::new("bad-package", format!("`{version}` is no version and no range of versions")).at(Stage::Plan))
        }
        None => Ok(()),
    }
}

/// The program among several that most likely is the server: that with the package's own name, else one that says so.
fn choose<'a>(names: &[&'a str], package: &str) -> Option<&'a str> {
    let own = package.rsplit('/').next().unwrap_or(package);
    let same =
        |name: &&&str| name.eq_ignore_ascii_case(own) || name.replace('_', "-").eq_ignore_ascii_case(&own.replace('_', "-"));
    let by_name = names.iter().find(same).or_else(|| names.iter().find(|name| name.contains("mcp")));
    by_name.or_else(|| names.first()).copied()
}
