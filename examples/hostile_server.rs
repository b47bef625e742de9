//! An MCP server that misbehaves in one way, named by its first argument; the tests scan it.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::exit, reason = "a server speaks on its standard output")]
#![allow(clippy::unwrap_used, reason = "it may panic")]

use serde_json::{Value, json};
use std::io::{BufRead as _, Read as _, Write as _};
use std::time::Duration;

fn main() {
    let scenario = std::env::args().nth(1).unwrap_or_default();
    before(&scenario);
    let mut answered = 0;
    while let Some(line) = read_line() {
        let Ok(request) = serde_json::from_str::<Value>(&line) else { continue };
        let (method, id) = (request["method"].as_str().unwrap_or_default(), &request["id"]);
        if id.is_null() {
            continue;
        }
        match (scenario.as_str(), method) {
            ("silent", _) | ("hang-after-initialize", "tools/list") => hang(),
            ("crash-on-initialize", "initialize") => crash(),
            ("crash-on-list", "tools/list") => crash(),
            ("hang-in-list", "tools/list") if answered == 1 => hang(),
            ("crash-in-list", "tools/list") if answered == 1 => crash(),
            ("error-in-list", "tools/list") if answered == 1 => error(id, -32603, "out of memory"),
            ("error-on-list", "tools/list") => error(id, -32603, "no token xoxb-1234567890-abc"),
            ("no-such-method", "tools/list") => error(id, -32601, "Method not found"),
            ("refuses", _) => error(id, -32000, "give me a key"),
            ("modern" | "slow-start" | "modern-dumb", _) => sessionless(&scenario, method, &request),
            (_, "initialize") => initialize(&scenario, id, &request),
            (_, "tools/list") => {
                list(&scenario, id, &request);
                answered += 1;
            }
            _ => error(id, -32601, "Method not found"),
        }
    }
    if scenario == "ignores-the-end" {
        hang();
    }
}

/// What happens before the first request is read.
fn before(scenario: &str) {
    match scenario {
        "linger" => hang(),
        "banner" => {
            println!("Welcome!\n\n   ___\n{{\"level\":\"info\"}}\n[1,2]\n{{broken");
            std::io::stdout().write_all(b"\xff\xfe not text\n").unwrap();
        }
        "early" => {
            send(&json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "up"}}));
            send(&json!({"jsonrpc": "2.0", "id": 99, "result": {"tools": []}}));
        }
        "stderr" => {
            eprintln!("\x1b[31mError:\x1b[0m HOSTILE_KEY is wrong: {}", std::env::var("HOSTILE_KEY").unwrap_or_default());
            std::process::exit(1);
        }
        "flood" => loop {
            println!("{}", "x".repeat(1 << 20));
        },
        "oversize" => {
            let piece = "x".repeat(1 << 20);
            loop {
                print!("{piece}");
            }
        }
        "noisy-stderr" => {
            for number in 0..20_000 {
                eprintln!("log line {number}");
            }
        }
        "first-silent" => {
            // Only the second process speaks.
            let mark = std::env::args().nth(2).unwrap();
            if std::fs::File::create_new(mark).is_ok() {
                hang();
            }
        }
        _ => {}
    }
}

fn initialize(scenario: &str, id: &Value, request: &Value) {
    if scenario == "asks" {
        // Nothing may come before the answers to these.
        for (id, method) in [(json!(1), "ping"), (json!("a"), "roots/list"), (json!(7), "log")] {
            send(&json!({"jsonrpc": "2.0", "id": id, "method": method}));
            let answer: Value = serde_json::from_str(&read_line().unwrap()).unwrap();
            assert_eq!(answer["id"], id);
            assert_eq!(answer["error"]["code"], if method == "ping" { Value::Null } else { json!(-32601) });
        }
    }
    let protocol = match scenario {
        "old" => json!("2024-11-05"),
        "future" => json!("2099-01-01"),
        "bad-introduction" => json!(7),
        _ => request["params"]["protocolVersion"].clone(),
    };
    let info = match scenario {
        "bad-introduction" => json!("me"),
        "escapes" => json!({"name": "a\u{1b}[2Jb", "version": "<script>"}),
        _ => json!({"name": "hostile", "version": "1.0.0"}),
    };
    let id = if scenario == "string-ids" { json!(id.to_string()) } else { id.clone() };
    send(&json!({"jsonrpc": "2.0", "id": id, "result": {"protocolVersion": protocol, "capabilities": {}, "serverInfo": info}}));
}

