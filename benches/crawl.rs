//! What a crawl costs beside a bare HTTP client that makes the same requests, and how much memory it takes however many servers
//! there are: `cargo bench --bench crawl [-- PROGRAM [SERVERS KIND]]`, where a kind of servers alone shows what that one costs.
//!
//! The farm are 2,000 servers on loopback, each an address of its own: most answer, the others are slow, paged, large, busy, closed,
//! broken, silent, or send a gzip bomb. Both clients wait the same for those that want it, and try once more what may pass. Where
//! everybody waits, everybody is equally slow: so the rate is taken of the servers that keep nobody waiting as well.
//! Linux only: elsewhere 127.0.0.0/8 is one address.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on should say where")]

use flate2::{Compression, write::GzEncoder};
use futures_util::{StreamExt as _, stream};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// The farms that are crawled: how many servers, and which.
const FARMS: [(usize, Farm); 3] = [(200, Farm::Whole), (2000, Farm::Whole), (2000, Farm::Prompt)];

/// Visits at once.
const CONCURRENCY: usize = 64;

/// Seconds that a visit may take, and how long a slow server takes for a reply.
const TIMEOUT: u64 = 20;
const SLOW: Duration = Duration::from_millis(150);

/// How long a busy server wants to be left alone; and the wait before the second try of anything else that may pass.
const REST: Duration = Duration::from_secs(1);
const WAIT: Duration = Duration::from_secs(2);

/// The most that a reply may be, and what the bomb and the list that is too large come to, in bytes.
const MOST: usize = 16 << 20;
const BOMB: usize = 1 << 30;
const OVERSIZE: usize = 20 << 20;

/// Pages of a large list, of a megabyte each; no two of its tools are alike.
const LARGE: usize = 20;

/// What a bar is: the least rate beside the bare client, and the most memory, in MB.
const RATE_BAR: f64 = 0.8;
const MEMORY_BAR: f64 = 150.0;

/// The kinds of servers, each with its share of a hundred and how a visit to it ends.
const KINDS: [(&str, usize, &str); 14] = [
    ("fast", 60, "seen"),
    ("slow", 10, "seen"),
    ("paged", 8, "seen"),
    ("401", 6, "seen connect unauthorized"),
    ("busy", 2, "seen"),
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

/// Which servers there are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Farm {
    /// All kinds.
    Whole,
    /// Those that keep nobody waiting; quick ones in the place of the others.
    Prompt,
    /// One kind.
    Only(usize),
}

/// Kinds that want to be waited for, or tried again.
const WAITING: [&str; 5] = ["slow", "busy", "500", "hang", "closes"];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if args.first().is_some_and(|first| first == "bare") {
        let urls = args[1..].to_vec();
        return runtime.block_on(bare(urls));
    }
    let program = args.first().map_or(env!("CARGO_BIN_EXE_toolgrade"), String::as_str).to_owned();
    let port = runtime.block_on(farm());
    let directory = tempfile::tempdir().unwrap();
    let mut farms = FARMS.to_vec();
    if let [_, servers, kind] = args.as_slice() {
        let kind = KINDS.iter().position(|(known, ..)| known == kind).unwrap();
        farms = vec![(servers.parse().unwrap(), Farm::Only(kind))];
    }
    let mut peaks = Vec::new();
    for (at, (servers, farm)) in farms.iter().copied().enumerate() {
        // A busy server remembers who has asked before, so each client asks at paths of its own.
        let urls = |client: &str| (0..servers).map(|number| url(number, port, farm, &format!("{client}{at}"))).collect();
        let begin = Instant::now();
        let urls_of_bare: Vec<String> = urls("bare");
        assert!(Command::new(std::env::current_exe().unwrap()).arg("bare").args(urls_of_bare).status().unwrap().success());
        let bare = begin.elapsed();
        let (crawl, peak) = crawl(&program, &directory.path().join(at.to_string()), &urls("crawl"), farm);
        let ratio = bare.as_secs_f64() / crawl.as_secs_f64();
        let rate = |took: Duration| servers as f64 / took.as_secs_f64();
        let which = match farm {
            Farm::Whole => "of all kinds",
            Farm::Prompt => "that keep nobody waiting",
            Farm::Only(kind) => KINDS[kind].0,
        };
        println!("crawl: {servers} servers {which}, {CONCURRENCY} at once: every one ended as it should");
        println!("  bare client {:>7.1} servers/s", rate(bare));
        println!(
            "  crawl       {:>7.1} servers/s, {ratio:.2} of it, {} the bar of {RATE_BAR}",
            rate(crawl),
            verdict(ratio >= RATE_BAR)
        );
        println!("  peak memory {peak:>7.0} MB, {} the bar of {MEMORY_BAR} MB", verdict(peak < MEMORY_BAR));
        peaks.push(peak);
    }
    if farms == FARMS {
        println!("from {} to {} servers, memory grows by {:.0} MB", FARMS[0].0, FARMS[1].0, peaks[1] - peaks[0]);
    }
}

