//! A server on the site: how it is reached and was scanned, what its definitions hide, and the registry that they all make.

use crate::graded::{Build as _, Grow as _, Judge as _, server, tool};
use crate::site::files;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use toolgrade::circumstances::{Circumstances, Fetched};
use toolgrade::evidence::{Evidence, Field};
use toolgrade::listing::{PackageSource, Source};
use toolgrade::registry::document;
use toolgrade::site::{Given, Options, Servers};
use toolgrade::store::Listed;
use toolgrade::verdict::{Class, GradedServer, Severity, Signal};

/// Servers in memory, each visited in the same way.
struct Visited(Given, Circumstances);

impl Servers for Visited {
    fn each(&self, each: &mut dyn FnMut(Listed) -> anyhow::Result<()>) -> anyhow::Result<()> {
        self.0.each(&mut |listed| each(Listed { circumstances: self.1.clone(), ..listed }))
    }

    fn identify(&self, each: &mut dyn FnMut(&[u8])) -> anyhow::Result<()> {
        self.0.identify(each)
    }
}

fn published(servers: Vec<GradedServer>, circumstances: Circumstances, base: Option<&str>) -> BTreeMap<String, String> {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { base_url: base.map(str::to_owned), ..Options::new(directory.path().to_owned()) };
    let servers = Visited(Given::new(servers, BTreeMap::new()), circumstances);
    toolgrade::site::publish(&servers, &options, &|_| {}).unwrap();
    files(directory.path()).into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
}

fn found_at(name: &str, source: Source) -> GradedServer {
    server(name).tool(tool("read_note")).with(|server| server.server.source = source)
}

fn package(name: &str, version: Option<&str>, args: &[&str], env: &[&str]) -> PackageSource {
    let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect();
    PackageSource { package: name.to_owned(), version: version.map(str::to_owned), args: words(args), env: words(env) }
}

/// A server of every kind of source.
fn sources() -> Vec<GradedServer> {
    let http = |url: &str, transport: &str| Source::Http { url: url.to_owned(), transport: transport.to_owned() };
    let command = Source::Stdio {
        command: "notes".to_owned(),
        args: vec!["--root".to_owned(), "a \"b\"\u{202e}".to_owned()],
        env: vec!["API_KEY".to_owned()],
    };
    vec![
        found_at("command", command),
        found_at("io.github.someone/npm", Source::Npm(package("@a/notes", Some("1.2.3"), &["--root", "/tmp"], &["TOKEN"]))),
        found_at("io.github.Someone/pypi", Source::Pypi(package("notes", Some("2.0"), &[], &[]))),
        found_at("image", Source::Oci(package("docker.io/a/notes:3", Some("3"), &[], &["TOKEN"]))),
        found_at("remote", http("https://notes.example/mcp", "streamable-http")),
        found_at("old remote", http("https://notes.example/sse", "sse")),
        found_at("recorded", Source::File { path: "recorded.json".to_owned() }),
    ]
}

/// The entries that a server's page shows, without their markup.
fn entries(page: &str) -> String {
    let Some((_, rest)) = page.split_once("<section id=\"connect\">") else { return "none\n".to_owned() };
    let section = rest.split_once("</section>").unwrap().0;
    let entries = section.split("<summary>").skip(1).map(|entry| {
        let (client, rest) = entry.split_once("</summary>").unwrap();
        let place = rest.split_once("<p>").unwrap().1.split_once("</p>").unwrap().0;
        let text = rest.split_once("<pre data-copy>").unwrap().1.split_once("</pre>").unwrap().0;
        format!("## {client} ({place})\n{text}")
    });
    entries.collect()
}

#[test]
fn what_clients_take_is_shown_for_every_kind_of_source() {
    let servers = sources();
    let slugs: Vec<String> = servers.iter().map(|server| server.slug.clone()).collect();
    let files = published(servers, Circumstances::default(), None);
    let shown = slugs.iter().map(|slug| format!("# {slug}\n{}", entries(&files[&format!("servers/{slug}/index.html")])));
    insta::assert_snapshot!(shown.collect::<String>());
}

#[test]
fn the_site_is_a_registry_that_the_program_reads() {
    let files = published(sources(), Circumstances::default(), Some("https://tools.example.org/mcp"));
    let list: Value = serde_json::from_str(&files["v0.1/servers.json"]).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&list).unwrap().replace(env!("CARGO_PKG_VERSION"), "@@VERSION@@"));
    let page = document::read(&list).unwrap();
    assert_eq!((page.malformed, page.next, list["metadata"]["count"].as_u64()), (0, None, Some(page.entries.len() as u64)));
    assert!(page.entries.iter().all(|entry| entry.ways.len() == 1), "{:?}", page.entries);
    let alone: Vec<&String> = files.keys().filter(|path| path.starts_with("v0.1/servers/")).collect();
    assert_eq!(
        alone,
        [
            "v0.1/servers/io.github.someone/npm.json",
            "v0.1/servers/org.example.tools/image.json",
            "v0.1/servers/org.example.tools/old-remote.json",
            "v0.1/servers/org.example.tools/remote.json",
        ],
        "a name with capitals stands in the list alone"
    );
    for path in alone {
        let own: Value = serde_json::from_str(&files[path]).unwrap();
        assert!(list["servers"].as_array().unwrap().contains(&own), "{path}");
    }
}

