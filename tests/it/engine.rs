//! Containers with a real engine: podman, an image that is made here, and a registry that serves it.

use crate::env::Env;
use crate::http::{Web, reply, reply_json};
use serde_json::{Value, json};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// The image's server; its tools say what it could do.
const SERVER: &str = r#"#!/bin/sh
can() { if "$@" 2> /dev/null; then echo yes; else echo no; fi; }
is() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status; }
names="writes-system-$(can touch /x) writes-tmp-$(can touch /tmp/x) sees-host-$(can test -e '@@HERE@@/bin') connects-$(can nc -w 1 @@HOST@@ @@PORT@@ -e true)
capabilities-$(is CapEff) no-new-privileges-$(is NoNewPrivs) processes-at-most-$(cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2> /dev/null) token-$SHOP_TOKEN"
while read -r line; do
  id=$(echo "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  [ -n "$id" ] || continue
  case "$line" in
  *'"initialize"'*) result='{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"x"}}' ;;
  *) result="{\"tools\":[$(for name in $names; do printf '{"name":"%s"},' "$name"; done | sed 's/,$//')]}" ;;
  esac
  echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":$result}"
done
"#;

/// The engine, with images and containers of its own, whatever the machine it runs on limits.
const PODMAN: &str = r#"#!/bin/sh
export CONTAINERS_CONF=@@HERE@@/containers.conf CONTAINERS_REGISTRIES_CONF=@@HERE@@/registries.conf
exec /usr/bin/podman --root @@HERE@@/storage --runroot @@HERE@@/running --storage-driver=vfs --cgroup-manager=cgroupfs "$@"
"#;

/// Not every runtime takes both versions of cgroups side by side.
const CONTAINERS: &str = "[containers]\ndefault_ulimits = []\n[engine]\nruntime = \"runc\"\n";

fn sha256(bytes: &[u8]) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, bytes);
    hash.as_ref().iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// Node and npm, for the image that packages of npm run in.
fn node(image: &Path) {
    let copy = |from: &str| {
        let to = image.join(from.trim_start_matches('/'));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    };
    let node =
        std::env::split_paths(&std::env::var_os("PATH").unwrap()).map(|place| place.join("node")).find(|file| file.exists());
    let node = node.expect("node is missing: run `tests/run`, which installs it");
    std::fs::copy(&node, image.join("bin/node")).unwrap();
    let needed = Command::new("ldd").arg(&node).output().unwrap().stdout;
    String::from_utf8(needed).unwrap().split_whitespace().filter(|word| word.starts_with('/')).for_each(copy);
    let npm = crate::installed::installed("npm/node_modules/npm");
    assert!(Command::new("cp").arg("-r").arg(npm).arg(image.join("npm")).status().unwrap().success());
    std::fs::create_dir_all(image.join("usr/bin")).unwrap();
    for (link, to) in [("bin/npm", "/npm/bin/npm-cli.js"), ("usr/bin/env", "/bin/busybox")] {
        std::os::unix::fs::symlink(to, image.join(link)).unwrap();
    }
}

/// The files of an image, as its only layer.
fn layer(here: &Path, port: u16, with_node: bool) -> Vec<u8> {
    let image = here.join("image");
    let bin = image.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::copy("/bin/busybox", bin.join("busybox")).expect("busybox is missing: run `tests/run`, which installs it");
    for program in ["sh", "sed", "cat", "nc", "touch", "test", "true"] {
        std::os::unix::fs::symlink("busybox", bin.join(program)).unwrap();
    }
    let server = SERVER
        .replace("@@HERE@@", here.to_str().unwrap())
        .replace("@@HOST@@", "127.0.0.1")
        .replace("@@PORT@@", &port.to_string());
    std::fs::write(bin.join("server"), server).unwrap();
    std::fs::set_permissions(bin.join("server"), std::fs::Permissions::from_mode(0o755)).unwrap();
    if with_node {
        node(&image);
    }
    tar(here, &["--directory=image", "--create", "."])
}

/// What tar writes, as root's.
fn tar(here: &Path, args: &[&str]) -> Vec<u8> {
    let made = Command::new("tar").args(["--owner=0", "--group=0"]).args(args).current_dir(here).output().unwrap();
    assert!(made.status.success());
    made.stdout
}

/// The package that the registry has: the image's server, as a program of npm.
fn package(here: &Path) -> Vec<u8> {
    std::fs::create_dir(here.join("package")).unwrap();
    std::fs::copy(here.join("image/bin/server"), here.join("package/server")).unwrap();
    let manifest = json!({ "name": "@shop/server", "version": "1.2.3", "bin": { "server": "server" } });
    std::fs::write(here.join("package/package.json"), manifest.to_string()).unwrap();
    tar(here, &["--create", "--gzip", "package"])
}

