//! The program in front of real servers: the packages that `tests/live` pins, started as a user would start them.

use crate::env::Env;
use crate::installed::{installed, node};
use serde_json::{Value, json};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The key that the Stripe server is started with. It has the shape of one and opens nothing.
const KEY: &str = "sk_test_xxxxxxxxxxxxxxxxxxxxxxxx";

/// Every server started here carries this variable, with the test's directory as its value.
const MARK: &str = "TOOLGRADE_TEST";

/// Tools about which two careful people differ: either class is right.
const EITHER: [(&str, [&str; 2]); 4] = [
    // The archive is offered as a resource for the length of the session.
    ("gzip-file-as-resource", ["Read", "Write"]),
    // It simulates a task and leaves nothing behind.
    ("simulate-research-query", ["Read", "Execute"]),
    // It waits and reports progress; its name says more.
    ("trigger-long-running-operation", ["Read", "Execute"]),
    // It stores evidence, and may submit it to a bank.
    ("update_dispute", ["Write", "Financial"]),
];

/// A directory for a test, and the caller's `PATH`, by which `node` and `git` are found.
fn env() -> Env {
    Env::new().var("PATH", &std::env::var("PATH").unwrap())
}

/// Where a path of the test's directory is, as an argument.
fn at(env: &Env, path: &str) -> String {
    env.path().join(path).to_str().unwrap().to_owned()
}

fn stripe() -> Vec<String> {
    [node("@stripe/mcp"), vec!["--tools=all".to_owned(), format!("--api-key={KEY}")]].concat()
}

fn with(mut command: Vec<String>, arg: &str) -> Vec<String> {
    command.push(arg.to_owned());
    command
}

/// Runs the program with arguments of its own, in front of a server started by `command`; nothing may be left running, nor
/// the key be said.
#[track_caller]
fn run(env: &Env, args: &[&str], command: &[String]) -> (Option<i32>, Vec<u8>, String) {
    let mark = format!("{MARK}={}", env.path().display());
    let separator = if command.is_empty() { vec![] } else { vec!["--env", &mark, "--"] };
    let args: Vec<&str> = args.iter().copied().chain(separator).chain(command.iter().map(String::as_str)).collect();
    let output = env.output(&args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!contains(&output.stdout, KEY) && !said.contains(KEY), "the key is said");
    assert_none_left(env);
    (output.status.code(), output.stdout, said)
}

/// The one server that a scan finds, whole.
#[track_caller]
fn scan(env: &Env, args: &[&str], command: &[String]) -> Value {
    let (status, stdout, said) = run(env, &[&["scan", "--format", "json"], args].concat(), command);
    assert_eq!(status, Some(0), "{said}");
    let mut document: Value = serde_json::from_slice(&stdout).unwrap();
    assert_eq!((&document["failures"], document["servers"].as_array().unwrap().len()), (&json!([]), 1));
    let server = document["servers"][0].take();
    assert_eq!(server["complete"], true);
    server
}

/// How the server was read, what it counts to, and the class and severity of every tool in it.
#[track_caller]
fn summary(server: &Value) -> String {
    let tools = server["tools"].as_array().unwrap();
    let mut lines: Vec<String> = tools.iter().map(line).collect();
    lines.sort();
    let text = |key: &str| server[key].as_str().unwrap().to_owned();
    format!("{} {}, {} tools\n{}", text("name"), text("protocol"), tools.len(), lines.join("\n"))
}

#[track_caller]
fn line(tool: &Value) -> String {
    let [name, class, severity] = ["name", "class", "severity"].map(|key| tool[key].as_str().unwrap());
    if let Some((_, classes)) = EITHER.iter().find(|(known, _)| *known == name) {
        assert!(classes.contains(&class), "{name} is {class}");
        return format!("{name} {}", classes.join(" or "));
    }
    format!("{name} {class} {severity}")
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// No process that carries the test's mark is left.
#[track_caller]
fn assert_none_left(env: &Env) {
    let mark = format!("{MARK}={}", env.path().display());
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    // A zombie has no environment.
    let left: Vec<String> = processes
        .filter(|process| std::fs::read(process.path().join("environ")).is_ok_and(|bytes| contains(&bytes, &mark)))
        .map(|process| std::fs::read_to_string(process.path().join("cmdline")).unwrap_or_default().replace('\0', " "))
        .collect();
    assert!(left.is_empty(), "left running: {left:?}");
}

/// Every file below a directory that holds the key.
fn files_with_the_key(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with_the_key(&path));
        } else if contains(&std::fs::read(&path).unwrap(), KEY) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn the_filesystem_server() {
    let env = env();
    let server = scan(&env, &[], &with(node("@modelcontextprotocol/server-filesystem"), env.path().to_str().unwrap()));
    insta::assert_snapshot!(summary(&server));
}

#[test]
fn the_memory_server() {
    let server = scan(&env(), &[], &node("@modelcontextprotocol/server-memory"));
    insta::assert_snapshot!(summary(&server));
}

#[test]
fn the_git_server() {
    let env = env();
    let created = Command::new("git").args(["init", "--quiet", "repository"]).current_dir(env.path()).status().unwrap();
    assert!(created.success());
    let program = installed("venv/bin/mcp-server-git").to_str().unwrap().to_owned();
    let server = scan(&env, &[], &[program, "--repository".to_owned(), at(&env, "repository")]);
    insta::assert_snapshot!(summary(&server));
}

