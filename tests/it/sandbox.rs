//! What a stranger's program can do from within the sandbox, and how packages get there.

use crate::env::Env;
use crate::http::{Web, reply, reply_json};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn example(name: &str) -> String {
    let program = crate::hostile::program().with_file_name(name);
    assert!(program.exists(), "build it with `cargo build --example {name}`");
    program.to_str().unwrap().to_owned()
}

/// A home with a key in it.
fn home() -> Env {
    let env = Env::new().var("PATH", &std::env::var("PATH").unwrap());
    std::fs::create_dir_all(env.path().join("home/.ssh")).unwrap();
    std::fs::write(env.path().join("home/.ssh/id_ed25519"), "a key").unwrap();
    std::fs::create_dir(env.path().join("outside")).unwrap();
    let home = env.path().join("home").to_str().unwrap().to_owned();
    env.var("HOME", &home)
}

/// The names of the tools that a server started so lists.
fn attempts(env: &Env, options: &[&str], gently: bool) -> Vec<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let at = |path: &str| env.path().join(path).to_str().unwrap().to_owned();
    let (program, key, outside, mark) = (example("break_out"), at("home/.ssh/id_ed25519"), at("outside"), at("mark"));
    let mut args = vec!["scan", "--format", "json"];
    args.extend(options);
    args.extend(["--", &program, &key, &outside, &address, &mark]);
    args.extend(gently.then_some("gently"));
    let output = env.output(&args);
    let said = String::from_utf8_lossy(&output.stderr);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert!(document["servers"].as_array().is_some_and(|servers| servers.len() == 1), "{said}");
    let tools = document["servers"][0]["tools"].as_array().unwrap();
    let mut names: Vec<String> = tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Processes with this argument.
fn running(argument: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let arguments = processes.filter_map(|process| std::fs::read_to_string(process.path().join("cmdline")).ok());
    arguments.filter(|arguments| arguments.split('\0').any(|known| known == argument)).count()
}

