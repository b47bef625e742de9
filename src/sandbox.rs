//! The sandbox that a stranger's program runs in: bubblewrap, where this machine has it, and Landlock within.
//!
//! Inside there is a read-only system, an empty home, a private `/tmp` of bounded size, no other process, and – unless it was asked for –
//! no network. Processes, memory, CPU time and file sizes are limited; nothing gains privileges, and nothing outlives us. Root
//! becomes nobody first, because limits on processes do not hold for root.
//!
//! Where there is no bubblewrap, [`landlock`] alone is weaker: other processes are seen, and UDP passes. Packages then run in a
//! [`container`], if an engine answers.

mod bubblewrap;
pub(crate) mod carrier;
pub(crate) mod container;
pub mod doctor;
pub(crate) mod gate;
pub mod inside;
mod landlock;
pub(crate) mod run;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What the sandboxed user is called where root runs us: nobody.
const NOBODY: u32 = 65_534;

/// Parts of the system that programs need to run, read-only.
const SYSTEM: [&str; 8] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/opt"];

/// Parts of its configuration.
const CONFIGURATION: [&str; 16] = [
    "alternatives",
    "ca-certificates",
    "group",
    "hosts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "passwd",
    "pip.conf",
    "pki",
    "protocols",
    "services",
    "ssl",
];

/// How many processes there may be.
const PROCESSES: &str = "--nproc=256";

/// What limits every process inside, as `prlimit` takes it.
const LIMITS: [&str; 6] = [PROCESSES, "--data=3221225472", "--fsize=268435456", "--cpu=120", "--nofile=1024", "--core=0"];

/// What keeps a started server from this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layer {
    /// The best there is: bubblewrap with Landlock, for packages a container, Landlock alone.
    #[default]
    Best,
    /// Landlock alone.
    Landlock,
    /// A container, which only packages can run in.
    Container,
    /// Nothing, because the user said so.
    None,
}

/// What a program in the sandbox may see and reach, beyond the system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Directories that it may read.
    pub readable: Vec<PathBuf>,
    /// Directories that it may write.
    pub writable: Vec<PathBuf>,
    /// Whether it has a network.
    pub network: bool,
    /// The socket that leads to the package registry and nowhere else, in place of a network.
    pub gate: Option<PathBuf>,
    /// What it is made of.
    pub layer: Layer,
}

/// What this machine can do.
#[derive(Clone, Debug)]
pub(crate) struct Support {
    /// Bubblewrap and its version, or why there is none.
    bubblewrap: Result<(PathBuf, String), String>,
    /// The version of Landlock, or why there is none.
    landlock: Result<i32, String>,
    programs: Programs,
}

/// The programs that every sandbox is made with, or why they are not there.
#[derive(Clone, Debug)]
struct Programs {
    /// This program, where it can be started inside.
    own: Result<PathBuf, String>,
    prlimit: Result<PathBuf, String>,
    /// What makes nobody of root; `None` for other users.
    setpriv: Option<Result<PathBuf, String>>,
}

impl Programs {
    fn find() -> Self {
        Self { own: own(), prlimit: need("prlimit", "util-linux"), setpriv: is_root().then(|| need("setpriv", "util-linux")) }
    }

    /// What comes before a program that root starts as nobody, and before its limits.
    fn prefix(&self) -> Vec<String> {
        let Some(Ok(setpriv)) = &self.setpriv else { return Vec::new() };
        let words = [&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups", "--no-new-privs", "--"];
        std::iter::once(setpriv.to_string_lossy().into_owned()).chain(words.map(str::to_owned)).collect()
    }
}

/// This program's own file. Only `main` says it: in a test, it is the test.
static OWN: OnceLock<PathBuf> = OnceLock::new();

/// Says that this process is the program, so that it can start itself inside of the sandbox.
pub fn is_program() {
    if let Ok(own) = std::env::current_exe() {
        let _ = OWN.set(own);
    }
}

impl Support {
    /// What this machine can do; found out once.
    pub(crate) fn get() -> &'static Self {
        static SUPPORT: OnceLock<Support> = OnceLock::new();
        SUPPORT.get_or_init(|| {
            let programs = Programs::find();
            Self { bubblewrap: bubblewrap::probe(&programs), landlock: landlock::probe(), programs }
        })
    }