fn list(scenario: &str, id: &Value, request: &Value) {
    let cursor = request["params"]["cursor"].as_str();
    let tool = |name: &str| json!({"name": name, "inputSchema": {"type": "object"}});
    let result = match scenario {
        "paged" => {
            // The second page is asked for with an empty cursor.
            let start: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap_or(50));
            let tools: Vec<Value> = (start..start + 50).map(|number| tool(&format!("tool-{number}"))).collect();
            let next = match start {
                0 => json!(""),
                200 => Value::Null,
                _ => json!((start + 50).to_string()),
            };
            json!({"tools": tools, "nextCursor": next})
        }
        "cursor-loop" => json!({"tools": [tool("again")], "nextCursor": "same"}),
        "empty-loop" => json!({"tools": [], "nextCursor": ""}),
        "endless" => {
            let number: u64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
            json!({"tools": [tool(&format!("t{number}"))], "nextCursor": (number + 1).to_string()})
        }
        "many" => {
            let number: u64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
            let tools: Vec<Value> = (0..20_000).map(|index| json!({"name": format!("t{number}-{index}")})).collect();
            json!({"tools": tools, "nextCursor": (number + 1).to_string()})
        }
        "hang-in-list" | "crash-in-list" | "error-in-list" => json!({"tools": [tool("first")], "nextCursor": "2"}),
        "no-tools" => json!({"tools": []}),
        "no-list" => json!({"resources": []}),
        "null-result" => Value::Null,
        "malformed" => {
            json!({"tools": [tool("good"), null, 7, {"description": "no name"}, {"name": ""}, {"name": 5}, [], tool("fine"), {"name": "bare"}]})
        }
        "many-malformed" => json!({"tools": vec![Value::Null; 5_000]}),
        "escapes" => json!({"tools": [{"name": "x\u{1b}[2J\u{202e}<script>alert(1)</script>", "description": "\u{0}"}]}),
        "odd-schemas" => {
            let tools = r#"{"name":"a","inputSchema":null,"annotations":{"readOnlyHint":"yes"},"outputSchema":true,"x-own":1e400},{"name":"b","inputSchema":{"type":7},"description":null}"#;
            println!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":[{tools}]}}}}"#);
            return;
        }
        "environment" => {
            let names: Vec<Value> = std::env::vars().map(|(name, value)| json!({"name": name, "description": value})).collect();
            json!({"tools": names})
        }
        #[cfg(unix)]
        "grandchild" => json!({"tools": [tool(&grandchild().to_string())]}),
        "bomb" => {
            println!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{}", "[".repeat(100_000));
            return;
        }
        "half-emoji" => {
            println!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":[{{"name":"cut","description":"\ud83d"}}]}}}}"#);
            return;
        }
        "no-newline" => {
            print!("{}", json!({"jsonrpc": "2.0", "id": id, "result": {"tools": [tool("last")]}}));
            std::process::exit(0);
        }
        _ => json!({"tools": [tool("only")]}),
    };
    let id = if scenario == "string-ids" { json!(id.to_string()) } else { id.clone() };
    send(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
}

/// A server of the era without `initialize`; `slow-start` is one of before that era whose first process is silent.
fn sessionless(scenario: &str, method: &str, request: &Value) {
    let id = &request["id"];
    let version = &request["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"];
    match method {
        "server/discover" if scenario == "modern" && version == "2026-07-28" => {
            let info = json!({"io.modelcontextprotocol/serverInfo": {"name": "modern", "version": "3"}});
            send(&json!({"jsonrpc": "2.0", "id": id, "result": {"resultType": "complete", "supportedVersions": ["2026-07-28"],
                "capabilities": {}, "instructions": "Be kind.", "ttlMs": 0, "_meta": info}}));
        }
        "tools/list" if version == "2026-07-28" => list("modern", id, request),
        _ => error(id, -32601, "Method not found"),
    }
}

fn read_line() -> Option<String> {
    let mut line = String::new();
    (std::io::stdin().lock().read_line(&mut line).unwrap() > 0).then_some(line)
}

/// Starts a process outside of this one's group, and leaves it behind.
#[cfg(unix)]
#[allow(clippy::zombie_processes, reason = "that is what is tested")]
fn grandchild() -> u32 {
    use std::os::unix::process::CommandExt as _;
    std::process::Command::new(std::env::current_exe().unwrap()).arg("linger").process_group(0).spawn().unwrap().id()
}

fn send(message: &Value) {
    println!("{message}");
}

fn error(id: &Value, code: i64, message: &str) {
    send(&json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}));
}

fn crash() {
    eprintln!("thread 'main' panicked");
    std::process::exit(101);
}

/// Does nothing, whatever happens to its input.
fn hang() {
    let _ = std::io::stdin().read(&mut []);
    std::thread::sleep(Duration::from_secs(600));
}
