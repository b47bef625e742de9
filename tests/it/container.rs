//! Containers, as far as they can be tested without an engine: a stand-in for `podman` writes down what it is asked, and does as much
//! of it as a client notices.

use crate::env::Env;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

/// Answers `tools/list`; its tool says which arguments it got.
const SERVER: &str = r#"#!/usr/bin/env node
require('node:readline').createInterface({ input: process.stdin }).on('line', line => {
  const { id, method } = JSON.parse(line); if (id === undefined) return;
  const result = method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x' } }
    : { tools: [{ name: 'token-' + process.env.SHOP_TOKEN }] };
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
});
"#;

/// The stand-in: `@@HERE@@` is where it keeps what it was asked, and the server.
const ENGINE: &str = r#"#!/bin/sh
echo "$@" >> "@@HERE@@/asked"
case "$1 $2" in
info*) if [ -e "@@HERE@@/dead" ]; then echo "cannot connect to the engine" >&2; exit 1; fi; echo Linux ;;
"pull --quiet") case "$3" in *missing*) echo "manifest unknown" >&2; exit 1 ;; esac ;;
"image inspect") echo "registry.example/image@sha256:0123456789abcdef" ;;
run*)
  for argument; do case "$argument" in
    --volume=*:/gate) ;;
    --volume=*) directory=${argument#--volume=}; directory=${directory%%:*} ;;
    --entrypoint=*) entry=${argument#--entrypoint=} ;;
    # What the gate's carrier starts.
    npm) entry=npm ;;
  esac; done
  if [ "$entry" = npm ]; then
    mkdir -p "$directory/node_modules/@shop/server" "$directory/node_modules/.bin"
    echo '{"name":"@shop/server","version":"1.2.3","bin":{"server":"cli.js"}}' > "$directory/node_modules/@shop/server/package.json"
    cp "@@HERE@@/server.js" "$directory/node_modules/.bin/server"
  else
    exec "${entry:-@@HERE@@/server.js}"
  fi ;;
esac
"#;

fn machine() -> Env {
    let env = Env::new();
    let here = env.path().to_str().unwrap().to_owned();
    let path = format!("{here}/bin:{}", std::env::var("PATH").unwrap());
    let env = env.file("bin/podman", &ENGINE.replace("@@HERE@@", &here)).file("server.js", SERVER).file("temporary/.keep", "");
    for program in ["bin/podman", "server.js"] {
        std::fs::set_permissions(env.path().join(program), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    env.var("PATH", &path).var("HOME", &here).var("TMPDIR", &format!("{here}/temporary"))
}

/// What the engine was asked, once the last container is removed; names that are made up are masked.
fn asked(env: &Env, removals: usize) -> String {
    let until = Instant::now() + Duration::from_secs(20);
    let made_up = regex::Regex::new("toolgrade-(gate-)?[0-9A-Za-z]{6,}").unwrap();
    let user = regex::Regex::new("--user=[0-9]+:[0-9]+").unwrap();
    loop {
        let asked = env.read("asked").unwrap_or_default();
        if asked.matches("rm --force").count() >= removals {
            let asked = asked.replace(env.path().to_str().unwrap(), "@@DIR@@");
            let asked = asked.replace(include_str!("../../src/sandbox/carrier.js"), "@@CARRIER@@");
            // Which user's numbers they are depends on who runs this.
            let asked = user.replace_all(&asked, "--user=@@").replace(" --userns=keep-id", "");
            // The removal of one container and the start of the next are not in order.
            let mut lines: Vec<String> = made_up.replace_all(&asked, "toolgrade-${1}@@").lines().map(str::to_owned).collect();
            lines.sort_by_key(|line| line.starts_with("rm "));
            return lines.join("\n");
        }
        assert!(Instant::now() < until, "{asked}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn server_json(image: &str) -> String {
    json!({
        "name": "io.shop/image", "version": "1",
        "packages": [{ "registryType": "oci", "identifier": image, "transport": { "type": "stdio" } }],
    })
    .to_string()
}

#[test]
fn an_image_is_pulled_and_run_by_its_exact_content() {
    let env = machine().file("server.json", &server_json("docker.io/shop/image:1.2.3"));
    let output = env.output(&["scan", "server.json", "--env", "SHOP_TOKEN=very-secret", "--format", "json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let server = &document["servers"][0];
    assert_eq!(
        (&server["isolation"], &server["tools"][0]["name"]),
        (&"container, no network".into(), &"token-very-secret".into())
    );
    let asked = asked(&env, 1);
    assert!(!asked.contains("very-secret"), "{asked}");
    insta::assert_snapshot!(asked);
    let said = env.run(&["crawl", "--catalogue", "c.db", "server.json"]);
    assert!(said.contains("1 server started here, isolation: container, no network"), "{said}");
}

#[test]
fn an_image_that_cannot_be_pulled_fails_there() {
    let env = machine().file("server.json", &server_json("docker.io/shop/missing:1"));
    let said = env.run(&["scan", "server.json"]);
    assert!(said.starts_with("exit 3\n") && said.contains("fetch: it could not be fetched:\n       manifest unknown"), "{said}");
}

#[test]
fn a_package_can_run_in_a_container() {
    let env = machine();
    let output = env.output(&["scan", "npm:@shop/server@1.2.3", "--sandbox", "container", "--format", "json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!(document["servers"][0]["isolation"], "container, no network", "{said}");
    insta::assert_snapshot!(asked(&env, 2));
    let said = env.run(&["scan", "--sandbox", "container", "--", "true"]);
    assert!(said.contains("only packages can run in a container"), "{said}");
}

#[test]
fn an_engine_that_does_not_answer_is_told() {
    let env = machine().file("dead", "").file("server.json", &server_json("docker.io/shop/image:1"));
    let said = env.run(&["scan", "server.json"]);
    assert!(said.starts_with("exit 3\n") && said.contains("does not answer"), "{said}");
    let said = env.run(&["doctor"]);
    assert!(said.contains("containers  no   ") && said.contains("does not answer"), "{said}");
}