#[test]
fn a_server_in_the_sandbox_harms_nobody() {
    let env = home();
    assert_eq!(
        attempts(&env, &["--sandbox"], false),
        [
            "connect-out refused",
            "fill-the-disk refused",
            "fork-bomb refused",
            "outlive done",
            "read-home refused",
            "see-others refused",
            "take-memory refused",
            "write-outside refused",
            "write-system refused",
        ]
    );
    let mark = env.path().join("mark").to_str().unwrap().to_owned();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while running(&mark) > 0 {
        assert!(std::time::Instant::now() < until, "something outlives the scan");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(!env.path().join("outside/written").exists());
}

#[test]
fn the_same_server_without_a_sandbox_does_what_it_likes() {
    let env = home();
    let done = ["connect-out done", "read-home done", "write-outside done"];
    assert_eq!(attempts(&env, &[], true), done);
    assert_eq!(attempts(&env, &["--sandbox", "none"], true), done);
    let network = attempts(&env, &["--sandbox", "on", "--allow-network"], true);
    assert_eq!(network, ["connect-out done", "read-home refused", "write-outside refused"]);
}

#[test]
fn a_crawl_puts_every_server_into_the_sandbox_and_remembers_it() {
    let env = home();
    let config = |key: &str| json!({ "mcpServers": { "x": { "command": example("break_out"), "args": [key, "/nowhere", "127.0.0.1:1", "m", "gently"] } } });
    let key = env.path().join("home/.ssh/id_ed25519");
    std::fs::write(env.path().join("mcp.json"), config(key.to_str().unwrap()).to_string()).unwrap();
    let said = env.run(&["crawl", "--catalogue", "c.db", "mcp.json"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    let said = env.run(&["history", "--catalogue", "c.db", "x"]);
    let said = plain(&said);
    assert!(said.contains("3 tools  isolation: bubblewrap, no network"), "{said}");
}

#[test]
fn a_scan_into_a_catalogue_remembers_it_too() {
    let env = home();
    let server = ["--", &example("break_out"), "/nowhere", "/nowhere", "127.0.0.1:1", "m", "gently"];
    env.run(&[&["scan", "--sandbox", "--catalogue", "c.db"], &server[..]].concat());
    let failing = ["--", "sh", "-c", "exit 7"];
    env.run(&[&["scan", "--sandbox", "--catalogue", "c.db"], &failing[..]].concat());
    let said = plain(&env.run(&["history", "--catalogue", "c.db", "break-out"]));
    assert!(said.contains("3 tools  isolation: bubblewrap, no network"), "{said}");
    let catalogue = Connection::open(env.path().join("c.db")).unwrap();
    let count = "SELECT count(*) FROM observations WHERE circumstances LIKE '{\"isolation\":\"bubblewrap%'";
    assert_eq!(catalogue.query_row(count, (), |row| row.get::<_, i64>(0)).unwrap(), 2, "also of the one that failed");
    env.run(&["site", "--catalogue", "c.db", "-o", "out"]);
    let page = plain(&env.read("out/servers/break-out/index.html").unwrap());
    assert!(page.contains("<dt>Ran in</dt><dd>bubblewrap, no network</dd>"), "{page}");
}

/// A text without the second layer, which not every kernel has.
fn plain(said: &str) -> String {
    said.replace("bubblewrap + landlock", "bubblewrap")
}

#[test]
fn what_was_in_force_is_shown() {
    let env = home();
    let program = example("break_out");
    let scan = |options: &[&str]| {
        let said =
            env.run(&[&["scan"], options, &["--", &program, "/nowhere", "/nowhere", "127.0.0.1:1", "m", "gently"]].concat());
        plain(&said).replace(&program, "@@PROGRAM@@")
    };
    insta::assert_snapshot!(scan(&["--sandbox"]));
    let said = scan(&["--sandbox", "none", "--quiet"]);
    assert!(said.contains(" · isolation: none\n") && said.contains("with all your rights on this machine"), "{said}");
    assert!(!scan(&[]).contains("isolation"));
    let sarif = |said: String| -> Value { serde_json::from_str(said.split_once("--- stdout\n").unwrap().1).unwrap() };
    let document = sarif(scan(&["--sandbox", "--quiet", "--format", "sarif"]));
    let told = &document["runs"][0]["invocations"][0]["properties"];
    assert_eq!(told, &json!({ "isolation": { "break-out": "bubblewrap, no network" } }));
}

#[test]
fn landlock_alone_is_the_second_best() {
    let env = home();
    let args =
        ["scan", "--sandbox", "landlock", "--", &example("break_out"), "/nowhere", "/nowhere", "127.0.0.1:1", "m", "gently"];
    if env.run(&["doctor"]).contains("landlock    yes") {
        let done = attempts(&env, &["--sandbox", "landlock"], true);
        assert_eq!(done, ["connect-out refused", "read-home refused", "write-outside refused"]);
        assert!(env.run(&args).contains("isolation: landlock only, no TCP"));
    } else {
        let said = env.run(&args);
        assert!(said.starts_with("exit 3\n") && said.contains("there is no Landlock"), "{said}");
    }
}

/// A server in a few lines, in either language. It tells which variables it has, and what it can do.
const NODE: &str = r#"#!/usr/bin/env node
const fs = require('node:fs');
let wrote = 'read-only'; try { fs.writeFileSync(__dirname + '/x', 'x'); wrote = 'writable' } catch {}
if (!process.env.SHOP_TOKEN) { console.error('Error: SHOP_TOKEN is required'); process.exit(1) }
require('node:readline').createInterface({ input: process.stdin }).on('line', line => {
  const { id, method } = JSON.parse(line); if (id === undefined) return;
  const result = method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x' } }
    : { tools: [{ name: 'home-' + fs.readdirSync(process.env.HOME).length }, { name: wrote }, { name: 'args-' + process.argv.slice(2).join('+') }] };
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
});
"#;

const PYTHON: &str = r#"
import json, os, sys
def main():
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request: continue
        result = {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "x"}} if request["method"] == "initialize" else {
            "tools": [{"name": "home-%d" % len(os.listdir(os.environ["HOME"]))}]}
        print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}), flush=True)
"#;