/// A registry of images that has one, under any name; and of packages, of which one is there and the other is elsewhere.
fn registry(env: &Env, with_node: bool) -> Web {
    let here = env.path().to_owned();
    let (layer, package) = (std::sync::OnceLock::new(), std::sync::OnceLock::new());
    Web::start(move |request, stream| {
        let port: u16 = request.header("host").unwrap().rsplit(':').next().unwrap().parse().unwrap();
        let layer: &Vec<u8> = layer.get_or_init(|| self::layer(&here, port, with_node));
        let config = json!({
            "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" },
            "os": "linux",
            "config": { "Entrypoint": ["/bin/server"], "Env": ["PATH=/bin"] },
            "rootfs": { "type": "layers", "diff_ids": [sha256(layer)] },
        })
        .to_string();
        let part = |kind: &str, bytes: &[u8]| json!({ "mediaType": format!("application/vnd.oci.image.{kind}"), "digest": sha256(bytes), "size": bytes.len() });
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": part("config.v1+json", config.as_bytes()),
            "layers": [part("layer.v1.tar", layer)],
        })
        .to_string();
        let mut send = |kind: &str, bytes: &[u8]| {
            let head =
                format!("content-type: {kind}\r\ndocker-content-digest: {}\r\ncontent-length: {}", sha256(bytes), bytes.len());
            let _ = write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\nconnection: close\r\n\r\n");
            if request.method != "HEAD" {
                let _ = stream.write_all(bytes);
            }
        };
        let about = |name: &str, tarball: &str| {
            let version =
                json!({ "name": name, "version": "1.2.3", "bin": { "server": "server" }, "dist": { "tarball": tarball } });
            json!({ "name": name, "dist-tags": { "latest": "1.2.3" }, "versions": { "1.2.3": version } })
        };
        match request.path.as_str() {
            "/@shop%2fserver" => reply_json(stream, &about("@shop/server", &format!("http://127.0.0.1:{port}/server.tgz"))),
            "/server.tgz" => send("application/octet-stream", package.get_or_init(|| self::package(&here))),
            "/lured" => reply_json(stream, &about("lured", &format!("http://127.0.0.1:{}/x.tgz", port ^ 1))),
            "/v2/" => reply_json(stream, &json!({})),
            path if path.contains("missing") => reply(stream, "404 Not Found", "", "{}"),
            path if path.contains("/manifests/") => send("application/vnd.oci.image.manifest.v1+json", manifest.as_bytes()),
            path if path.ends_with(&sha256(layer)) => send("application/octet-stream", layer),
            path if path.ends_with(&sha256(config.as_bytes())) => send("application/octet-stream", config.as_bytes()),
            _ => reply(stream, "404 Not Found", "", "{}"),
        }
    })
}

fn machine(with_node: bool) -> (Web, Env) {
    assert!(Path::new("/usr/bin/podman").exists(), "podman is missing: run `tests/run`, which installs it");
    let env = Env::new();
    let web = registry(&env, with_node);
    let here = env.path().to_str().unwrap().to_owned();
    let own = format!("127.0.0.1:{}", web.port());
    // The images that packages run in come from here, too.
    let registries = format!(
        "[[registry]]\nlocation = \"{own}\"\ninsecure = true\n[[registry]]\nprefix = \"docker.io/library\"\nlocation = \"{own}/library\"\ninsecure = true\n"
    );
    let path = format!("{here}/bin:{}", std::env::var("PATH").unwrap());
    let env = env.file("bin/podman", &PODMAN.replace("@@HERE@@", &here)).file("registries.conf", &registries);
    let env = env.file("containers.conf", CONTAINERS).file("temporary/.keep", "");
    std::fs::set_permissions(env.path().join("bin/podman"), std::fs::Permissions::from_mode(0o755)).unwrap();
    (web, env.var("PATH", &path).var("HOME", &here).var("TMPDIR", &format!("{here}/temporary")))
}

fn scan(env: &Env, args: &[&str]) -> (Value, Vec<String>) {
    let output = env.output(&[&["scan", "--env", "SHOP_TOKEN=given", "--format", "json"], args].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let server = document["servers"][0].clone();
    let tools = server["tools"].as_array().unwrap_or_else(|| panic!("{said}"));
    let names = tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
    (server, names)
}

/// What a server in a container could do.
const CONTAINED: [&str; 8] = [
    "writes-system-no",
    "writes-tmp-yes",
    "sees-host-no",
    "connects-no",
    "capabilities-0000000000000000",
    "no-new-privileges-1",
    "processes-at-most-256",
    "token-given",
];

#[test]
fn an_image_is_pulled_and_harms_nobody() {
    let (web, env) = machine(false);
    assert!(env.run(&["doctor"]).contains("containers  yes"));
    let server_json = |image: &str| {
        let package = json!({ "registryType": "oci", "identifier": format!("127.0.0.1:{}/shop/{image}", web.port()), "transport": { "type": "stdio" } });
        json!({ "name": format!("io.shop/{image}"), "version": "1", "packages": [package] }).to_string()
    };
    let env = env.file("server.json", &server_json("server:1.0")).file("missing.json", &server_json("missing:1.0"));
    let (server, names) = scan(&env, &["server.json"]);
    assert_eq!(names, CONTAINED);
    assert_eq!(server["isolation"], "container, no network");
    let said = env.run(&["crawl", "--catalogue", "c.db", "server.json"]);
    assert!(said.contains("1 server started here, isolation: container, no network"), "{said}");
    let said = env.run(&["scan", "missing.json"]);
    assert!(said.starts_with("exit 3\n") && said.contains("fetch: it could not be fetched"), "{said}");
    let left = Command::new(env.path().join("bin/podman")).args(["ps", "--all", "--quiet"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&left.stdout), "", "no container is left");
}

#[test]
fn a_package_is_fetched_in_one_container_and_run_in_another() {
    let (web, env) = machine(true);
    let env = env.var("npm_config_registry", &web.address);
    let (server, names) = scan(&env, &["npm:@shop/server@1.2.3", "--sandbox", "container"]);
    assert_eq!(names, CONTAINED);
    assert_eq!((&server["isolation"], &server["source"]["version"]), (&"container, no network".into(), &"1.2.3".into()));
    let said = env.run(&["scan", "npm:lured", "--sandbox", "container"]);
    let elsewhere = web.port().parse::<u16>().unwrap() ^ 1;
    assert!(said.contains(&format!("refused, as it is not the package registry: 127.0.0.1:{elsewhere}\n")), "{said}");
}
