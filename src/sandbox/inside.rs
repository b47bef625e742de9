//! What toolgrade does inside a sandbox: forbids itself what is left to forbid, then becomes the program. `toolgrade inside` is it.

use super::landlock::{self, Rules};
use super::{CONFIGURATION, SYSTEM};
use anyhow::Context as _;
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What every program may write to, so that nothing is there to keep.
const DEVICES: [&str; 6] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

/// What says which system this is: pip stops where it may not read what it sees.
const SYSTEM_NAMES: [&str; 5] = ["debian_version", "locale.alias", "lsb-release", "os-release", "redhat-release"];

/// Variables that lead out of the sandbox.
const OUTWARD: [&str; 6] =
    ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"];

/// A program to become, and what stays allowed.
#[derive(Clone, Debug, Default)]
pub struct Inside {
    /// Directories that it may read.
    pub readable: Vec<PathBuf>,
    /// Directories that it may write.
    pub writable: Vec<PathBuf>,
    /// Whether it has a network.
    pub network: bool,
    /// The socket that leads to the package registry, and nowhere else.
    pub gate: Option<PathBuf>,
    /// Whether there is no other layer.
    pub alone: bool,
    /// The program, with its arguments.
    pub command: Vec<String>,
}

impl Inside {
    /// Runs the program; its exit status where it did not take our place.
    ///
    /// # Errors
    /// When what it must not do cannot be forbidden, or it cannot be started.
    pub fn run(mut self) -> anyhow::Result<i32> {
        let [program, args @ ..] = self.command.as_slice() else { anyhow::bail!("there is no program to start") };
        let mut command = Command::new(program);
        command.args(args);
        let port = self.gate.as_deref().map(forward).transpose().context("the way to the package registry cannot be opened")?;
        if let Some(port) = port {
            let proxy = format!("http://127.0.0.1:{port}");
            for name in ["HTTP_PROXY", "HTTPS_PROXY"] {
                command.env(name, &proxy).env(name.to_lowercase(), &proxy);
            }
            for name in ["ALL_PROXY", "NO_PROXY"] {
                command.env_remove(name).env_remove(name.to_lowercase());
            }
        }
        if self.alone {
            self.readable.extend(SYSTEM.iter().map(PathBuf::from));
            self.readable.extend(CONFIGURATION.iter().chain(&SYSTEM_NAMES).map(|name| Path::new("/etc").join(name)));
            self.readable.extend(self.network.then(|| "/etc/resolv.conf".into()));
            let home = self.writable.first().cloned().unwrap_or_else(|| "/nonexistent".into());
            command.env("HOME", &home).env("TMPDIR", &home);
            for name in OUTWARD {
                command.env_remove(name);
            }
            self.writable.extend(DEVICES.map(PathBuf::from));
        }
        let ports = (!self.network).then(|| port.into_iter().collect());
        let version = landlock::restrict(&Rules { readable: self.readable, writable: self.writable, ports });
        let version = version.map_err(anyhow::Error::msg)?;
        anyhow::ensure!(!self.alone || version >= Some(landlock::WITH_NETWORK), "Landlock alone would not do here");
        match port {
            // Somebody has to carry what it says to the gate.
            Some(_) => Ok(command.status().with_context(|| format!("`{program}` cannot be started"))?.code().unwrap_or(1)),
            None => become_it(command).with_context(|| format!("`{program}` cannot be started")),
        }
    }
}

#[cfg(unix)]
fn become_it(mut command: Command) -> io::Result<i32> {
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> io::Result<i32> {
    Ok(command.status()?.code().unwrap_or(1))
}

/// Opens a port of this sandbox's own, and carries what comes there to the socket: programs know of proxies at ports only.
/// Its threads are older than the restrictions, so these do not bind them.
#[cfg(unix)]
fn forward(socket: &Path) -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let socket = socket.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let socket = socket.clone();
            std::thread::spawn(move || carry(&stream, &socket));
        }
    });
    Ok(port)
}

#[cfg(not(unix))]
fn forward(_socket: &Path) -> io::Result<u16> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Carries bytes both ways until both sides are done. Whoever goes away ends it.
#[cfg(unix)]
fn carry(stream: &TcpStream, socket: &Path) -> io::Result<()> {
    let gate = std::os::unix::net::UnixStream::connect(socket)?;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _ = io::copy(&mut &gate, &mut &*stream);
            stream.shutdown(Shutdown::Write)
        });
        let _ = io::copy(&mut &*stream, &mut &gate);
        gate.shutdown(Shutdown::Write)
    })
}
