//! Bubblewrap: namespaces of its own for every server, on a system that is read-only.

use super::{CONFIGURATION, Programs, SYSTEM, Sandbox, need, said};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The home inside, empty.
const HOME: &str = "/home/sandbox";

/// The most that the private `/tmp` and home may hold, in bytes.
const TMPFS: &str = "268435456";

/// Where this program is, inside.
pub(super) const OWN: &str = "/run/toolgrade";

/// Where the gate is, inside.
pub(super) const GATE: &str = "/run/gate";

/// What can be written to inside, by Landlock's leave: it lasts no longer than the program.
pub(super) const WRITABLE: [&str; 4] = ["/tmp", "/home", "/dev", "/proc"];

/// Bubblewrap and its version, if it makes a sandbox.
pub(super) fn probe(programs: &Programs) -> Result<(PathBuf, String), String> {
    if !cfg!(target_os = "linux") {
        return Err("there is no sandbox for this system: it needs Linux".to_owned());
    }
    let bubblewrap = need("bwrap", "bubblewrap")?;
    programs.prlimit.clone()?;
    programs.setpriv.clone().transpose()?;
    let version = said(Command::new(&bubblewrap).arg("--version"))?;
    let version = version.trim().trim_start_matches("bubblewrap ").to_owned();
    let mut words = programs.prefix();
    words.extend(self::words(&Sandbox::default(), &bubblewrap, programs, None));
    said(Command::new(&words[0]).args(&words[1..]).arg("true")).map_err(|why| {
        format!(
            "bubblewrap cannot make a sandbox ({}): user namespaces may be switched off (`kernel.unprivileged_userns_clone`, \
             `user.max_user_namespaces`) or reserved for programs with an AppArmor profile \
             (`kernel.apparmor_restrict_unprivileged_userns`), and bubblewrap must be 0.8 or newer",
            why.trim()
        )
    })?;
    Ok((bubblewrap, version))
}

/// Bubblewrap with its arguments, up to the program.
pub(super) fn words(sandbox: &Sandbox, bubblewrap: &Path, programs: &Programs, cwd: Option<&Path>) -> Vec<String> {
    let mut words = vec![bubblewrap.to_string_lossy().into_owned()];
    let mut say = |parts: &[&str]| words.extend(parts.iter().map(|part| (*part).to_owned()));
    say(&["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--disable-userns"]);
    if !sandbox.network {
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
    if sandbox.network {
        // It is often a link to a file that a daemon writes.
        let real = std::fs::canonicalize("/etc/resolv.conf").unwrap_or_else(|_| "/etc/resolv.conf".into());
        say(&["--ro-bind-try", &real.to_string_lossy(), "/etc/resolv.conf"]);
    }
    say(&[
        "--proc", "/proc", "--dev", "/dev", "--size", TMPFS, "--tmpfs", "/tmp", "--size", TMPFS, "--tmpfs", "/home", "--dir",
        HOME,
    ]);
    for place in &sandbox.readable {
        let place = place.to_string_lossy();
        say(&["--ro-bind", &place, &place]);
    }
    for place in &sandbox.writable {
        let place = place.to_string_lossy();
        say(&["--bind", &place, &place]);
    }
    let inside = cwd.filter(|cwd| sandbox.readable.iter().chain(&sandbox.writable).any(|place| cwd.starts_with(place)));
    say(&["--chdir", &inside.map_or_else(|| "/tmp".into(), Path::to_string_lossy)]);
    for (name, value) in
        [("HOME", HOME), ("TMPDIR", "/tmp"), ("XDG_CACHE_HOME", "/tmp/.cache"), ("XDG_CONFIG_HOME", "/tmp/.config")]
    {
        say(&["--setenv", name, value]);
    }
    for name in ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"] {
        say(&["--unsetenv", name]);
    }
    if let Ok(own) = &programs.own {
        say(&["--ro-bind", &own.to_string_lossy(), OWN]);
    }
    if let Some(gate) = &sandbox.gate {
        say(&["--ro-bind", &gate.to_string_lossy(), GATE]);
    }
    say(&["--"]);
    words
}
