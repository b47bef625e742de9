//! Crawls of scripted servers and registries.

use crate::env::Env;
use crate::http::{Request, Web, reply, reply_json, well_behaved};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What every crawl of a test is bounded by.
pub(crate) const QUICK: [&str; 8] = ["--allow-private", "--pace", "0", "--timeout", "5", "--retries", "0", "--lease=2"];

pub(crate) fn crawl(env: &Env, args: &[&str]) -> String {
    env.run(&[&["crawl", "--catalogue", "c.db"], &QUICK[..], args].concat())
}

/// A line of a list of targets.
pub(crate) fn line(id: &str, url: &str) -> String {
    format!("{}\n", json!({ "id": id, "transport": "streamable-http", "remote_url": url }))
}

/// Every target by its key: its state, and why.
pub(crate) fn targets(env: &Env) -> Vec<String> {
    let catalogue = Connection::open(env.path().join("c.db")).unwrap();
    let mut statement = catalogue
        .prepare("SELECT key, state, coalesce(json_extract(failure, '$.stage') || ' ' || json_extract(failure, '$.reason'), '-') FROM targets ORDER BY key")
        .unwrap();
    let rows = statement.query_map((), |row| {
        Ok(format!("{}: {} {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// The tools of every server, as they are published.
pub(crate) fn tools(env: &Env) -> Vec<String> {
    let said = env.run(&["site", "--catalogue", "c.db", "-o", "out"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    let catalogue: Value = serde_json::from_str(&env.read("out/catalogue.json").unwrap()).unwrap();
    let servers = catalogue["servers"].as_array().unwrap().iter().map(|server| server["server"].as_str().unwrap().to_owned());
    let names = |slug: String| {
        let server: Value = serde_json::from_str(&env.read(&format!("out/servers/{slug}/server.json")).unwrap()).unwrap();
        let names: Vec<&str> = server["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        format!("{slug}: {}", names.join(" "))
    };
    servers.map(names).collect()
}

/// One answer of the farm: the path says which server it is.
pub(crate) fn farm(request: &Request, stream: &mut TcpStream) {
    let tools = |stream: &mut TcpStream, tools: Value, next: Value| {
        reply_json(
            stream,
            &json!({ "jsonrpc": "2.0", "id": request.body["id"], "result": { "tools": tools, "nextCursor": next } }),
        );
    };
    let path = request.path.split('?').next().unwrap();
    match (path, request.rpc()) {
        ("/401", _) => {
            let asks = "WWW-Authenticate: Bearer realm=\"x\"\r\n";
            reply(stream, "401 Unauthorized", asks, "");
        }
        ("/.well-known/oauth-protected-resource/401", _) => {
            reply_json(stream, &json!({ "resource": "x", "authorization_servers": ["https://login.example.com"] }));
        }
        ("/429", _) => reply(stream, "429 Too Many Requests", "Retry-After: 7200\r\n", ""),
        ("/500", _) => reply(stream, "500 Oops", "", "out of order"),
        ("/hang", "tools/list") => std::thread::sleep(Duration::from_secs(20)),
        ("/garbage", _) => reply(stream, "200 OK", "content-type: application/json\r\n", "\u{0}\u{1}{]"),
        ("/loop", _) => reply(stream, "308 Permanent Redirect", "location: /loop\r\n", ""),
        ("/away", _) => reply(stream, "307 Temporary Redirect", "location: http://169.254.169.254/latest/meta-data\r\n", ""),
        ("/cursors", "tools/list") => tools(stream, json!([{ "name": "again" }]), json!("same")),
        ("/bomb", "tools/list") => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n");
            while stream.write_all(&[b' '; 1 << 16]).is_ok() {}
        }
        _ => well_behaved(request, stream),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn every_target_ends_in_the_state_that_it_should() {
    let web = Web::listen("0.0.0.0:0", farm);
    let kinds = ["401", "429", "500", "hang", "garbage", "loop", "away", "cursors", "bomb", "good", "good-too"];
    let mut list: String = kinds
        .iter()
        .enumerate()
        .map(|(number, kind)| line(kind, &format!("http://127.0.1.{number}:{}/{kind}", web.port())))
        .collect();
    list.push_str(&line("variable", "https://{tenant}.example.invalid/mcp"));
    list.push_str("{\"id\": \"nothing\"}\n{\"id\": \"nuget\", \"package\": {\"registryType\": \"nuget\", \"identifier\": \"X\"}}\nnot json\n");
    let env = Env::new().file("list.jsonl", &list);
    insta::assert_snapshot!(crawl(&env, &["list.jsonl"]));
    insta::assert_snapshot!(targets(&env).join("\n"));
    assert_eq!(tools(&env), ["cursors: again", "good: a b", "good-too: a b"]);
    // What a server asks for is an observation.
    let catalogue = Connection::open(env.path().join("c.db")).unwrap();
    let asked: String = catalogue
        .query_row("SELECT circumstances FROM observations JOIN targets ON target = targets.id WHERE key = '401'", (), |row| {
            row.get(0)
        })
        .unwrap();
    insta::assert_snapshot!(asked);
}

#[test]
fn a_gzip_bomb_is_cut_off() {
    let web = Web::start(|request, stream| match request.rpc() {
        "tools/list" => {
            let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            (0..64).for_each(|_| bomb.write_all(&[b' '; 1 << 20]).unwrap());
            let bomb = bomb.finish().unwrap();
            let head = "content-type: application/json\r\ncontent-encoding: gzip";
            let _ = write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\ncontent-length: {}\r\n\r\n", bomb.len());
            let _ = stream.write_all(&bomb);
        }
        _ => well_behaved(request, stream),
    });
    let env = Env::new().file("list.jsonl", &line("bomb", &web.address));
    let said = env.run(&["crawl", "--catalogue", "c.db", "--allow-private", "--retries=0", "list.jsonl"]);
    assert!(said.starts_with("exit 3\n"), "{said}");
    assert_eq!(targets(&env), ["bomb: failed list oversize"]);
}

#[test]
fn strangers_do_not_lead_into_private_networks() {
    let web = Web::start(well_behaved);
    let list: String = [
        format!("http://127.0.0.1:{}/mcp", web.port()),
        format!("http://localhost:{}/mcp", web.port()),
        format!("http://[::ffff:127.0.0.1]:{}/mcp", web.port()),
        format!("http://2130706433:{}/mcp", web.port()),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
    ]
    .iter()
    .enumerate()
    .map(|(number, url)| line(&number.to_string(), url))
    .collect();
    let env = Env::new().file("list.jsonl", &list);
    env.run(&["crawl", "--catalogue", "c.db", "list.jsonl", "--retries", "0", "--pace", "0"]);
    let refused: Vec<String> = (0..5).map(|number| format!("{number}: failed connect private-address")).collect();
    assert_eq!(targets(&env), refused);
    assert!(web.seen().is_empty());
    // What the user types is the user's own business.
    let typed = format!("http://localhost:{}/mcp", web.port());
    let said = env.run(&["crawl", "--catalogue", "typed.db", &typed]);
    assert!(said.starts_with("exit 0\n") && said.contains("2 tools of 1 server"), "{said}");
}

#[test]
fn what_is_fresh_is_not_visited_again() {
    let web = Web::start(well_behaved);
    let env = Env::new().file("list.jsonl", &line("one", &web.address));
    let visits = |said: &str| said.lines().find_map(|line| line.split_once(" in this run")).unwrap().0.to_owned();
    let runs = [&["list.jsonl"][..], &["list.jsonl"], &["list.jsonl", "--max-age", "0s"], &["list.jsonl", "--max-age", "7d"]];
    let made: Vec<String> = runs.iter().map(|args| visits(&crawl(&env, args))).collect();
    assert_eq!(made, ["1 visit", "0 visits", "1 visit", "0 visits"]);
    let catalogue = Connection::open(env.path().join("c.db")).unwrap();
    let count =
        |table: &str| catalogue.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((count("observations"), count("definitions")), (2, 2), "definitions are stored once");
    // What stands no longer in the list is no target any more.
    std::fs::write(env.path().join("list.jsonl"), line("two", &web.address)).unwrap();
    crawl(&env, &["list.jsonl"]);
    assert_eq!(targets(&env), ["two: seen -"]);
}

#[test]
fn what_was_listed_at_each_time_can_be_asked_for() {
    let tool = Arc::new(AtomicUsize::new(0));
    let number = Arc::clone(&tool);
    let web = Web::start(move |request, stream| match request.rpc() {
        "tools/list" => {
            let name = format!("tool-{}", number.load(Ordering::SeqCst));
            reply_json(stream, &json!({ "jsonrpc": "2.0", "id": request.body["id"], "result": { "tools": [{ "name": name }] } }));
        }
        _ => well_behaved(request, stream),
    });
    let env = Env::new().file("list.jsonl", &line("shop", &web.address));
    for now in 0..3 {
        tool.store(now, Ordering::SeqCst);
        let said = crawl(&env, &["list.jsonl", "--max-age", "0s"]);
        assert_eq!(said.contains("1 changed"), now > 0, "{said}");
    }
    let said = env.run(&["history", "--catalogue", "c.db", "shop"]);
    let times: Vec<&str> = said.lines().filter_map(|line| line.strip_suffix("  1 tool")).collect();
    assert_eq!(times.len(), 3, "{said}");
    for (number, time) in times.iter().enumerate() {
        let said = env.run(&["history", "--catalogue", "c.db", "shop", "--at", time]);
        assert!(said.contains(&format!("\"tool-{number}\"")), "{said}");
    }
    let said = [&["nobody"][..], &["shop", "--at", "2001-01-01T00:00:00Z"]]
        .map(|args| env.run(&[&["history", "--catalogue", "c.db"], args].concat()));
    let said = said.join("").replace(times[0], "@@TIME@@");
    insta::assert_snapshot!(said);
}

#[test]
fn secrets_of_configs_stay_out_of_the_catalogue_and_the_log() {
    let web = Web::start(|request, stream| match request.header("authorization") {
        Some("Bearer very-secret-token") => well_behaved(request, stream),
        _ => reply(stream, "401 Unauthorized", "", ""),
    });
    let entry = json!({ "url": web.address, "headers": { "Authorization": "Bearer very-secret-token" } });
    let broken = json!({ "command": "/no/such/program", "args": ["--api-key", "very-secret-token"], "env": { "KEY": "very-secret-token" } });
    let env = Env::new().file("mcp.json", &json!({ "mcpServers": { "shop": entry, "broken": broken } }).to_string());
    let said = crawl(&env, &["mcp.json", "--log", "json"]);
    assert!(said.starts_with("exit 3\n") && !said.contains("very-secret"), "{said}");
    assert_eq!(targets(&env), ["mcp.json#broken: failed spawn not-found", "mcp.json#shop: seen -"]);
    let catalogue = std::fs::read(env.path().join("c.db")).unwrap();
    assert!(!catalogue.windows(11).any(|window| window == b"very-secret"));
    let events: Vec<Value> = said.lines().skip(2).map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["started", "visited", "visited", "summary"]);
    assert_eq!(events[3]["reasons"], json!([{ "stage": "spawn", "reason": "not-found", "targets": 1 }]));
}

#[test]
fn recorded_lists_and_lines_of_tools_fill_a_catalogue_offline() {
    let tools = json!([{ "name": "one" }, { "name": "two" }]);
    let lines = "{\"server\":\"mail\",\"tool\":{\"name\":\"send\"}}\n{\"server\":\"notes\",\"tool\":{\"name\":\"write\"}}\n";
    let env = Env::new().recorded("a.json", &tools).file("tools.jsonl", lines);
    let said = crawl(&env, &["a.json", "tools.jsonl"]);
    assert!(said.starts_with("exit 0\n") && said.contains("2 visits in this run: 4 tools of 3 servers"), "{said}");
    assert_eq!(self::tools(&env), ["a: one two", "mail: send", "notes: write"]);
    // Another text is another list.
    std::fs::write(env.path().join("a.json"), "[{\"name\":\"three\"}]").unwrap();
    let said = crawl(&env, &["a.json", "tools.jsonl"]);
    assert!(said.contains("1 visit in this run: 1 tool of 1 server, 1 changed"), "{said}");
}

#[test]
fn mistakes_are_told() {
    let env = Env::new().file("empty.jsonl", "").file("bad.db", "text").file("photo.json", "{\"a\":1}");
    let said = [
        crawl(&env, &["missing.json"]),
        crawl(&env, &["photo.json"]),
        env.run(&["crawl", "--catalogue", "bad.db", "photo.json"]),
        crawl(&env, &["photo.json", "--max-age", "soon"]),
        env.run(&["crawl", "photo.json"]),
    ];
    insta::assert_snapshot!(said.join(""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_crawl_that_is_killed_again_and_again_comes_to_the_same() {
    const SERVERS: usize = 120;
    let web = Web::listen("0.0.0.0:0", |request, stream| {
        // Late enough that a kill finds visits under way.
        std::thread::sleep(Duration::from_millis(30));
        farm(request, stream);
    });
    let kinds = ["good", "401", "500", "garbage", "cursors", "loop"];
    let list: String = (0..SERVERS)
        .map(|number| {
            line(&format!("s{number:03}"), &format!("http://127.0.2.{number}:{}/{}", web.port(), kinds[number % kinds.len()]))
        })
        .collect();
    let undisturbed = Env::new().file("list.jsonl", &list);
    crawl(&undisturbed, &["list.jsonl", "--concurrency", "8"]);

    let env = Env::new().file("list.jsonl", &list);
    let args = [&["crawl", "--catalogue", "c.db"], &QUICK[..], &["list.jsonl", "--concurrency", "8"]].concat();
    let visited = |env: &Env| targets(env).iter().filter(|line| !line.contains("queued") && !line.contains("leased")).count();
    let mut finished = 0;
    for round in 0..20 {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toolgrade"));
        command.args(&args).current_dir(env.path()).env_clear().stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // A different moment each time, from before the first visit on.
        std::thread::sleep(Duration::from_millis(20 + (round * 37) % 180));
        child.kill().unwrap();
        child.wait().unwrap();
        if env.path().join("c.db").exists() && round > 5 {
            let now = visited(&env);
            assert!(now >= finished, "what was finished is lost");
            finished = now;
        }
    }
    crawl(&env, &["list.jsonl", "--concurrency", "8"]);
    assert_eq!(targets(&env), targets(&undisturbed));
    assert_eq!(tools(&env), tools(&undisturbed));
    let catalogue = Connection::open(env.path().join("c.db")).unwrap();
    let most: i64 = catalogue
        .query_row("SELECT max(number) FROM (SELECT count(*) AS number FROM observations GROUP BY target)", (), |row| row.get(0))
        .unwrap();
    assert_eq!(most, 1, "each visit is recorded once");
}

#[test]
fn an_interrupt_gives_the_visits_back() {
    use nix::sys::signal::{Signal, kill};
    let web = Web::start(|request, stream| match request.rpc() {
        "tools/list" => std::thread::sleep(Duration::from_secs(20)),
        _ => well_behaved(request, stream),
    });
    let env = Env::new().file("list.jsonl", &line("slow", &web.address));
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolgrade"));
    command.args(["crawl", "--catalogue", "c.db", "--allow-private", "list.jsonl"]).current_dir(env.path()).env_clear();
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while web.seen().len() < 3 {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(10));
    }
    kill(nix::unistd::Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("1 left") && said.contains("the same command goes on"), "{said}");
    assert_eq!(targets(&env), ["slow: queued -"]);
}
