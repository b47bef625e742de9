//! A PostgreSQL server of this run's own: made and started by the first test that asks, gone with the process.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The password of the only user, where one is asked for: over TCP.
pub(crate) const PASSWORD: &str = "hunter2 and @more";

/// It makes a cluster, says `ready`, and stops it when standard input ends: also where this process is killed.
///
/// Its texts are sorted as people sort them, which is not what the catalogue may depend on.
const SUPERVISOR: &str = r#"
set -eu
trap '' INT TERM
{
  echo "$PASSWORD" > password
  "$BIN/initdb" -D data -U toolgrade --auth-local=trust --auth-host=scram-sha-256 --pwfile=password --no-sync \
    -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout data/server.key -out data/server.crt \
    -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE
  chmod 600 data/server.key
  "$BIN/pg_ctl" -D data -w -l data/log -o "-c ssl=on -c fsync=off -c listen_addresses=127.0.0.1 -p $PORT -k $PWD" start
} > log 2>&1 < /dev/null || { cat log >&2; exit 1; }
echo ready
cat > /dev/null
"$BIN/pg_ctl" -D data -m immediate stop > /dev/null 2>&1
rm -rf "$PWD"
"#;

/// A running server.
pub(crate) struct Cluster {
    directory: PathBuf,
    programs: PathBuf,
    port: u16,
    /// Its standard input stays open as long as this process is there.
    _supervisor: Child,
}

static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);

/// Databases so far: each has a name of its own.
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// Where PostgreSQL's programs are: below Debian's directory, or on the path.
fn programs() -> PathBuf {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map(|entry| entry.unwrap().path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = debian.chain(std::env::split_paths(&path)).filter(|programs| programs.join("initdb").exists());
    found.next().expect("PostgreSQL is missing: run `tests/run`, which installs what the tests need")
}

impl Cluster {
    fn start() -> Self {
        use std::os::unix::fs::{MetadataExt as _, chown};
        use std::os::unix::process::CommandExt as _;
        const NOBODY: u32 = 65534;
        let directory = tempfile::Builder::new().prefix("pg").tempdir().unwrap().keep();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let programs = programs();
        let mut supervisor = Command::new("sh");
        supervisor.args(["-c", SUPERVISOR]).current_dir(&directory).stdin(Stdio::piped()).stdout(Stdio::piped());
        supervisor.env("BIN", &programs).env("PORT", port.to_string()).env("PASSWORD", PASSWORD);
        // PostgreSQL does not run as root.
        if directory.metadata().unwrap().uid() == 0 {
            chown(&directory, Some(NOBODY), Some(NOBODY)).unwrap();
            supervisor.uid(NOBODY).gid(NOBODY);
        }
        let mut supervisor = supervisor.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(supervisor.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "ready\n", "PostgreSQL did not start");
        Self { directory, programs, port, _supervisor: supervisor }
    }

    fn query(&self, database: &str, sql: &str) -> String {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "toolgrade", "-d", database, "-c", sql]);
        let output = psql.arg("-h").arg(&self.directory).arg("-p").arg(self.port.to_string()).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The port at which the server listens on loopback.
pub(crate) fn port() -> String {
    CLUSTER.port.to_string()
}

/// A database of the cluster.
pub(crate) struct Database {
    pub(crate) name: String,
}

impl Database {
    /// A new and empty one.
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// One that is made with these options.
    pub(crate) fn with(options: &str) -> Self {
        let name = format!("catalogue_{}_of_these", DATABASES.fetch_add(1, Ordering::SeqCst));
        CLUSTER.query("postgres", &format!("CREATE DATABASE {name} {options}"));
        Self { name }
    }

    /// Its address, without a password.
    pub(crate) fn address(&self) -> String {
        self.address_in(&CLUSTER.directory)
    }

    /// The same, where the socket is in another directory.
    fn address_in(&self, sockets: &Path) -> String {
        let mut directory = String::new();
        for byte in sockets.to_str().unwrap().bytes() {
            let _ = write!(directory, "%{byte:02x}");
        }
        format!("postgres://toolgrade@{directory}:{}/{}", CLUSTER.port, self.name)
    }

    /// An address that leads to it as long as nobody calls the function that is given with it.
    pub(crate) fn until_gone(&self, directory: &Path) -> (String, impl FnOnce()) {
        let socket = format!(".s.PGSQL.{}", CLUSTER.port);
        let link = directory.join(&socket);
        std::os::unix::fs::symlink(CLUSTER.directory.join(&socket), &link).unwrap();
        let go = move || {
            std::fs::remove_file(link).unwrap();
            self.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'toolgrade' AND datname = current_database()");
        };
        (self.address_in(directory), go)
    }

    /// Its address over TCP, with this password and these options.
    pub(crate) fn over_tcp(&self, password: &str, options: &str) -> String {
        format!("postgres://toolgrade{password}@localhost:{}/{}{options}", CLUSTER.port, self.name)
    }

    /// What a query gives: a line a row, `|` between columns.
    pub(crate) fn query(&self, sql: &str) -> String {
        CLUSTER.query(&self.name, sql)
    }

    /// The number that a query gives.
    pub(crate) fn number(&self, sql: &str) -> usize {
        self.query(sql).trim().parse().unwrap()
    }

    /// The text with what is different in each run named instead.
    pub(crate) fn masked(&self, text: &str) -> String {
        text.replace(CLUSTER.directory.to_str().unwrap(), "@@SOCKETS@@")
            .replace(&CLUSTER.port.to_string(), "@@PORT@@")
            .replace(&self.name, "@@NAME@@")
    }
}

/// The server's certificate.
pub(crate) fn certificate() -> PathBuf {
    CLUSTER.directory.join("data/server.crt")
}