fn verdict(holds: bool) -> &'static str {
    if holds { "within" } else { "MISSES" }
}

/// The kind of a server, and how a visit to it ends.
fn kind(number: usize, farm: Farm) -> (&'static str, &'static str) {
    if let Farm::Only(kind) = farm {
        return (KINDS[kind].0, KINDS[kind].2);
    }
    let mut at = (number * 37) % 100;
    for (kind, share, outcome) in KINDS {
        match at.checked_sub(share) {
            Some(rest) => at = rest,
            None if farm == Farm::Prompt && WAITING.contains(&kind) => break,
            None => return (kind, outcome),
        }
    }
    (KINDS[0].0, KINDS[0].2)
}

fn url(number: usize, port: u16, farm: Farm, client: &str) -> String {
    format!("http://127.1.{}.{}:{port}/{}?{client}-{number}", number / 200, number % 200 + 1, kind(number, farm).0)
}

/// Crawls the farm with the program; every target must end as its kind does. Gives the time and the peak of memory in MB.
fn crawl(program: &str, directory: &Path, urls: &[String], farm: Farm) -> (Duration, f64) {
    std::fs::create_dir(directory).unwrap();
    let list = directory.join("list.jsonl");
    let lines = urls.iter().enumerate().fold(String::new(), |mut lines, (number, url)| {
        let line = json!({ "id": number.to_string(), "transport": "streamable-http", "remote_url": url });
        writeln!(lines, "{line}").unwrap();
        lines
    });
    std::fs::write(&list, lines).unwrap();
    let catalogue = directory.join("catalogue.db");
    let mut command = Command::new(program);
    command.arg("crawl").arg(&list).arg("--catalogue").arg(&catalogue);
    command.args(["--quiet", "--allow-private", "--retries=1", "--pace=0"]);
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
    check(&catalogue, urls.len(), farm);
    (took, peak)
}