#[test]
fn a_crawl_takes_the_registry_of_a_site_as_a_source() {
    // A list may not lead to this machine, so nothing is asked for.
    let here =
        |name: &str| found_at(name, Source::Http { url: format!("https://127.0.0.1:9/{name}"), transport: "sse".to_owned() });
    let files = published(vec![here("one"), here("two")], Circumstances::default(), None);
    let env = crate::env::Env::new().file("servers.json", &files["v0.1/servers.json"]);
    let said = env.run(&["crawl", "--catalogue", "c.db", "servers.json", "--retries", "0", "--log", "json"]);
    assert!(said.contains("{\"event\":\"enumerated\",\"source\":\"servers.json\",\"targets\":2}"), "{said}");
}

#[test]
fn how_a_server_was_scanned_is_told() {
    let circumstances = Circumstances {
        isolation: Some("bubblewrap, no network".to_owned()),
        placeholders: vec!["API_KEY".to_owned()],
        package: Some(Fetched {
            registry: "npm".to_owned(),
            name: "@a/notes".to_owned(),
            version: "1.2.3".to_owned(),
            integrity: None,
        }),
        ..Circumstances::default()
    };
    let files = published(sources(), circumstances, None);
    let facts = files["servers/io.github.someone-npm/index.html"].split_once("<h2>How it was read</h2>").unwrap().1;
    let facts = facts.split_once("</aside>").unwrap().0;
    for said in
        ["<dd>stdio</dd>", "<dd>bubblewrap, no network</dd>", "<code>API_KEY</code>", "npm @a/notes 1.2.3", "<dd>1.2.3</dd>"]
    {
        assert!(facts.contains(said), "{said}: {facts}");
    }
}

#[test]
fn passages_that_order_or_hide_have_a_section_the_worst_first() {
    let signal = |id: &str, severity, words: &str| Signal {
        id: id.to_owned(),
        text: format!("Says: {words}"),
        severity,
        evidence: vec![Evidence { field: Field::Other("_meta".into()), start: 0, end: 0, text: words.into() }],
    };
    let poisoned = server("poisoned")
        .tool(
            tool("a")
                .with(|tool| tool.verdict.signals.push(signal("forces-call", Some(Severity::Medium), "call me <b>first</b>"))),
        )
        .tool(tool("b").class(Class::Write).with(|tool| {
            tool.verdict.signals.push(signal("hidden-markup", Some(Severity::Critical), "tell nobody"));
            tool.verdict.signals.push(signal("file-path", None, "path"));
        }));
    let files = published(vec![poisoned, server("clean").tool(tool("a"))], Circumstances::default(), None);
    let section =
        files["servers/poisoned/index.html"].split_once("<section id=\"hidden\">").unwrap().1.split_once("</section>").unwrap().0;
    let places: Vec<usize> =
        ["Critical", "Says: tell nobody", "Medium", "call me &#60;b&#62;first"].map(|text| section.find(text).unwrap()).into();
    assert!(places.is_sorted() && !section.contains("Says: path"), "{section}");
    assert!(!files["servers/clean/index.html"].contains("id=\"hidden\""));
}

#[test]
fn the_preview_answers_as_the_registry_does() {
    let directory = tempfile::tempdir().unwrap();
    let entry = json!({ "server": { "name": "a.b/c" } }).to_string();
    std::fs::create_dir_all(directory.path().join("v0.1/servers/a.b")).unwrap();
    std::fs::write(directory.path().join("v0.1/servers.json"), "[]").unwrap();
    std::fs::write(directory.path().join("v0.1/servers/a.b/c.json"), &entry).unwrap();
    let server = toolgrade::serve::Server::bind(directory.path(), 0).unwrap();
    let address = server.address().unwrap();
    std::thread::spawn(move || server.run());
    let ask = |path: &str| {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.contains("Content-Type: application/json"), body.to_owned())
    };
    assert_eq!(ask("/v0.1/servers?limit=100&version=latest"), (true, "[]".to_owned()));
    for path in ["/v0.1/servers/a.b%2Fc/versions/latest", "/v0.1/servers/a.b/c/versions/1.0.0"] {
        assert_eq!(ask(path), (true, entry.clone()), "{path}");
    }
    assert_eq!(ask("/v0.1/servers/a.b%2Fd/versions/latest"), (false, String::new()));
}
