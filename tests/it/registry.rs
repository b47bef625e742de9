//! What indexes say, in every generation of their documents.

use proptest::prelude::*;
use serde_json::{Value, json};
use toolgrade::registry::fill::Filler;
use toolgrade::registry::{Entry, Status, Way, document, lines};

fn page(document: &Value) -> document::Page {
    document::read(document).unwrap()
}

/// The first generation: snake case, the version in a part of its own.
fn first() -> Value {
    json!([{
        "id": "1", "name": "io.example/mail", "version_detail": { "version": "0.1.0", "is_latest": true },
        "packages": [{
            "registry_name": "npm", "name": "@example/mail", "version": "1.2.3",
            "package_arguments": [
                { "type": "positional", "value": "serve", "default": "serve", "is_required": true },
                { "type": "named", "name": "--verbose", "value": "--verbose" },
            ],
            "environment_variables": [{ "name": "MAIL_TOKEN", "description": "secret" }, { "name": "MAIL_LANGUAGE" }],
        }],
    }])
}

/// The second: camel case, wrapped with what the registry says.
fn second() -> Value {
    let meta = |latest| json!({ "io.modelcontextprotocol.registry/official": { "status": "active", "isLatest": latest } });
    let server = |version: &str| {
        json!({
            "name": "io.example/mail", "version": version,
            "packages": [{
                "registryType": "pypi", "identifier": "mail", "version": version, "transport": { "type": "stdio" },
                "packageArguments": [{ "type": "named", "name": "--port", "default": "8080", "format": "number" }],
            }],
            "remotes": [{ "type": "sse", "url": "https://mail.example.com/sse" }, { "type": "streamable-http", "url": "https://mail.example.com/mcp" }],
        })
    };
    json!({
        "servers": [
            { "server": server("2.0.0"), "_meta": meta(true) },
            { "server": server("1.0.0"), "_meta": meta(false) },
        ],
        "metadata": { "count": 2, "nextCursor": "io.example/mail:1.0.0" },
    })
}

/// The third: templates in URLs, several kinds of packages.
fn third() -> Value {
    json!({
        "$schema": "https://static.example.com/2025-12-11/server.schema.json", "name": "io.example/mail", "version": "3.0.0",
        "packages": [
            { "registryType": "mcpb", "identifier": "https://example.com/x.mcpb", "fileSha256": "00" },
            { "registryType": "oci", "identifier": "ghcr.io/example/mail:3" },
        ],
        "remotes": [{
            "type": "streamable-http", "url": "https://{tenant}.example.com/{path}/mcp",
            "variables": { "tenant": { "isRequired": true }, "path": { "default": "v1" } },
            "headers": [{ "name": "X-Key", "isRequired": true, "isSecret": true }, { "name": "X-Lang", "default": "en" }],
        }],
    })
}

#[test]
fn three_generations_say_the_same() {
    let all: Vec<Value> = [first(), second(), third()].iter().map(|text| json!(page(text).entries)).collect();
    insta::assert_json_snapshot!(all);
    assert_eq!(page(&second()).next.as_deref(), Some("io.example/mail:1.0.0"));
    let latest = document::latest(page(&second()).entries);
    assert_eq!(latest.iter().map(|entry| entry.version.as_deref().unwrap()).collect::<Vec<_>>(), ["2.0.0"]);
}

#[test]
fn other_documents_are_no_index() {
    for other in [
        json!({ "mcpServers": { "a": { "command": "x" } } }),
        json!({ "servers": { "a": { "command": "x" } } }),
        json!({ "servers": [{ "name": "a", "command": "x" }] }),
        json!({ "tools": [{ "name": "a" }] }),
        json!([{ "name": "a", "inputSchema": {} }]),
        json!({ "servers": [] }),
        json!(null),
    ] {
        assert_eq!(document::read(&other), None, "{other}");
    }
    assert_eq!(page(&json!({ "servers": null, "metadata": { "count": 0 } })), document::Page::default());
}