fn check(catalogue: &Path, servers: usize, farm: Farm) {
    let catalogue = Connection::open(catalogue).unwrap();
    let mut statement = catalogue
        .prepare("SELECT key, trim(state || ' ' || coalesce(json_extract(failure, '$.stage') || ' ' || json_extract(failure, '$.reason'), '')) FROM targets")
        .unwrap();
    let rows = statement.query_map((), |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    let rows: Vec<(String, String)> = rows.map(Result::unwrap).collect();
    assert_eq!(rows.len(), servers);
    let mut wrong: BTreeMap<String, usize> = BTreeMap::new();
    for (key, found) in rows {
        let (kind, expected) = kind(key.parse().unwrap(), farm);
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

/// What is sent, made once, and who was told to come back.
struct Pages {
    usual: String,
    /// Pages of a megabyte.
    large: Vec<String>,
    bomb: Vec<u8>,
    oversize: Vec<u8>,
    told: Mutex<HashSet<String>>,
}

impl Pages {
    fn new() -> Self {
        let tools = |numbers: Range<usize>| {
            let tool = |number: usize| {
                json!({ "name": format!("get_order_{number}"), "description": "Gets an order of the shop by its number. ".repeat(6),
                    "inputSchema": { "type": "object", "properties": { "number": { "type": "string", "description": "The number" } } } })
            };
            json!(numbers.map(tool).collect::<Vec<_>>()).to_string()
        };
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        let blanks = vec![b' '; 1 << 20];
        (0..BOMB >> 20).for_each(|_| bomb.write_all(&blanks).unwrap());
        Self {
            usual: tools(0..12),
            large: (0..LARGE).map(|page| tools(2400 * page..2400 * (page + 1))).collect(),
            bomb: bomb.finish().unwrap(),
            oversize: vec![b' '; OVERSIZE],
            told: Mutex::default(),
        }
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
async fn answer(stream: &mut BufReader<TcpStream>, path: &str, request: &Value, pages: &Pages) -> std::io::Result<bool> {
    let kind = path.split('?').next().unwrap_or_default();
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
        "busy" if pages.told.lock().unwrap().insert(path.to_owned()) => {
            let status = format!("429 Too Many Requests\r\nretry-after: {}", REST.as_secs());
            return reply(stream, &status, b"").await;
        }
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
        ("bomb", _) => return reply(stream, &format!("{json_type}\r\ncontent-encoding: gzip"), &pages.bomb).await,
        ("oversize", _) => return reply(stream, json_type, &pages.oversize).await,
        ("paged", _) => (&pages.usual, (cursor < 4).then_some(cursor + 1)),
        ("large", _) => (&pages.large[cursor], (cursor < LARGE - 1).then_some(cursor + 1)),
        ("cursors", _) => (&pages.usual, Some(7)),
        _ => (&pages.usual, None),
    };
    let next = next.map_or_else(String::new, |next| format!(",\"nextCursor\":\"{next}\""));
    let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"tools\":{tools}{next}}}}}");
    reply(stream, json_type, body.as_bytes()).await
}

/// Makes the requests of a crawl and reads the replies, as JSON and no further; what may pass it tries once more, after the same wait.
async fn bare(urls: Vec<String>) {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let first = stream::iter(urls).map(async |url| {
        let wait = visit(url.clone()).await.err()?;
        Some((url, tokio::time::Instant::now() + wait?))
    });
    let again: Vec<_> = first.buffer_unordered(CONCURRENCY).filter_map(async |again| again).collect().await;
    let second = stream::iter(again).map(async |(url, due)| {
        tokio::time::sleep_until(due).await;
        visit(url).await
    });
    second.buffer_unordered(CONCURRENCY).for_each(|_| async {}).await;
}

/// How long to wait before it is tried again, if that is worth it.
type Again = Option<Duration>;

async fn visit(url: String) -> Result<(), Again> {
    tokio::time::timeout(Duration::from_secs(TIMEOUT), read(url)).await.unwrap_or(Err(Some(WAIT)))
}

async fn read(url: String) -> Result<(), Again> {
    let redirects = reqwest::redirect::Policy::limited(6);
    let client = reqwest::Client::builder().no_proxy().redirect(redirects).tls_certs_only([]).build().unwrap();
    let post = async |message: Value| -> Result<Value, Again> {
        let response = client.post(&url).json(&message).send().await;
        let mut response = response.map_err(|error| (!error.is_redirect()).then_some(WAIT))?;
        match response.status().as_u16() {
            429 => return Err(Some(REST)),
            500.. => return Err(Some(WAIT)),
            200..300 => {}
            _ => return Err(None),
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Some(WAIT))? {
            body.extend_from_slice(&chunk);
            if body.len() > MOST {
                return Err(None);
            }
        }
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    };
    let about = json!({ "protocolVersion": "2025-11-25" });
    let first = post(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about })).await?;
    first.get("result").ok_or(None)?;
    post(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await?;
    let mut cursor = Value::Null;
    loop {
        let params = if cursor.is_null() { json!({}) } else { json!({ "cursor": cursor }) };
        let page = post(json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": params })).await?;
        let next = page["result"]["nextCursor"].clone();
        if next.is_null() || next == cursor {
            return Ok(());
        }
        cursor = next;
    }
}
