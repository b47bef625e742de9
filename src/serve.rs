//! A preview of a directory over HTTP: on loopback only, files only, nothing for pages of elsewhere.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How long a client may take to ask, and how long its question may be, in bytes.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST: u64 = 8 << 10;

/// A server that is bound to its address and answers nobody yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    directory: PathBuf,
}

impl Server {
    /// Takes a port of the loopback interface; 0 takes any that is free.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn bind(directory: &Path, port: u16) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind((Ipv4Addr::LOCALHOST, port))?, directory: directory.to_owned() })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until the process ends.
    pub fn run(&self) {
        thread::scope(|scope| {
            for stream in self.listener.incoming().flatten() {
                // A client that goes away is no trouble of ours.
                scope.spawn(move || answer(&self.directory, stream));
            }
        });
    }
}

fn answer(directory: &Path, mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new((&stream).take(LONGEST)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let mut host = None;
    for line in lines {
        let line = line?;
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("host") => host = Some(value.trim().to_owned()),
            Some(_) => {}
            None => break,
        }
    }
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // A page of elsewhere whose name was made to lead here must not read what is here.
    let is_ours = host.is_some_and(|host| {
        let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
        matches!(name, "127.0.0.1" | "localhost")
    });
    if !is_ours {
        return reply(&mut stream, "421 Misdirected Request", "text/plain", b"");
    }
    if !matches!(method, "GET" | "HEAD") {
        return reply(&mut stream, "405 Method Not Allowed", "text/plain", b"");
    }
    let (status, path, body) = match find(directory, target) {
        Some((path, body)) => ("200 OK", path, body),
        None => ("404 Not Found", PathBuf::from("404.html"), std::fs::read(directory.join("404.html")).unwrap_or_default()),
    };
    reply(&mut stream, status, kind(&path), if method == "HEAD" { b"" } else { &body })
}

/// The file that an address names; that of a directory is its index.
fn find(directory: &Path, target: &str) -> Option<(PathBuf, Vec<u8>)> {
    let path = &target.split(['?', '#']).next()?.strip_prefix('/')?.replace("%2F", "/").replace("%2f", "/");
    let is_name = |part: &str| {
        !part.starts_with('.') && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
    };
    if !path.split('/').all(is_name) {
        return None;
    }
    let path = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { registry(path) };
    let mut body = Vec::new();
    File::open(directory.join(&path)).ok()?.read_to_end(&mut body).ok()?;
    Some((path.into(), body))
}

/// Where the answers of the registry are, as `_redirects` has it; every other path as it is.
fn registry(path: &str) -> String {
    let server = path.strip_prefix("v0.1/servers/").and_then(|rest| rest.split_once("/versions/"));
    match server {
        _ if path == "v0.1/servers" => format!("{path}.json"),
        Some((name, version)) if !version.contains('/') => format!("v0.1/servers/{name}.json"),
        _ => path.to_owned(),
    }
}

fn reply(stream: &mut TcpStream, status: &str, kind: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nX-Content-Type-Options: nosniff\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("xml") => "application/xml",
        _ => "text/plain; charset=utf-8",
    }
}
