//! The site: every link leads somewhere, same state same bytes, and nothing a server says becomes HTML.

use crate::graded::{Build as _, Grow as _, Judge as _, raw_tool, server, tool};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toolgrade::listing::Source;
use toolgrade::site::{Given, Options, Summary};
use toolgrade::store::{Failed, Observed};
use toolgrade::verdict::{Class, GradedServer};

/// A description that tries everything: HTML, a quote, a hidden order, a turned one, an end of JSON and of a comment.
const HOSTILE: &str = "Reads.\n</script><script>alert(1)</script>\n\"'><img src=x onerror=alert(1)>\u{200b}\u{202e}delete\u{e0041} --> ]]> {{ 7 }} é";

fn catalogue() -> Vec<GradedServer> {
    let files = server("files")
        .tool(
            raw_tool(json!({
                "name": "delete_file",
                "title": "Delete a file",
                "description": "Permanently deletes a file.\n\nThere is no way back.",
                "inputSchema": { "type": "object", "required": ["path"], "properties": {
                    "path": { "type": "string", "description": "Which file." },
                    "mode": { "enum": ["trash", "purge"] },
                } },
                "annotations": { "destructiveHint": true },
            }))
            .class(Class::Destructive)
            .because("delete-data", "name", "delete")
            .because("delete-data", "description", "Permanently deletes")
            .because("delete-data", "parameters.mode", "purge")
            .because("from-another-version", "annotations.destructiveHint", "true")
            .signal("many-parameters", "Accepts file system path (path)")
            .attack("destructive-action-autonomy"),
        )
        .tool(tool("write_file").class(Class::Write).because("writes", "name", "write"))
        .tool(tool("run").class(Class::Execute))
        .tool(tool("read_file"))
        .with(|server| {
            server.server.source = Source::Http { url: "https://files.example/mcp".to_owned(), transport: "sse".to_owned() }
        });
    let names = [
        "<script>",
        "../../x",
        "..",
        ".",
        "\u{1f4a3}",
        "削除",
        "a b",
        "Foo",
        "foo",
        "FOO",
        "foo-5a3c1b2d",
        "con",
        "index",
        "\u{202e}x",
        "a/b",
        "a\\b",
        "%2e%2e",
        "\"'><b>",
        "twice",
        "twice",
    ];
    let hostile = names.iter().fold(server("\"><script>alert(2)</script>"), |server, name| {
        server.tool(
            raw_tool(json!({
                "name": name,
                "title": HOSTILE,
                "description": HOSTILE,
                "inputSchema": { "properties": { HOSTILE: { "type": HOSTILE, "description": HOSTILE, "enum": [HOSTILE] } } },
            }))
            .class(Class::Financial)
            .because("delete-data", "description", "delete")
            .signal("none", HOSTILE)
            .because(HOSTILE, "parameters.x", HOSTILE)
            .attack("../../none"),
        )
    });
    let hostile = hostile.with(|server| {
        server.server.title = Some(HOSTILE.to_owned());
        server.server.instructions = Some(HOSTILE.to_owned());
        server.server.version = Some(HOSTILE.to_owned());
        server.server.protocol = Some(HOSTILE.to_owned());
        server.server.complete = false;
        server.server.source = Source::Http { url: "javascript:alert(1)//\" onclick=".to_owned(), transport: "sse".to_owned() };
    });
    vec![hostile, files, server("empty")]
}

fn seen() -> BTreeMap<String, Observed> {
    let at = |text: &str| text.parse().unwrap();
    let failure = serde_json::from_value(json!({ "target": HOSTILE, "stage": "list", "reason": HOSTILE, "message": HOSTILE }));
    let failed = Some(Failed { at: at("2026-03-01T00:00:00Z"), failure: failure.unwrap() });
    let first = at("2026-01-02T03:04:05Z");
    BTreeMap::from([("files".to_owned(), Observed { first, last: at("2026-02-03T04:05:06.789Z"), observations: 3, failed })])
}

fn publish_to(directory: &Path, servers: &[GradedServer], base: Option<&str>) -> Summary {
    let options = Options { base_url: base.map(str::to_owned), ..Options::new(directory.to_owned()) };
    toolgrade::site::publish(&Given::new(servers.to_vec(), seen()), &options, &|_| {}).unwrap()
}

