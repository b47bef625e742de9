//! The sandbox that a stranger's program runs in: bubblewrap, where this machine has it.
//!
//! Inside there is a read-only system, an empty home, a private `/tmp` of bounded size, no other process, and – unless it was asked for –
//! no network. Processes, memory, CPU time and file sizes are limited; nothing gains privileges, and nothing outlives us. Root
//! becomes nobody first, because limits on processes do not hold for root.

pub mod doctor;
pub(crate) mod run;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What the sandboxed user is called where root runs us: nobody.
const NOBODY: u32 = 65_534;

/// The home inside, empty.
const HOME: &str = "/home/sandbox";

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

/// What limits every process inside, as `prlimit` takes it.
const LIMITS: [&str; 6] = ["--nproc=256", "--data=3221225472", "--fsize=268435456", "--cpu=120", "--nofile=1024", "--core=0"];

/// The most that the private `/tmp` and home may hold, in bytes.
const TMPFS: &str = "268435456";

/// What a program in the sandbox may see and reach, beyond the system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Directories that it may read.
    pub readable: Vec<PathBuf>,
    /// Directories that it may write.
    pub writable: Vec<PathBuf>,
    /// Whether it has a network.
    pub network: bool,
}

/// What this machine can do.
#[derive(Clone, Debug)]
pub(crate) struct Support {
    bubblewrap: PathBuf,
    version: String,
    prlimit: PathBuf,
    /// What makes nobody of root.
    setpriv: Option<PathBuf>,
}

impl Support {
    /// What this machine can do, or why it cannot; found out once.
    pub(crate) fn get() -> Result<&'static Self, &'static str> {
        static SUPPORT: OnceLock<Result<Support, String>> = OnceLock::new();
        SUPPORT.get_or_init(probe).as_ref().map_err(String::as_str)
    }

    /// Which bubblewrap it is.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Whether root runs us, so that files for the sandbox must be for everyone.
    pub(crate) fn is_nobody(&self) -> bool {
        self.setpriv.is_some()
    }
}

fn probe() -> Result<Support, String> {
    if !cfg!(target_os = "linux") {
        return Err("there is no sandbox for this system: it needs Linux".to_owned());
    }
    let need = |program: &str, package: &str| {
        find(program).ok_or_else(|| format!("`{program}` is not installed: install the package `{package}`"))
    };
    let bubblewrap = need("bwrap", "bubblewrap")?;
    let prlimit = need("prlimit", "util-linux")?;
    let setpriv = if is_root() { Some(need("setpriv", "util-linux")?) } else { None };
    let version = said(Command::new(&bubblewrap).arg("--version"))?;
    let version = version.trim().trim_start_matches("bubblewrap ").to_owned();
    let support = Support { bubblewrap, version, prlimit, setpriv };
    let (program, args) = Sandbox::default().wrap_with(&support, "true", &[], None);
    said(Command::new(program).args(args)).map_err(|why| {
        format!(
            "bubblewrap cannot make a sandbox ({}): user namespaces may be switched off (`kernel.unprivileged_userns_clone`, \
             `user.max_user_namespaces`) or reserved for programs with an AppArmor profile \
             (`kernel.apparmor_restrict_unprivileged_userns`), and bubblewrap must be 0.8 or newer",
            why.trim()
        )
    })?;
    Ok(support)
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
    pub(crate) fn wrap(
        &self,
        program: &OsStr,
        args: &[String],
        cwd: Option<&Path>,
    ) -> Result<(PathBuf, Vec<String>), &'static str> {
        let support = Support::get()?;
        Ok(self.wrap_with(support, &program.to_string_lossy(), args, cwd))
    }

    /// The sandbox for a command of the user's own: it sees the program and the directory that it is started in.
    #[must_use]
    pub fn for_command(program: &str, cwd: Option<&Path>, network: bool) -> Self {
        let started_in = std::path::absolute(cwd.unwrap_or(Path::new("."))).ok();
        let program = Path::new(program);
        let program =
            program.parent().filter(|_| program.components().count() > 1).and_then(|parent| std::path::absolute(parent).ok());
        let readable = program.into_iter().chain(started_in).filter(|place| may_be_seen(place)).collect();
        Self { readable, writable: Vec::new(), network }
    }

    /// What was in force, in a few words.
    #[must_use]
    pub fn text(&self) -> String {
        let network = if self.network { "with network" } else { "no network" };
        format!("bubblewrap, {network}")
    }

    fn wrap_with(&self, support: &Support, program: &str, args: &[String], cwd: Option<&Path>) -> (PathBuf, Vec<String>) {
        let mut words: Vec<String> = Vec::new();
        let mut say = |parts: &[&str]| words.extend(parts.iter().map(|part| (*part).to_owned()));
        if support.setpriv.is_some() {
            let (user, group) = (format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"));
            say(&[&user, &group, "--clear-groups", "--no-new-privs", "--", &support.bubblewrap.to_string_lossy()]);
        }
        say(&["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--disable-userns"]);
        if !self.network {
            say(&["--unshare-net"]);
        }
        say(&["--die-with-parent", "--new-session", "--hostname", "sandbox"]);
        for place in SYSTEM {
            match std::fs::read_link(place) {
                // `/bin` is a link to `usr/bin` on most systems.
                Ok(link) => say(&["--symlink", &link.to_string_lossy(), place]),
                Err(_) => say(&["--ro-bind-try", place, place]),
            }
        }
        for name in CONFIGURATION {
            let place = format!("/etc/{name}");
            say(&["--ro-bind-try", &place, &place]);
        }
        if self.network {
            // It is often a link to a file that a daemon writes.
            let real = std::fs::canonicalize("/etc/resolv.conf").unwrap_or_else(|_| "/etc/resolv.conf".into());
            say(&["--ro-bind-try", &real.to_string_lossy(), "/etc/resolv.conf"]);
        }
        say(&[
            "--proc", "/proc", "--dev", "/dev", "--size", TMPFS, "--tmpfs", "/tmp", "--size", TMPFS, "--tmpfs", "/home", "--dir",
            HOME,
        ]);
        for place in &self.readable {
            let place = place.to_string_lossy();
            say(&["--ro-bind", &place, &place]);
        }
        for place in &self.writable {
            let place = place.to_string_lossy();
            say(&["--bind", &place, &place]);
        }
        let inside = cwd.filter(|cwd| self.readable.iter().chain(&self.writable).any(|place| cwd.starts_with(place)));
        say(&["--chdir", &inside.map_or_else(|| "/tmp".into(), Path::to_string_lossy)]);
        for (name, value) in
            [("HOME", HOME), ("TMPDIR", "/tmp"), ("XDG_CACHE_HOME", "/tmp/.cache"), ("XDG_CONFIG_HOME", "/tmp/.config")]
        {
            say(&["--setenv", name, value]);
        }
        for name in ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"] {
            say(&["--unsetenv", name]);
        }
        say(&["--", &support.prlimit.to_string_lossy()]);
        say(&LIMITS);
        say(&["--", program]);
        words.extend(args.iter().cloned());
        (support.setpriv.as_ref().unwrap_or(&support.bubblewrap).clone(), words)
    }
}