#[test]
fn what_is_taken_down_is_known() {
    let status = |status: &str| {
        let meta = json!({ "io.modelcontextprotocol.registry/official": { "status": status } });
        Entry::read(&json!({ "server": { "name": "a/b" }, "_meta": meta })).unwrap().status
    };
    assert_eq!(
        [status("active"), status("deprecated"), status("deleted"), status("odd")],
        [Status::Active, Status::Deprecated, Status::Deleted, Status::Active]
    );
}

#[test]
fn values_are_filled_or_named() {
    let entries = page(&third()).entries;
    let Way::Remote(remote) = &entries[0].ways[0] else { panic!("the remote comes first") };
    assert_eq!(Filler::new(false).remote("x", remote), Err(vec!["tenant".to_owned()]));
    let mut filler = Filler::new(true);
    let target = filler.remote("x", remote).unwrap();
    assert_eq!(target.url, "https://placeholder.example.com/v1/mcp");
    assert_eq!(target.headers, [("X-Key".to_owned(), "placeholder".to_owned()), ("X-Lang".to_owned(), "en".to_owned())]);
    assert_eq!(filler.made_up, ["tenant", "X-Key"]);

    let entries = page(&first()).entries;
    let Way::Package(package) = &entries[0].ways[0] else { panic!("it is a package") };
    let mut filler = Filler::new(true);
    assert_eq!(filler.arguments(&package.arguments), ["serve", "--verbose"]);
    assert_eq!(
        filler.environment(&package.environment).into_iter().collect::<Vec<_>>(),
        [("MAIL_TOKEN".to_owned(), "placeholder".to_owned())]
    );
    let mut filler = Filler::new(false);
    assert!(filler.environment(&package.environment).is_empty());
    assert_eq!(filler.missing, ["MAIL_TOKEN"]);
}

#[test]
fn lines_of_targets_are_read() {
    let read = |line: Value| lines::read(&line).map(|(key, entry)| json!([key, entry.name, entry.ways]));
    let run = |command: &str, args: &[&str]| json!({ "id": "a", "source": "list", "run": { "command": command, "args": args }, "env": ["A_TOKEN"] });
    insta::assert_json_snapshot!([
        read(run("npx", &["-y", "@a/b@1.2.3", "--flag", "x"])),
        read(run("npx", &["-y", "b@latest"])),
        read(run("uvx", &["b==1.0"])),
        read(run("uvx", &["--from", "b", "c"])),
        read(run("sh", &["-c", "true"])),
        read(json!({ "id": "a", "remote_url": "https://example.com/sse", "transport": "sse" })),
        read(json!({ "id": "a", "package": { "registryType": "pypi", "identifier": "b" } })),
        read(json!({ "id": "a", "tool": {} })),
        read(json!({ "name": "a" })),
    ]);
}

/// Documents of any shape, with the words that matter in them.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from)
    ];
    let key = prop::sample::select(vec![
        "servers",
        "server",
        "name",
        "packages",
        "remotes",
        "version",
        "version_detail",
        "_meta",
        "metadata",
        "nextCursor",
        "url",
        "type",
        "headers",
        "variables",
        "value",
        "default",
        "isRequired",
        "choices",
        "packageArguments",
        "environmentVariables",
        "registryType",
        "identifier",
        "transport",
        "id",
        "run",
        "command",
        "args",
        "remote_url",
        "package",
    ]);
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..7).prop_map(|pairs| pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(document in anything()) {
        let entries = document::read(&document).map(|page| document::latest(page.entries)).unwrap_or_default();
        let entries = entries.into_iter().chain(Entry::read(&document)).chain(lines::read(&document).map(|(_, entry)| entry));
        for way in entries.flat_map(|entry| entry.ways) {
            // What is stored is read back the same.
            let text = serde_json::to_string(&way).unwrap();
            prop_assert_eq!(serde_json::from_str::<Way>(&text).unwrap(), way.clone());
            let mut filler = Filler::new(true);
            match way {
                Way::Remote(remote) => drop(filler.remote("x", &remote)),
                Way::Package(package) => {
                    filler.arguments(&package.runtime_arguments);
                    filler.environment(&package.environment);
                }
            }
        }
    }
}