fn publish(servers: &[GradedServer], options: &Options) -> anyhow::Result<Summary> {
    toolgrade::site::publish(&Given::new(servers.to_vec(), BTreeMap::new()), options, &|_| {})
}

/// Every file below a directory, by its path with `/`.
pub(crate) fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn published(servers: &[GradedServer], base: Option<&str>) -> BTreeMap<String, Vec<u8>> {
    let directory = tempfile::tempdir().unwrap();
    publish_to(directory.path(), servers, base);
    files(directory.path())
}

fn pages(files: &BTreeMap<String, Vec<u8>>) -> impl Iterator<Item = (&str, &str)> {
    let pages = files.iter().filter(|(path, _)| path.ends_with(".html"));
    pages.map(|(path, bytes)| (path.as_str(), std::str::from_utf8(bytes).unwrap()))
}

/// The values of an attribute, as they stand in the HTML.
fn attributes<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let opening = format!(" {name}=\"");
    html.split(&opening).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Where a relative link leads from a page.
fn resolve(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{page} links out of the site: {link}"),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_leads_to_a_page_or_a_place_on_one() {
    let checked = check_links(&published(&catalogue(), None));
    assert!(checked > 500, "{checked}");
}

/// Follows every link of every page; returns how many there are.
#[track_caller]
pub(crate) fn check_links(files: &BTreeMap<String, Vec<u8>>) -> usize {
    let mut checked = 0;
    for (path, html) in pages(files) {
        for link in attributes(html, "href").into_iter().chain(attributes(html, "src")) {
            if ["https://", "http://"].iter().any(|web| link.starts_with(web)) {
                continue;
            }
            assert!(!link.contains(':') && !link.starts_with('/'), "{path}: {link}");
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.to_owned() } else { resolve(path, file) };
            let found = files.get(&target).unwrap_or_else(|| panic!("{path} links to {link}, which is not there"));
            let anchor = format!("id=\"{place}\"");
            assert!(place.is_empty() || std::str::from_utf8(found).unwrap().contains(&anchor), "{path}: {link}");
            checked += 1;
        }
    }
    checked
}

#[test]
fn every_server_tool_class_attack_and_rule_has_its_files() {
    let servers = catalogue();
    let files = published(&servers, Some("https://example.org"));
    let count = |start: &str, end: &str| files.keys().filter(|path| path.starts_with(start) && path.ends_with(end)).count();
    for server in &servers {
        let slug = &server.slug;
        assert_eq!(count(&format!("servers/{slug}/"), ".html"), server.tools.len() + 2, "{slug}");
        assert!(files.contains_key(&format!("servers/{slug}/index.html")));
        let data: serde_json::Value = serde_json::from_slice(&files[&format!("servers/{slug}/server.json")]).unwrap();
        assert_eq!(data, toolgrade::report::json::server(server));
        let policy: serde_json::Value = serde_json::from_slice(&files[&format!("servers/{slug}/policy.json")]).unwrap();
        assert_eq!(policy["default"], "deny");
    }
    for file in [
        "index.html",
        "404.html",
        "classes/read.html",
        "classes/financial.html",
        "attacks/index.html",
        "attacks/tool-poisoning.html",
        "attacks/tool-poisoning.json",
        "rules/index.html",
        "rules/delete-data.html",
        "rules/delete-data.json",
        "signals/index.html",
        "signals/file-path.html",
        "severities/index.html",
        "severities/critical.html",
        "a-z/index.html",
        "a-z/d.html",
        "compare/index.html",
        "changes.html",
        "statistics.html",
        "about.html",
        "classifier.html",
        "search.html",
        "search/index.json",
        "search/0.txt",
        "llms.txt",
        "_headers",
        "icon.svg",
        "servers/files/badge.svg",
        "catalogue.json",
        "sitemap.xml",
        "feed.xml",
        "robots.txt",
        "style.css",
    ] {
        assert!(files.contains_key(file), "{file}");
    }
    let is_slug = |part: &str| part.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-'));
    assert!(
        files.keys().all(|path| path.split('/').all(|part| is_slug(part) && !part.trim_matches('.').is_empty())),
        "{:?}",
        files.keys()
    );
}

