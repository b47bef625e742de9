//! What a crawl costs beside a bare HTTP client that makes the same requests, and how much memory it takes however many servers
//! there are: `cargo bench --bench crawl [-- PROGRAM]`.
//!
//! The farm are 2,000 servers on loopback, each an address of its own: most answer, the others are slow, paged, large, busy, closed,
//! broken or silent. Linux only: elsewhere 127.0.0.0/8 is one address.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on should say where")]

use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Servers of the small and of the whole farm.
const SERVERS: [usize; 2] = [200, 2000];

/// Visits at once.
const CONCURRENCY: usize = 64;

/// Seconds that a visit may take, and that a slow server takes for a reply.
const TIMEOUT: u64 = 20;
const SLOW: Duration = Duration::from_millis(150);

/// What a bar is: the least rate beside the bare client, and the most memory, in MB.
const RATE_BAR: f64 = 0.8;
const MEMORY_BAR: f64 = 150.0;

/// The kinds of servers, each with its share of a hundred and how a visit to it ends.
const KINDS: [(&str, usize, &str); 14] = [
    ("fast", 60, "seen"),
    ("slow", 10, "seen"),
    ("paged", 8, "seen"),
    ("401", 6, "seen connect unauthorized"),
    ("busy", 2, "failed connect http-status"),
    ("500", 3, "failed connect http-status"),
    ("hang", 2, "failed initialize timeout"),
    ("garbage", 2, "failed initialize not-mcp"),
    ("bomb", 1, "failed list oversize"),
    ("redirect", 2, "failed connect redirect"),
    ("cursors", 1, "seen"),
    ("large", 1, "seen"),
    ("oversize", 1, "failed list oversize"),
    ("closes", 1, "failed connect closed"),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let [first, port, servers] = args.as_slice()
        && first == "bare"
    {
        return runtime.block_on(bare(port, servers.parse().unwrap()));
    }
    let program = args.first().map_or(env!("CARGO_BIN_EXE_toolgrade"), String::as_str).to_owned();
    let port = runtime.block_on(farm()).to_string();
    let directory = tempfile::tempdir().unwrap();
    let mut peaks = Vec::new();
    for servers in SERVERS {
        let begin = Instant::now();
        let own = std::env::current_exe().unwrap();
        assert!(Command::new(own).args(["bare", &port, &servers.to_string()]).status().unwrap().success());
        let bare = begin.elapsed();
        let (crawl, peak) = crawl(&program, directory.path(), &port, servers);
        let ratio = bare.as_secs_f64() / crawl.as_secs_f64();
        let rate = |took: Duration| servers as f64 / took.as_secs_f64();
        println!("crawl: {servers} servers, {CONCURRENCY} at once");
        println!("  bare client {:>7.0} servers/s", rate(bare));
        println!(
            "  crawl       {:>7.0} servers/s, {ratio:.2} of it, {} the bar of {RATE_BAR}",
            rate(crawl),
            verdict(ratio >= RATE_BAR)
        );
        println!("  peak memory {peak:>7.0} MB, {} the bar of {MEMORY_BAR} MB", verdict(peak < MEMORY_BAR));
        peaks.push(peak);
    }
    println!("from {} to {} servers, memory grows by {:.0} MB", SERVERS[0], SERVERS[1], peaks[1] - peaks[0]);
}

fn verdict(holds: bool) -> &'static str {
    if holds { "within" } else { "MISSES" }
}

fn kind(number: usize) -> (&'static str, &'static str) {
    let mut at = (number * 37) % 100;
    for (kind, share, outcome) in KINDS {
        match at.checked_sub(share) {
            Some(rest) => at = rest,
            None => return (kind, outcome),
        }
    }
    (KINDS[0].0, KINDS[0].2)
}

fn url(number: usize, port: &str) -> String {
    format!("http://127.1.{}.{}:{port}/{}", number / 200, number % 200 + 1, kind(number).0)
}

/// Crawls the farm with the program; every target must end as its kind does. Gives the time and the peak of memory in MB.
fn crawl(program: &str, directory: &Path, port: &str, servers: usize) -> (Duration, f64) {
    let list = directory.join(format!("{servers}.jsonl"));
    let lines = (0..servers).fold(String::new(), |mut lines, number| {
        let line = json!({ "id": number.to_string(), "transport": "streamable-http", "remote_url": url(number, port) });
        writeln!(lines, "{line}").unwrap();
        lines
    });
    std::fs::write(&list, lines).unwrap();
    let catalogue = directory.join(format!("{servers}.db"));
    let mut command = Command::new(program);
    command.arg("crawl").arg(&list).arg("--catalogue").arg(&catalogue);
    command.args(["--quiet", "--allow-private", "--retries=0", "--pace=0"]);
    command.args([format!("--timeout={TIMEOUT}"), format!("--concurrency={CONCURRENCY}")]);
    let begin = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut peak = 0.0_f64;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        peak = peak.max(line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1e3);
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = begin.elapsed();
    check(&catalogue, servers);
    (took, peak)
}

