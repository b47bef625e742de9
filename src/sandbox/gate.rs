//! The gate: all of the network that fetching a package sees. A proxy on a socket that lets through to certain hosts, and refuses the
//! others. What is said through it is encrypted, or – where a registry has no TLS – read one request at a time.

use reqwest::Url;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The longest head of a request, in bytes.
const MAX_HEAD: u64 = 64 << 10;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(15);

/// A host with a port.
pub(crate) type Place = (String, u16);

/// An open gate; it closes when it is dropped.
#[derive(Debug)]
pub(crate) struct Gate {
    directory: TempDir,
    task: JoinHandle<()>,
    refused: Arc<Mutex<BTreeSet<String>>>,
}

/// Where connections may lead, and the proxy on the way there, if any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ways {
    pub(crate) places: Vec<Place>,
    pub(crate) proxy: Option<Place>,
}

/// The host and port that a URL leads to.
pub(crate) fn place(url: &str) -> Option<Place> {
    let url = Url::parse(url.trim()).ok()?;
    Some((url.host_str()?.to_ascii_lowercase(), url.port_or_known_default()?))
}

impl Gate {
    /// Opens a gate to certain places.
    #[cfg(unix)]
    pub(crate) fn open(ways: Ways) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::Builder::new().prefix("toolgrade-gate-").tempdir()?;
        let listener = tokio::net::UnixListener::bind(directory.path().join("gate"))?;
        // Whoever root becomes in the sandbox must get there.
        for (path, mode) in [(directory.path().to_owned(), 0o755), (directory.path().join("gate"), 0o666)] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
        }
        let refused = Arc::new(Mutex::default());
        let (ways, log) = (Arc::new(ways), Arc::clone(&refused));
        let task = tokio::spawn(async move {
            // With the listener the connections end.
            let mut connections = tokio::task::JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((client, _)) => {
                            let (ways, log) = (Arc::clone(&ways), Arc::clone(&log));
                            connections.spawn(async move { drop(serve(client, &ways, &log).await) });
                        }
                        Err(_) => return,
                    },
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Ok(Self { directory, task, refused })
    }

    #[cfg(not(unix))]
    pub(crate) fn open(_ways: Ways) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.path().join("gate")
    }

    /// The hosts that somebody wanted to reach and may not.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(unix)]
async fn serve(client: tokio::net::UnixStream, ways: &Ways, refused: &Mutex<BTreeSet<String>>) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let head = read_head(&mut client).await?;
    let (first, rest) = head.split_once("\r\n").unwrap_or((&head, ""));
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_tunnel = method == "CONNECT";
    let url = Url::parse(&if is_tunnel { format!("https://{target}/") } else { target.to_owned() }).ok();
    let wanted = url.as_ref().and_then(|url| place(url.as_str()));
    let allowed = wanted.clone().filter(|wanted| ways.places.contains(wanted) && (is_tunnel || matches!(method, "GET" | "HEAD")));
    let Some((host, port)) = allowed else {
        if let Some((host, port)) = wanted {
            refused.lock().unwrap_or_else(PoisonError::into_inner).insert(format!("{host}:{port}"));
        }
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    };
    let Ok(mut server) = connect(&host, port, ways.proxy.as_ref()).await else {
        return client.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    };
    if is_tunnel {
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    } else if let Some(url) = url {
        // One request a connection, so that every one of them is looked at.
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let kept = rest.split_inclusive("\r\n").filter(|line| {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            !matches!(name.as_str(), "connection" | "proxy-connection" | "keep-alive")
        });
        let kept: String = kept.filter(|line| *line != "\r\n").collect();
        server
            .write_all(format!("{method} {}{query} HTTP/1.1\r\n{kept}connection: close\r\n\r\n", url.path()).as_bytes())
            .await?;
    }
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// The head of a request, up to its empty line.
async fn read_head(stream: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> io::Result<String> {
    let mut head = String::new();
    let mut bounded = stream.take(MAX_HEAD);
    while bounded.read_line(&mut head).await? > 0 {
        if head.ends_with("\r\n\r\n") {
            return Ok(head);
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

/// A connection to a host, through the caller's proxy where there is one.
async fn connect(host: &str, port: u16, proxy: Option<&Place>) -> io::Result<TcpStream> {
    let bare = host.trim_matches(['[', ']']);
    let is_here = bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let (first, first_port) = proxy.filter(|_| !is_here).map_or((bare, port), |(host, port)| (host.as_str(), *port));
    let mut server = timeout(CONNECT, TcpStream::connect((first, first_port))).await??;
    if proxy.is_some() && !is_here {
        server.write_all(format!("CONNECT {host}:{port} HTTP/1.1\r\nhost: {host}:{port}\r\n\r\n").as_bytes()).await?;
        let mut answer = BufReader::with_capacity(1, &mut server);
        let head = timeout(CONNECT, read_head(&mut answer)).await??;
        if head.split(' ').nth(1) != Some("200") {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
    }
    Ok(server)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{Gate, Ways};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, UnixStream};

    /// What the gate answers to a tunnel to this port of this machine, and what the other side then says.
    async fn tunnel(gate: &Gate, port: u16) -> String {
        let mut client = UnixStream::connect(gate.socket()).await.unwrap();
        client.write_all(format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nhost: x\r\n\r\nhello").as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        let mut said = String::new();
        client.read_to_string(&mut said).await.unwrap();
        said
    }

    #[tokio::test]
    async fn tunnels_lead_to_the_registry_only() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let echo = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut said = String::new();
            stream.read_to_string(&mut said).await.unwrap();
            stream.write_all(said.to_uppercase().as_bytes()).await.unwrap();
        });
        let gate = Gate::open(Ways { places: vec![("127.0.0.1".to_owned(), port)], proxy: None }).unwrap();
        assert_eq!(tunnel(&gate, port).await, "HTTP/1.1 200 OK\r\n\r\nHELLO");
        echo.await.unwrap();
        let other = port ^ 1;
        assert!(tunnel(&gate, other).await.starts_with("HTTP/1.1 403 Forbidden\r\n"));
        assert_eq!(gate.refused(), [format!("127.0.0.1:{other}")]);
    }
}