#[test]
fn the_everything_server_says_the_same_over_both_transports() {
    let command = with(node("@modelcontextprotocol/server-everything"), "stdio");
    let stdio = scan(&env(), &[], &command);
    insta::assert_snapshot!(summary(&stdio));

    let web = Web::start();
    let mut http = scan(&env(), &[&web.url], &[]);
    assert_eq!(http["source"], json!({ "kind": "http", "url": web.url, "transport": "streamable-http" }));
    for key in ["server", "name", "source"] {
        http[key] = stdio[key].clone();
    }
    assert_eq!(http, stdio);
}

#[test]
fn the_stripe_server_from_a_scan_to_its_site_and_policy() {
    let env = env();
    let server = scan(&env, &["--catalogue", "seen.db", "--explain"], &stripe());
    assert_eq!(server["source"]["args"].as_array().unwrap().last().unwrap(), "--api-key=***");
    insta::assert_snapshot!(summary(&server));

    let (status, _, said) = run(&env, &["site", "--catalogue", "seen.db", "-o", "out"], &[]);
    assert_eq!(status, Some(0), "{said}");
    let pages = std::fs::read_dir(env.path().join("out/servers/stripe")).unwrap().flatten();
    // And one of the server itself, and one of its policies.
    assert_eq!(pages.filter(|entry| entry.path().extension().is_some_and(|end| end == "html")).count(), 24);
    let published: Value = serde_json::from_str(&env.read("out/servers/stripe/server.json").unwrap()).unwrap();
    assert_eq!(published["tools"], server["tools"]);

    let (status, _, said) = run(&env, &["policy", "-o", "policy.json"], &stripe());
    assert_eq!(status, Some(0), "{said}");
    let policy = env.read("policy.json").unwrap();
    assert_eq!(env.read("out/servers/stripe/policy.json").unwrap(), policy, "the site offers another policy");
    let policy: Value = serde_json::from_str(&policy).unwrap();
    assert_eq!(policy["tools"].as_object().unwrap().len(), 22);
    let approval = json!([{ "conditions": [], "on_deny": "Requires human approval." }]);
    let cap = json!([{ "conditions": [{ "path": "args.amount", "op": "gte", "value": 0 }, { "path": "args.amount", "op": "lte", "value": 0 }],
                       "on_deny": "`amount` must be 0 until a cap is filled in" }]);
    assert_eq!(policy["tools"]["create_refund"], json!({ "require": cap, "deny_if": approval }));
    assert_eq!(policy["tools"]["cancel_subscription"], json!({ "deny_if": approval }));
    assert_eq!(policy["tools"]["list_coupons"], json!({}));

    assert!(env.files().starts_with(&["out".to_owned(), "policy.json".to_owned(), "seen.db".to_owned()]), "{:?}", env.files());
    assert_eq!(files_with_the_key(env.path()), Vec::<String>::new());
}

#[test]
fn a_clients_config_with_a_server_that_fails() {
    let env = env();
    let entry = |command: &[String]| json!({ "command": command[0], "args": command[1..], "env": { MARK: env.path().to_str().unwrap() } });
    let servers = json!({
        "payments": entry(&stripe()),
        "broken": entry(&["node".to_owned(), at(&env, "absent.js"), format!("--api-key={KEY}")]),
        "notes": entry(&node("@modelcontextprotocol/server-memory")),
    });
    // The config itself holds the key: outside the directory that is searched for it.
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("mcp.json");
    std::fs::write(&config, json!({ "mcpServers": servers }).to_string()).unwrap();

    let args = ["scan", config.to_str().unwrap(), "--format", "json", "--catalogue", "seen.db"];
    let (status, stdout, said) = run(&env, &args, &[]);
    assert_eq!(status, Some(3), "{said}");
    let document: Value = serde_json::from_slice(&stdout).unwrap();
    let found: Vec<(&str, usize)> = document["servers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|server| (server["server"].as_str().unwrap(), server["tools"].as_array().unwrap().len()))
        .collect();
    assert_eq!(found, [("payments", 22), ("notes", 9)]);
    let failures = document["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1);
    assert_eq!((&failures[0]["stage"], &failures[0]["reason"]), (&json!("initialize"), &json!("exited")));
    assert!(said.contains("broken") && said.contains("absent.js"), "{said}");
    assert_eq!(files_with_the_key(env.path()), Vec::<String>::new());
}

/// Imports the script that follows. Node 18, Debian's own, lacks the global `crypto` that the server takes for granted.
const WITH_CRYPTO: &str = "globalThis.crypto ??= require('node:crypto').webcrypto; import(process.argv[1])";

/// The everything server over streamable HTTP, on a port of its own; it and its children end with this.
struct Web {
    server: Child,
    url: String,
}

impl Web {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let command = with(node("@modelcontextprotocol/server-everything"), "streamableHttp");
        let mut server = Command::new(&command[0])
            .args(["--eval", WITH_CRYPTO])
            .args(&command[1..])
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(server.try_wait().unwrap().is_none() && Instant::now() < until, "the server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { server, url: format!("http://127.0.0.1:{port}/mcp") }
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        let group = nix::unistd::Pid::from_raw(self.server.id().try_into().unwrap());
        // It may have ended by itself.
        let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        let _ = self.server.wait();
    }
}