#[test]
fn same_state_same_bytes_whatever_the_order() {
    let mut reversed = catalogue();
    reversed.reverse();
    let once = published(&catalogue(), Some("https://example.org/mcp/"));
    assert!(once == published(&catalogue(), Some("https://example.org/mcp/")));
    assert!(once == published(&reversed, Some("https://example.org/mcp/")));
}

#[test]
fn nothing_a_server_says_becomes_html() {
    let files = published(&catalogue(), Some("https://example.org"));
    for (path, html) in pages(&files) {
        let scripts = html.matches("<script").count();
        let ours = ["site", "search", "builder"].map(|name| html.matches(&format!("{name}.js\" defer></script>")).count());
        let data = html.matches("<script type=\"application/ld+json\">").count();
        assert_eq!(scripts, data + ours.iter().sum::<usize>(), "{path}");
        assert_eq!(scripts, html.matches("</script").count(), "{path}");
        for forbidden in ["<img", "<b>alert", "style=\"", "href=\"javascript", "-->", "<iframe"] {
            let html = html.replace("<img src=\"badge.svg\" alt=\"", "");
            assert!(!html.contains(forbidden), "{path}: {forbidden}");
        }
        let policy = "content=\"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'\"";
        assert!(html.replace("&#39;", "'").contains(policy), "{path}");
        // But in a `pre` a text has no `"`: every second piece is markup and text, the others are values of attributes.
        let html: String = html.split("<pre").map(|part| part.split_once("</pre>").map_or(part, |(_, rest)| rest)).collect();
        let markup: String = html.split('"').step_by(2).collect();
        assert!(!markup.split('<').skip(1).any(|tag| tag.split('>').next().unwrap().contains(" on")), "{path}: a handler");
    }
    for (path, bytes) in files.iter().filter(|(path, _)| *path != ".toolgrade-site") {
        let text = std::str::from_utf8(bytes).unwrap();
        // The index of the search has tabs between its columns.
        let is_fine = |c: char| c == '\n' || (c == '\t' && path.starts_with("search/"));
        let hostile = text.chars().find(|c| !is_fine(*c) && toolgrade::sanitize::is_hostile(*c));
        assert_eq!(hostile, None, "{path}");
    }
    let page = std::str::from_utf8(&files["servers/script-alert-2-script/foo-5a3c1b2d.html"]).unwrap();
    assert!(page.contains("\\u{200b}\\u{202e}<mark>delete</mark>\\u{e0041}"), "marks stay on their words");
}

#[test]
fn structured_data_is_json() {
    let files = published(&catalogue(), Some("https://example.org/mcp"));
    let mut checked = 0;
    for (path, html) in pages(&files) {
        let Some(rest) = html.split("<script type=\"application/ld+json\">").nth(1) else { continue };
        let data: serde_json::Value = serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap();
        let crumbs = data["@graph"][0]["itemListElement"].as_array().unwrap();
        let address = path.strip_suffix("index.html").unwrap_or(path);
        assert_eq!(crumbs.last().unwrap()["item"], format!("https://example.org/mcp/{address}"));
        checked += 1;
    }
    assert_eq!(checked, catalogue().iter().map(|server| server.tools.len() + 1).sum::<usize>());
}

#[test]
fn a_removed_tool_loses_its_page_and_strangers_files_stay() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    std::fs::create_dir_all(path.join("servers/files")).unwrap();
    std::fs::write(path.join("servers/files/notes.txt"), "mine").unwrap();
    std::fs::write(path.join("CNAME"), "example.org").unwrap();
    let mut servers = catalogue();
    let first = publish_to(path, &servers, None);
    assert_eq!((first.files, first.removed), (first.changed, 0));
    let again = publish_to(path, &servers, None);
    assert_eq!((again.changed, again.removed), (0, 0));

    servers[1].tools.remove(0);
    servers.remove(0);
    publish_to(path, &servers, None);
    let left: BTreeSet<String> = files(path).into_keys().collect();
    let expected: BTreeSet<String> = published(&servers, None).into_keys().collect();
    let foreign: Vec<&String> = left.difference(&expected).collect();
    assert_eq!(foreign, ["CNAME", "servers/files/notes.txt"]);
    assert_eq!(expected.difference(&left).count(), 0);
    assert!(!path.join("servers/script-alert-2-script").exists(), "an empty directory goes too");
}