    /// Whether root runs us, so that files for the sandbox must be for everyone.
    pub(crate) fn is_nobody(&self) -> bool {
        matches!(self.programs.setpriv, Some(Ok(_)))
    }

    /// Whether a sandbox of this layer can be made, or why not.
    pub(crate) fn can(&self, layer: Layer) -> Result<(), String> {
        match layer {
            Layer::None => Ok(()),
            Layer::Container => Err("only packages can run in a container".to_owned()),
            Layer::Landlock => self.alone(),
            Layer::Best => match (&self.bubblewrap, self.alone()) {
                (Err(why), Err(_)) => Err(why.clone()),
                _ => Ok(()),
            },
        }
    }

    /// Whether bubblewrap can be had.
    pub(crate) fn has_namespaces(&self) -> bool {
        self.bubblewrap.is_ok()
    }

    /// Whether this program can be started inside, to carry what is said to a gate.
    pub(crate) fn can_forward(&self) -> bool {
        self.programs.own.is_ok()
    }

    /// Whether this layer, here, is bubblewrap.
    fn is_bubblewrap(&self, layer: Layer) -> bool {
        layer == Layer::Best && self.bubblewrap.is_ok()
    }

    /// Whether Landlock alone can be had, or why not.
    fn alone(&self) -> Result<(), String> {
        let version = *self.landlock.as_ref().map_err(|why| format!("there is no Landlock: {why}"))?;
        if version < landlock::WITH_NETWORK {
            return Err(format!("Landlock version {version} does not forbid TCP: that needs Linux 6.7"));
        }
        let Programs { own, prlimit, setpriv } = &self.programs;
        own.as_ref().and(prlimit.as_ref()).map_err(Clone::clone)?;
        setpriv.as_ref().map_or(Ok(()), |setpriv| setpriv.as_ref().map(drop).map_err(Clone::clone))
    }
}

/// This program, if whoever is inside can start it.
fn own() -> Result<PathBuf, String> {
    let own = OWN.get().ok_or("this is not the program itself")?;
    let can_start = !is_root() || own.ancestors().all(is_for_everyone);
    can_start
        .then(|| own.clone())
        .ok_or_else(|| format!("`{}` lies where the user inside cannot start it: install toolgrade below /usr", own.display()))
}

fn need(program: &str, package: &str) -> Result<PathBuf, String> {
    find(program).ok_or_else(|| format!("`{program}` is not installed: install the package `{package}`"))
}

/// Whether there is a network, in words.
fn network_text(network: bool) -> &'static str {
    if network { "with network" } else { "no network" }
}

/// What a program that ends well says on its standard output, or what it complains about.
fn said(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(500).collect::<String>();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// A program on the caller's path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    let places = std::env::split_paths(&path).chain(["/usr/bin", "/usr/sbin", "/bin", "/sbin"].map(PathBuf::from));
    places.map(|place| place.join(program)).find(|file| file.is_file())
}

/// The same, of a program that runs inside: a place that only its owner may enter does not exist there.
pub(crate) fn find_inside(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/bin", "/bin"].map(PathBuf::from));
    places.map(|place| place.join(program)).find(|file| {
        file.is_file()
            && file.canonicalize().is_ok_and(|real| SYSTEM.iter().any(|system| real.starts_with(system)))
            && SYSTEM.iter().any(|system| file.starts_with(system))
    })
}

/// Whether a directory may be shown inside: it holds no home, and the user inside can enter it.
fn may_be_seen(place: &Path) -> bool {
    let is_home = std::env::home_dir().is_some_and(|home| home.starts_with(place));
    !is_home && place.parent().is_some() && (!is_root() || place.ancestors().all(is_for_everyone))
}

