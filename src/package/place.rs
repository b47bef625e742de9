//! Where a package is fetched to, and what what fetches it is kept in.

use super::{Isolation, MOST, Ready, TIME, oci};
use crate::circumstances::Fetched;
use crate::mcp::{Problem, no_sandbox};
use crate::registry::PackageKind;
use crate::sandbox::carrier::{self, Carrier};
use crate::sandbox::container::{self, Container, Image, Removal, engine};
use crate::sandbox::gate::{Gate, Ways, place};
use crate::sandbox::run::{Job, hand_over, setting};
use crate::sandbox::{Layer, Sandbox, Support, find, find_inside};
use crate::target::{CommandTarget, PackageTarget};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What npm and pip are configured with, as far as a container has to know it.
const SETTINGS: [&str; 4] = ["npm_config_registry", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST"];

/// A directory for a package, and what keeps what works there from this machine.
pub(super) struct Place {
    pub(super) directory: PathBuf,
    temporary: Option<TempDir>,
    means: Means,
    gate: Option<Gate>,
}

/// What keeps a program that fetches from this machine.
enum Means {
    Nothing,
    Sandbox(Sandbox),
    Container(Image, Carrier),
}

impl Place {
    /// Makes room for a package, and finds out what to fetch it in.
    pub(super) async fn open(target: &PackageTarget, isolation: &Isolation) -> Result<Self, Problem> {
        let sandbox = Support::get().can(isolation.layer);
        let wants_container = match isolation.layer {
            Layer::Container => true,
            // Better than Landlock alone, and than nothing.
            Layer::Best => !Support::get().has_namespaces() && engine().is_ok(),
            Layer::Landlock | Layer::None => false,
        };
        if !wants_container {
            sandbox.map_err(|why| no_sandbox(&why))?;
        }
        let no_space = |error| Problem::new("no-space", format!("no directory can be made for the package ({error})"));
        let (directory, temporary) = make(target, isolation).map_err(no_space)?;
        let can_carry = match isolation.layer {
            Layer::None => false,
            // Elsewhere containers run in a machine of their own, which no socket leads into.
            _ if wants_container => cfg!(target_os = "linux"),
            // Where this program cannot be started inside, nobody can carry what is said to the gate.
            _ => Support::get().can_forward(),
        };
        let gate = can_carry.then(|| Gate::open(ways(&target.registry))).transpose().map_err(no_space)?;
        let means = match isolation.layer {
            Layer::None => Means::Nothing,
            _ if wants_container => {
                let (image, carrier) = runtime(&target.registry);
                Means::Container(oci::pull(image).await?, carrier)
            }
            layer => {
                let socket = gate.as_ref().map(Gate::socket);
                let writable = vec![directory.clone()];
                Means::Sandbox(Sandbox { writable, network: socket.is_none(), gate: socket, layer, ..Sandbox::default() })
            }
        };
        Ok(Self { directory, temporary, means, gate })
    }

    /// Where a program is that fetches.
    pub(super) fn program(&self, name: &str) -> Result<String, Problem> {
        let file = match &self.means {
            Means::Nothing => find(name),
            Means::Sandbox(_) => find_inside(name),
            Means::Container(..) => Some(name.into()),
        };
        let file = file.ok_or_else(|| {
            Problem::new("no-runtime", format!("`{name}` is not installed where the sandbox can see it: see `toolgrade doctor`"))
        })?;
        Ok(file.to_string_lossy().into_owned())
    }

    /// Runs a program that fetches.
    pub(super) async fn run(&self, program: &str, args: Vec<String>) -> Result<(), Problem> {
        let job =
            |sandbox, program, args, env| Job { sandbox, program, args, env, directory: &self.directory, most: MOST, time: TIME };
        match &self.means {
            Means::Nothing => job(None, program, args, certificates()).run().await,
            Means::Sandbox(sandbox) => job(Some(sandbox), program, args, certificates()).run().await,
            Means::Container(image, carrier) => {
                let gate = self.gate.as_ref().map(Gate::socket);
                let variables = SETTINGS.iter().filter(|name| setting(name).is_some()).map(|name| (*name).to_owned()).collect();
                let directory = Some((self.directory.clone(), true));
                let (program, args) =
                    if gate.is_some() { carrier.carry(container::GATE, program, &args) } else { (program, args) };
                let container = Container { directory, variables, gate: gate.clone(), ..Container::new(gate.is_none()) };
                let words = container.run(image, Some(program), &args);
                let _removal = Removal(container.name);
                let engine = engine().map_err(|why| Problem::new("no-runtime", why))?;
                job(None, engine, words, Vec::new()).run().await
            }
        }
    }

    /// A failure, with the hosts that could not be reached because they are no package registry.
    pub(super) fn with_refused(&self, problem: Problem) -> Problem {
        let refused = self.gate.as_ref().map(Gate::refused).unwrap_or_default();
        if refused.is_empty() {
            return problem;
        }
        let message = format!("{}\nrefused, as it is not the package registry: {}", problem.message, refused.join(", "));
        Problem { message, ..problem }
    }

    /// Removes it, where nothing is to be started from it.
    pub(super) async fn remove(self) {
        super::remove(self.temporary).await;
    }

    /// What was fetched, ready to be started.
    pub(super) fn ready(self, command: CommandTarget, fetched: Fetched, isolation: &Isolation) -> Ready {
        let network = isolation.network;
        let mut ready = Ready { command, fetched, isolation: "none".to_owned(), directory: self.temporary, container: None };
        match self.means {
            Means::Nothing => {}
            Means::Sandbox(fetching) => {
                let sandbox = Sandbox { readable: fetching.writable, network, layer: isolation.layer, ..Sandbox::default() };
                ready.isolation = sandbox.text();
                ready.command.sandbox = Some(sandbox);
            }
            Means::Container(image, _) => {
                let container = Container { directory: Some((self.directory, false)), ..Container::new(network) };
                ready.container = Some(container.contain(&image, &mut ready.command));
                ready.isolation = container::text(network);
            }
        }
        ready
    }
}

/// The image that packages of a registry run in, and what carries there.
fn runtime(registry: &PackageKind) -> (&'static str, Carrier) {
    match registry {
        PackageKind::Npm => ("docker.io/library/node:22-slim", carrier::NODE),
        _ => ("docker.io/library/python:3.12-slim", carrier::PYTHON),
    }
}

/// The hosts of a package registry, as the caller has configured it.
fn ways(registry: &PackageKind) -> Ways {
    let urls = match registry {
        PackageKind::Npm => vec![setting("npm_config_registry").unwrap_or_else(|| "https://registry.npmjs.org/".to_owned())],
        _ => {
            let config = std::fs::read_to_string("/etc/pip.conf").unwrap_or_default();
            let of_config = |wanted: &str| {
                let values = config.lines().filter_map(|line| line.split_once('='));
                values.filter(|(name, _)| name.trim() == wanted).map(|(_, value)| value.trim().to_owned()).next_back()
            };
            let index =
                setting("PIP_INDEX_URL").or_else(|| of_config("index-url")).unwrap_or_else(|| "https://pypi.org/".to_owned());
            let more = [setting("PIP_EXTRA_INDEX_URL").or_else(|| of_config("extra-index-url")), setting("PIP_FIND_LINKS")];
            let more = more.iter().flatten().flat_map(|urls| urls.split_whitespace()).map(str::to_owned);
            // Where the public index keeps its files, which other indexes lead to as well.
            ["https://files.pythonhosted.org/".to_owned(), index].into_iter().chain(more).collect()
        }
    };
    let proxy = setting("https_proxy").or_else(|| setting("http_proxy")).as_deref().and_then(place);
    Ways { places: urls.iter().filter_map(|url| place(url)).collect(), proxy }
}

/// A directory of its own for a package, and what removes it where it is not kept.
fn make(target: &PackageTarget, isolation: &Isolation) -> std::io::Result<(PathBuf, Option<TempDir>)> {
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
        return Ok((path, None));
    }
    let directory = tempfile::Builder::new().prefix("toolgrade-").tempdir()?;
    // Nobody may be somebody else.
    #[cfg(unix)]
    std::fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    hand_over(directory.path())?;
    Ok((directory.path().to_owned(), Some(directory)))
}

/// Where this machine's own certificates are, for programs that bring others along.
fn certificates() -> Vec<(String, String)> {
    let bundle = "/etc/ssl/certs/ca-certificates.crt";
    if !Path::new(bundle).is_file() {
        return Vec::new();
    }
    ["NODE_EXTRA_CA_CERTS", "PIP_CERT", "SSL_CERT_FILE"].map(|name| (name.to_owned(), bundle.to_owned())).to_vec()
}