/// Makes a package of each kind, and gives the directory they are in.
fn packages() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let at = |path: &str| -> PathBuf {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    let script = "require('node:fs').writeFileSync('/tmp/toolgrade-install-script-ran', 'x')";
    let manifest = json!({ "name": "@shop/server", "version": "1.2.3", "bin": { "server": "cli.js" }, "scripts": { "install": format!("node -e \"{script}\"") } });
    std::fs::write(at("package/package.json"), manifest.to_string()).unwrap();
    std::fs::write(at("package/cli.js"), NODE).unwrap();
    std::fs::write(at("wheel/shop_server.py"), PYTHON).unwrap();
    std::fs::write(at("wheel/shop_server-2.0.dist-info/METADATA"), "Metadata-Version: 2.1\nName: shop-server\nVersion: 2.0\n")
        .unwrap();
    std::fs::write(at("wheel/shop_server-2.0.dist-info/WHEEL"), "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        .unwrap();
    std::fs::write(at("wheel/shop_server-2.0.dist-info/entry_points.txt"), "[console_scripts]\nshop-server = shop_server:main\n")
        .unwrap();
    std::fs::write(at("wheel/shop_server-2.0.dist-info/RECORD"), "").unwrap();
    let run = |program: &str, args: &[&str], cwd: &Path| {
        assert!(Command::new(program).args(args).current_dir(cwd).status().unwrap().success());
    };
    run("tar", &["-czf", "package.tgz", "package"], directory.path());
    run(
        "python3",
        &["-m", "zipfile", "-c", "../shop_server-2.0-py3-none-any.whl", "shop_server.py", "shop_server-2.0.dist-info"],
        &directory.path().join("wheel"),
    );
    directory
}

/// Both package registries in one.
fn registry() -> Web {
    let directory = packages();
    Web::start(move |request, stream| {
        let file = |name: &str| std::fs::read(directory.path().join(name)).unwrap();
        let send = |stream: &mut std::net::TcpStream, bytes: &[u8]| {
            use std::io::Write as _;
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", bytes.len());
            let _ = stream.write_all(bytes);
        };
        let host = request.header("host").unwrap_or_default();
        match request.path.to_ascii_lowercase().as_str() {
            "/@shop%2fserver" => {
                let dist = json!({ "tarball": format!("http://{host}/package.tgz") });
                let version = json!({ "name": "@shop/server", "version": "1.2.3", "bin": { "server": "cli.js" }, "hasInstallScript": true, "dist": dist });
                reply_json(
                    stream,
                    &json!({ "name": "@shop/server", "dist-tags": { "latest": "1.2.3" }, "versions": { "1.2.3": version } }),
                );
            }
            "/package.tgz" => send(stream, &file("package.tgz")),
            "/simple/shop-server/" => {
                let wheel = "shop_server-2.0-py3-none-any.whl";
                let hash = ring::digest::digest(&ring::digest::SHA256, &file(wheel));
                let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
                let page = format!("<!DOCTYPE html><a href=\"/{wheel}#sha256={hash}\">{wheel}</a>");
                reply(stream, "200 OK", "content-type: text/html\r\n", &page);
            }
            path if path.ends_with(".whl") => send(stream, &file("shop_server-2.0-py3-none-any.whl")),
            _ => reply(stream, "404 Not Found", "", "{}"),
        }
    })
}

#[test]
fn packages_are_fetched_without_running_them_and_run_without_a_network() {
    let web = registry();
    let env = home().var("npm_config_registry", &web.address).var("PIP_INDEX_URL", &format!("{}/simple/", web.address));
    // Where packages are fetched to; nobody must be able to enter it.
    let temporary = env.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    std::fs::set_permissions(env.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let env = env.var("TMPDIR", temporary.to_str().unwrap());
    let variable = json!([{ "name": "SHOP_TOKEN", "isRequired": true, "isSecret": true }]);
    let entry = |name: &str, package: Value| json!({ "name": name, "version": "1", "packages": [package] });
    let argument = json!([{ "type": "named", "name": "--mode", "value": "all" }]);
    let document = json!([
        entry(
            "io.shop/node",
            json!({ "registryType": "npm", "identifier": "@shop/server", "version": "1.2.3", "environmentVariables": variable, "packageArguments": argument })
        ),
        entry("io.shop/python", json!({ "registryType": "pypi", "identifier": "shop-server", "version": "2.0" })),
        entry("io.shop/missing", json!({ "registryType": "npm", "identifier": "@shop/nothing", "version": "1.0.0" })),
        entry("io.shop/flag", json!({ "registryType": "npm", "identifier": "--prefix=/", "version": "1.0.0" })),
        entry("io.shop/range", json!({ "registryType": "pypi", "identifier": "shop-server", "version": ">=1,<3" })),
        entry("io.shop/path", json!({ "registryType": "pypi", "identifier": "shop-server", "version": "/x.whl" })),
    ]);
    std::fs::write(env.path().join("index.json"), document.to_string()).unwrap();
    let args = ["crawl", "--catalogue", "c.db", "index.json", "--retries", "0"];
    let said = env.run(&args);
    insta::assert_snapshot!(plain(&said));
    let said = env.run(&[&args[..], &["--placeholders", "--max-age", "0s"]].concat());
    insta::assert_snapshot!(plain(&said));
    let catalogue = Connection::open(env.path().join("c.db")).unwrap();
    let mut statement = catalogue
        .prepare(
            "SELECT name, circumstances, (SELECT group_concat(json_extract(tool, '$.name')) FROM listed
                JOIN verdicts ON verdicts.id = listed.verdict JOIN definitions ON definitions.id = definition WHERE observation = observations.id)
             FROM observations JOIN servers ON servers.id = server ORDER BY observations.at, name",
        )
        .unwrap();
    let rows = statement.query_map((), |row| {
        let text = |at| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
        Ok(format!("{} {} {}", text(0)?, text(1)?, text(2)?))
    });
    let mut rows: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
    rows.sort();
    // Hashes are those of files that were made just now.
    let hash = regex::Regex::new("sha256-[0-9a-f]{64}").unwrap();
    insta::assert_snapshot!(hash.replace_all(&plain(&rows.join("\n")), "@@HASH@@"));
    assert!(!Path::new("/tmp/toolgrade-install-script-ran").exists());
    let left: Vec<_> = std::fs::read_dir(&temporary).unwrap().flatten().collect();
    assert!(left.is_empty(), "fetched packages are removed: {left:?}");
}

#[test]
fn a_package_is_a_target_of_a_scan() {
    let web = registry();
    let env = home().var("npm_config_registry", &web.address);
    let output = env.output(&[
        "scan",
        "npm:@shop/server",
        "--env",
        "SHOP_TOKEN=very-secret",
        "--format",
        "json",
        "--keep-packages",
        "kept",
    ]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plain(document["servers"][0]["isolation"].as_str().unwrap()), "bubblewrap, no network");
    let source = json!({ "kind": "npm", "package": "@shop/server", "version": "1.2.3", "env": ["SHOP_TOKEN"] });
    assert_eq!(document["servers"][0]["source"], source);
    assert!(env.path().join("kept").read_dir().unwrap().next().is_some());
    // A command that only starts a package is one, in the sandbox.
    let output =
        env.output(&["scan", "--sandbox", "--env", "SHOP_TOKEN=x", "--format", "json", "--", "npx", "-y", "@shop/server@1.2.3"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["servers"][0]["source"], source);
    // A range comes to one version.
    for (range, holds) in [("^1.2", true), (">=1 <2", true), ("*", true), ("^2", false)] {
        let spec = format!("@shop/server@{range}");
        let output = env.output(&["scan", "--sandbox", "--env", "SHOP_TOKEN=x", "--format", "json", "--", "npx", "-y", &spec]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["servers"][0]["source"] == source, holds, "{range}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let said = env.run(&["scan", "npm:../../x", "pypi:-r/etc/passwd"]);
    assert!(said.matches("is no name of a package").count() == 2, "{said}");
    let said = env.run(&["scan", "npm:x@../../y", "npm:x@git+ssh://x", "npm:x@npm:y@1", "npm:x@-g", "pypi:x@/y.whl", "npm:x@"]);
    assert!(said.matches("is no version and no range of versions").count() == 6, "{said}");
    let said = env.run(&["scan", "npm:@shop/nothing", "npm:@shop/server@7.0.0"]);
    assert!(said.contains("`@shop/nothing` cannot be fetched: the npm registry has no such package\n"), "{said}");
    assert!(
        said.contains("`@shop/server@7.0.0` cannot be fetched: the npm registry has the package, but not this version\n"),
        "{said}"
    );
}

#[test]
fn what_fetches_reaches_the_package_registry_only() {
    let elsewhere = Web::start(|_, stream| reply(stream, "200 OK", "", "a tarball, or what was asked with"));
    let away = format!("location: {}/x.tgz\r\n", elsewhere.address);
    let web = Web::start(move |request, stream| match request.path.as_str() {
        "/x.tgz" => reply(stream, "302 Found", &away, ""),
        "/lured" => {
            let tarball = format!("http://{}/x.tgz", request.header("host").unwrap());
            let version = json!({ "name": "lured", "version": "1.0.0", "dist": { "tarball": tarball } });
            reply_json(stream, &json!({ "name": "lured", "dist-tags": { "latest": "1.0.0" }, "versions": { "1.0.0": version } }));
        }
        _ => reply(stream, "404 Not Found", "", "{}"),
    });
    let env = home().var("npm_config_registry", &web.address);
    let said = env.run(&["scan", "npm:lured"]);
    assert!(said.contains(&format!("refused, as it is not the package registry: 127.0.0.1:{}", elsewhere.port())), "{said}");
    assert!(!said.contains("A complete log") && !said.contains("npm error"), "{said}");
    assert!(elsewhere.seen().is_empty());
    assert!(env.run(&["doctor"]).contains("gate        yes"));
}

#[test]
fn the_doctor_says_what_is_there() {
    let env = home();
    let said = env.run(&["doctor"]);
    assert!(
        said.contains("sandbox     yes  bubblewrap ") && said.contains("node        yes") && said.contains("python      yes"),
        "{said}"
    );
}
