//! Containers: what images run in, and packages where there is no bubblewrap. Podman or docker, whichever answers.

use super::{find, said};
use crate::mcp::Problem;
use crate::target::CommandTarget;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What keeps a container from the machine.
const RESTRICTIONS: [&str; 10] = [
    "--read-only",
    "--tmpfs=/tmp:size=268435456",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--memory=2g",
    "--pids-limit=256",
    "--cpus=2",
    "--ipc=none",
    "--pull=never",
    "--init",
];

/// Where a container finds its gate.
pub(crate) const GATE: &str = "/gate";

/// What was in force, in a few words.
pub(crate) fn text(network: bool) -> String {
    format!("container, {}", super::network_text(network))
}

/// The program that runs containers, if one answers; found out once.
pub(crate) fn engine() -> Result<&'static str, &'static str> {
    static ENGINE: OnceLock<Result<&'static str, String>> = OnceLock::new();
    ENGINE.get_or_init(probe).as_ref().map(|engine| *engine).map_err(String::as_str)
}

fn probe() -> Result<&'static str, String> {
    let mut why = "neither `podman` nor `docker` is installed".to_owned();
    for program in ["podman", "docker"] {
        if find(program).is_none() {
            continue;
        }
        match said(Command::new(program).args(["info", "--format", "{{json .}}"])) {
            Ok(_) => return Ok(program),
            Err(said) => {
                why =
                    format!("`{program}` is installed and does not answer ({})", said.lines().next().unwrap_or_default().trim());
            }
        }
    }
    Err(why)
}

/// An image that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    /// By its exact content: `NAME@sha256:…`, or its id.
    pub(crate) exact: String,
}

impl Image {
    /// What an image that was pulled is exactly.
    pub(crate) fn pulled(name: &str) -> Result<Self, Problem> {
        let engine = engine().map_err(|why| Problem::new("no-runtime", why))?;
        let look = |what: &str| said(Command::new(engine).args(["image", "inspect", "--format", what, name]));
        let exact = look("{{if .RepoDigests}}{{index .RepoDigests 0}}{{else}}{{.Id}}{{end}}");
        let exact =
            exact.map_err(|why| Problem::new("fetch-failed", format!("`{name}` is not there after it was pulled: {why}")))?;
        Ok(Self { exact: exact.trim().to_owned() })
    }

    /// Its hash.
    pub(crate) fn digest(&self) -> Option<String> {
        self.exact.split_once("sha256:").map(|(_, digest)| format!("sha256:{digest}"))
    }
}

/// How a container is started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Container {
    /// A name that no other container has.
    pub(crate) name: String,
    /// A directory that it sees where it is on the machine, and whether it may write there.
    pub(crate) directory: Option<(PathBuf, bool)>,
    /// Whether it has a network.
    pub(crate) network: bool,
    /// The socket that leads to the package registry and nowhere else, in place of a network.
    pub(crate) gate: Option<PathBuf>,
    /// Names of the variables that are passed on; a value would stand in the list of processes.
    pub(crate) variables: Vec<String>,
}

impl Container {
    /// A container with a name of its own.
    pub(crate) fn new(network: bool) -> Self {
        Self { name: format!("toolgrade-{}", crate::mcp::mark()), network, ..Self::default() }
    }

    /// Has a command run in the container, with its variables; where it names no program, the image's own. Gives what removes it.
    pub(crate) fn contain(mut self, image: &Image, command: &mut CommandTarget) -> Removal {
        self.variables = command.env.keys().cloned().collect();
        let program = Some(command.command.as_str()).filter(|program| !program.is_empty());
        command.args = self.run(image, program, &command.args);
        command.command = engine().unwrap_or_default().to_owned();
        Removal(self.name)
    }

    /// The arguments for the engine that run a program of an image; the image's own where none is given.
    pub(crate) fn run(&self, image: &Image, program: Option<&str>, args: &[String]) -> Vec<String> {
        let mut words = vec!["run".to_owned(), "--interactive".to_owned(), "--rm".to_owned(), format!("--name={}", self.name)];
        words.extend(RESTRICTIONS.map(str::to_owned));
        words.push(format!("--network={}", if self.network { "bridge" } else { "none" }));
        words.extend(self.variables.iter().map(|name| format!("--env={name}")));
        if let Some((directory, is_writable)) = &self.directory {
            let mode = if *is_writable { "rw" } else { "ro" };
            words.push(format!("--volume={0}:{0}:{mode}", directory.display()));
            words.push("--env=HOME=/tmp".to_owned());
            words.push(format!("--user={}", owner(directory)));
            // Only where another user than root runs it does podman give users other numbers.
            words.extend((engine() == Ok("podman") && !super::is_root()).then(|| "--userns=keep-id".to_owned()));
        }
        words.extend(self.gate.iter().map(|gate| format!("--volume={}:{GATE}", gate.display())));
        // The image's own entry point would take the program for its argument.
        words.extend(program.map(|program| format!("--entrypoint={program}")));
        words.push(image.exact.clone());
        words.extend(args.iter().cloned());
        words
    }
}

/// Who owns a directory: user and group.
fn owner(directory: &Path) -> String {
    #[cfg(unix)]
    if let Ok(about) = std::fs::metadata(directory) {
        use std::os::unix::fs::MetadataExt as _;
        return format!("{}:{}", about.uid(), about.gid());
    }
    let _ = directory;
    format!("{0}:{0}", super::NOBODY)
}

/// Removes a container when it is dropped: it is not a child of ours, and would outlive its client.
#[derive(Debug)]
pub(crate) struct Removal(pub(crate) String);

impl Drop for Removal {
    fn drop(&mut self) {
        let Ok(engine) = engine() else { return };
        let mut command = Command::new(engine);
        command.args(["rm", "--force", &self.0]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Ok(mut child) = command.spawn() {
            std::thread::spawn(move || drop(child.wait()));
        }
    }
}