#[cfg(unix)]
fn is_for_everyone(place: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(place).is_ok_and(|about| about.mode() & 0o005 == 0o005)
}

#[cfg(not(unix))]
fn is_for_everyone(_place: &Path) -> bool {
    true
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

impl Sandbox {
    /// The program and its arguments, wrapped; else why this machine has no sandbox.
    pub(crate) fn wrap(&self, program: &OsStr, args: &[String], cwd: Option<&Path>) -> Result<(PathBuf, Vec<String>), String> {
        let support = Support::get();
        support.can(self.layer)?;
        let program = program.to_string_lossy();
        let mut words = support.programs.prefix();
        if let Some((bubblewrap, _)) = support.bubblewrap.as_ref().ok().filter(|_| support.is_bubblewrap(self.layer)) {
            words.extend(bubblewrap::words(self, bubblewrap, &support.programs, cwd));
        }
        words.push(support.programs.prlimit.clone()?.to_string_lossy().into_owned());
        // Outside of a namespace all of a user's processes count, whoever started them.
        let counts_others = !support.is_bubblewrap(self.layer) && !support.is_nobody();
        words.extend(LIMITS.iter().filter(|limit| !counts_others || **limit != PROCESSES).map(|limit| (*limit).to_owned()));
        words.push("--".to_owned());
        words.extend(self.inside(support));
        words.push(program.into_owned());
        words.extend(args.iter().cloned());
        let first = words.remove(0);
        Ok((first.into(), words))
    }

    /// What starts this program inside, to forbid itself the rest; nothing where it cannot be.
    fn inside(&self, support: &Support) -> Vec<String> {
        let Ok(own) = &support.programs.own else { return Vec::new() };
        let is_alone = !support.is_bubblewrap(self.layer);
        let mut words = vec![if is_alone { own.to_string_lossy().into_owned() } else { bubblewrap::OWN.to_owned() }];
        words.push("inside".to_owned());
        let mut say = |flag: &str, path: &Path| words.extend([flag.to_owned(), path.to_string_lossy().into_owned()]);
        if is_alone {
            self.readable.iter().for_each(|place| say("--read", place));
        } else {
            say("--read", Path::new("/"));
            bubblewrap::WRITABLE.iter().for_each(|place| say("--write", Path::new(place)));
        }
        self.writable.iter().for_each(|place| say("--write", place));
        if let Some(gate) = &self.gate {
            say("--gate", if is_alone { gate } else { Path::new(bubblewrap::GATE) });
        }
        words.extend(
            [(is_alone, "--alone"), (self.network, "--network")].iter().filter(|(on, _)| *on).map(|(_, flag)| (*flag).to_owned()),
        );
        words.push("--".to_owned());
        words
    }

    /// The sandbox for a command of the user's own: it sees the program and the directory that it is started in.
    #[must_use]
    pub fn for_command(program: &str, cwd: Option<&Path>, network: bool, layer: Layer) -> Self {
        let started_in = std::path::absolute(cwd.unwrap_or(Path::new("."))).ok();
        let program = Path::new(program);
        let program =
            program.parent().filter(|_| program.components().count() > 1).and_then(|parent| std::path::absolute(parent).ok());
        let readable = program.into_iter().chain(started_in).filter(|place| may_be_seen(place)).collect();
        Self { readable, network, layer, ..Self::default() }
    }

    /// What was in force, in a few words.
    #[must_use]
    pub fn text(&self) -> String {
        let support = Support::get();
        let network = network_text(self.network);
        match (support.is_bubblewrap(self.layer), &support.landlock, &support.programs.own) {
            (true, Ok(_), Ok(_)) => format!("bubblewrap + landlock, {network}"),
            (true, ..) => format!("bubblewrap, {network}"),
            // UDP passes.
            (false, ..) if !self.network => "landlock only, no TCP".to_owned(),
            (false, ..) => format!("landlock only, {network}"),
        }
    }
}