fn check(catalogue: &Path, servers: usize) {
    let catalogue = Connection::open(catalogue).unwrap();
    let mut statement = catalogue
        .prepare("SELECT key, trim(state || ' ' || coalesce(json_extract(failure, '$.stage') || ' ' || json_extract(failure, '$.reason'), '')) FROM targets")
        .unwrap();
    let rows = statement.query_map((), |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    let rows: Vec<(String, String)> = rows.map(Result::unwrap).collect();
    assert_eq!(rows.len(), servers);
    let mut wrong: BTreeMap<String, usize> = BTreeMap::new();
    for (key, found) in rows {
        let (kind, expected) = kind(key.parse().unwrap());
        if found != expected {
            *wrong.entry(format!("{kind}: {found} instead of {expected}")).or_default() += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The farm, on every address of 127.0.0.0/8. Gives its port.
async fn farm() -> u16 {
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let pages = Arc::new(Pages::new());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let pages = Arc::clone(&pages);
            tokio::spawn(async move { drop(serve(stream, &pages).await) });
        }
    });
    port
}

/// The lists that are sent, made once.
struct Pages {
    usual: String,
    large: String,
    bomb: Vec<u8>,
}

impl Pages {
    fn new() -> Self {
        let tools = |count: usize| {
            let tool = |number: usize| {
                json!({ "name": format!("get_order_{number}"), "description": "Gets an order of the shop by its number. ".repeat(6),
                    "inputSchema": { "type": "object", "properties": { "number": { "type": "string", "description": "The number" } } } })
            };
            json!((0..count).map(tool).collect::<Vec<_>>()).to_string()
        };
        Self { usual: tools(12), large: tools(2400), bomb: vec![b' '; 40 << 20] }
    }
}

async fn serve(stream: TcpStream, pages: &Pages) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut path, mut length, mut line) = (String::new(), 0, String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if path.is_empty() {
                line.split(' ').nth(1).unwrap_or_default().clone_into(&mut path);
            } else if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or_default();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let request: Value = serde_json::from_slice(&body).unwrap_or_default();
        if !answer(&mut stream, path.trim_start_matches('/'), &request, pages).await? {
            return Ok(());
        }
    }
}

/// Answers one request; false when the connection is to be closed.
async fn answer(stream: &mut BufReader<TcpStream>, kind: &str, request: &Value, pages: &Pages) -> std::io::Result<bool> {
    let reply = async |stream: &mut BufReader<TcpStream>, status: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body).await?;
        stream.flush().await.map(|()| true)
    };
    let json_type = "200 OK\r\ncontent-type: application/json";
    let (id, method) = (&request["id"], request["method"].as_str().unwrap_or_default());
    match kind {
        "401" => return reply(stream, "401 Unauthorized\r\nwww-authenticate: Bearer", b"").await,
        "busy" => return reply(stream, "429 Too Many Requests\r\nretry-after: 60", b"").await,
        "500" => return reply(stream, "500 Oops", b"").await,
        "garbage" => return reply(stream, json_type, b"\0\x01{]").await,
        "redirect" => return reply(stream, "308 Permanent Redirect\r\nlocation: /redirect", b"").await,
        "closes" => return Ok(false),
        "hang" => tokio::time::sleep(Duration::from_secs(60)).await,
        "slow" => tokio::time::sleep(SLOW).await,
        _ => {}
    }
    if id.is_null() {
        return reply(stream, "202 Accepted", b"").await;
    }
    let cursor = request["params"]["cursor"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let (tools, next) = match (kind, method) {
        (_, "initialize") => {
            let result = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": { "name": "farm" } });
            return reply(stream, json_type, json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string().as_bytes())
                .await;
        }
        ("bomb" | "oversize", _) => {
            return reply(stream, json_type, &pages.bomb[..if kind == "bomb" { 40 << 20 } else { 20 << 20 }]).await;
        }
        ("paged", _) => (&pages.usual, (cursor < 4).then_some(cursor + 1)),
        // Twenty megabytes in all.
        ("large", _) => (&pages.large, (cursor < 19).then_some(cursor + 1)),
        ("cursors", _) => (&pages.usual, Some(7)),
        _ => (&pages.usual, None),
    };
    let next = next.map_or_else(String::new, |next| format!(",\"nextCursor\":\"{next}\""));
    let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"tools\":{tools}{next}}}}}");
    reply(stream, json_type, body.as_bytes()).await
}

/// Makes the requests of a crawl and reads the replies, as JSON and no further.
async fn bare(port: &str, servers: usize) {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    use futures_util::{StreamExt as _, stream};
    let visits = (0..servers).map(|number| tokio::time::timeout(Duration::from_secs(TIMEOUT), visit(url(number, port))));
    stream::iter(visits).buffer_unordered(CONCURRENCY).for_each(|_| async {}).await;
}

async fn visit(url: String) -> Option<()> {
    let client =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::limited(6)).tls_certs_only([]).build().ok()?;
    let post = async |message: Value| -> Option<Value> {
        let response = client.post(&url).json(&message).send().await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let mut response = response;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            body.extend_from_slice(&chunk);
            if body.len() > 16 << 20 {
                return None;
            }
        }
        serde_json::from_slice(&body).ok().or(Some(Value::Null))
    };
    let first =
        post(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "protocolVersion": "2025-11-25" } })).await?;
    first.get("result")?;
    post(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await?;
    let mut cursor = Value::Null;
    loop {
        let params = if cursor.is_null() { json!({}) } else { json!({ "cursor": cursor }) };
        let page = post(json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": params })).await?;
        let next = page["result"]["nextCursor"].clone();
        if next.is_null() || next == cursor {
            return Some(());
        }
        cursor = next;
    }
}