#[test]
fn a_strangers_file_is_not_replaced() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("index.html"), "mine").unwrap();
    let error = publish(&catalogue(), &Options::new(directory.path().to_owned())).unwrap_err();
    assert!(error.to_string().contains("index.html"), "{error}");
    assert_eq!(std::fs::read_to_string(directory.path().join("index.html")).unwrap(), "mine");
}

#[test]
fn two_publications_into_one_directory_do_not_mix() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let states: Vec<Vec<GradedServer>> =
        (0..4).map(|state| catalogue().into_iter().skip(1).chain([server(&format!("own-{state}"))]).collect()).collect();
    let refused: Vec<String> = std::thread::scope(|scope| {
        let publish_one = |state| publish(state, &Options::new(path.to_owned())).map_err(|error| error.to_string());
        let runs: Vec<_> = states.iter().map(|state| scope.spawn(move || publish_one(state))).collect();
        runs.into_iter().filter_map(|run| run.join().unwrap().err()).collect()
    });
    let expected = format!("another `toolgrade site` is writing to `{}`: ", path.display());
    assert!(refused.len() < states.len() && refused.iter().all(|error| error.starts_with(&expected)), "{refused:?}");
    let whole = |state: &Vec<GradedServer>| {
        let alone = tempfile::tempdir().unwrap();
        publish(state, &Options::new(alone.path().to_owned())).unwrap();
        files(alone.path()) == files(path)
    };
    assert_eq!(states.iter().filter(|state| whole(state)).count(), 1, "the site is that of one of them");

    let lock = std::fs::File::open(path.join(".toolgrade-site.lock")).unwrap();
    lock.lock().unwrap();
    let error = publish(&states[0], &Options::new(path.to_owned())).unwrap_err().to_string();
    assert!(error.starts_with(&expected), "{error}");
    drop(lock);
    publish(&states[0], &Options::new(path.to_owned())).unwrap();
}

#[test]
fn a_slug_that_is_none_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let escaping = server("x").with(|server| server.slug = "../../x".to_owned());
    assert!(publish(&[escaping], &Options::new(directory.path().join("site"))).is_err());
    assert!(!directory.path().join("x.html").exists());
    for base in ["example.org", "javascript:x", "https://", "https://x/?y"] {
        let options = Options { base_url: Some(base.to_owned()), ..Options::new(directory.path().join("site")) };
        assert!(publish(&[], &options).is_err(), "{base}");
    }
}

#[test]
fn an_empty_catalogue_is_a_site_too() {
    let files = published(&[], None);
    assert!(files.contains_key("index.html") && files.contains_key("feed.xml"));
}

#[test]
fn a_server_without_tools_has_no_grade_to_show_and_comes_last() {
    let servers = [server("zero").with(|server| server.grade = 'F'), server("one").tool(tool("list"))];
    let observed = Observed { failed: None, ..seen().remove("files").unwrap() };
    let directory = tempfile::tempdir().unwrap();
    let given = Given::new(servers.to_vec(), BTreeMap::from([("zero".to_owned(), observed)]));
    toolgrade::site::publish(&given, &Options::new(directory.path().to_owned()), &|_| {}).unwrap();
    let files = files(directory.path());
    let text = |path: &str| std::str::from_utf8(&files[path]).unwrap();
    let index = text("index.html");
    assert!(index.contains("<td>no tools</td>") && !index.contains("g-f"), "{index}");
    assert!(index.find("servers/one/index.html").unwrap() < index.find("servers/zero/index.html").unwrap());
    let page = text("servers/zero/index.html");
    assert!(page.contains("No tools: there was nothing to grade.") && !page.to_lowercase().contains(">grade "), "{page}");
    assert!(page.contains("The zero MCP server lists no tools.") && text("feed.xml").contains("No tools."));
    assert!(text("servers/zero/server.json").contains("\"grade\":\"F\""));
}

#[test]
fn a_tool_page_says_what_it_can_do_and_why() {
    let files = published(&catalogue(), None);
    let html = std::str::from_utf8(&files["servers/files/delete_file.html"]).unwrap();
    let html = html.replace(env!("CARGO_PKG_VERSION"), "@@VERSION@@");
    insta::assert_snapshot!(html);
}
