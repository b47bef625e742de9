//! The site in a real browser, opened from disk as anyone may, and before a validator of HTML.

use crate::env::Env;
use crate::installed::installed;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

/// What a name or a description tries, each in its own way, to run.
const ATTEMPTS: [&str; 3] = [
    "<script>document.title='pwned'</script>",
    "<img src=x onerror=\"document.title='pwned'\">",
    "</title><svg onload=document.title='pwned'>\"'",
];

/// Opens pages in frames as narrow as a phone and says what became of each, as JSON in ASCII.
const OBSERVER: &str = r#"<!DOCTYPE html><meta charset="utf-8"><title>observer</title>
@@FRAMES@@
<script>
function look(frame) {
  const page = frame.document;
  const all = [...page.querySelectorAll('*')];
  const style = frame.getComputedStyle(page.body);
  return {
    title: page.title,
    text: page.body.textContent,
    scripts: all.filter(element => element.localName === 'script' && !element.src && element.type !== 'application/ld+json').length,
    images: [...page.images].filter(image => !image.src.endsWith('/badge.svg')).length,
    handlers: all.filter(element => [...element.attributes].some(attribute => attribute.name.startsWith('on'))).length,
    sheets: page.styleSheets.length,
    width: style.maxWidth,
    padding: style.paddingLeft,
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
  };
}
// After every frame has loaded, its pictures and their handlers included.
addEventListener('load', () => {
  const seen = JSON.stringify([...Array(frames.length).keys()].map(index => look(frames[index])));
  const ascii = seen.replace(/[<>&\u0080-\uffff]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  const answer = document.createElement('output');
  answer.textContent = ascii;
  document.body.replaceChildren(answer);
});
</script>"#;

/// A site of tools that try to run something, in `out`.
fn published() -> Env {
    let tools = ATTEMPTS.map(|attempt| {
        let schema = json!({ "type": "object", "properties": { attempt: { "type": "string", "description": attempt, "enum": [attempt] } } });
        json!({ "name": attempt, "title": attempt, "description": format!("Deletes a note. {attempt}"), "inputSchema": schema })
    });
    let document =
        json!({ "serverInfo": { "name": "tries", "title": ATTEMPTS[2] }, "instructions": ATTEMPTS[0], "tools": tools });
    let recorded = include_str!("../data/recorded/sapo-mcp.json");
    let env = Env::new().file("tries.json", &document.to_string()).file("shop.json", recorded);
    let said = env.run(&["scan", "tries.json", "shop.json", "--catalogue", "seen.db", "--quiet"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    let said = env.run(&["site", "--catalogue", "seen.db", "-o", "out"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    env
}

pub(crate) fn browse(directory: &Path, args: &[&str]) -> Output {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(installed("chromium"))
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(args)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// What a browser makes of pages of the directory.
#[track_caller]
fn observe(directory: &Path, pages: &[&str]) -> Vec<Value> {
    let missing: Vec<&&str> = pages.iter().filter(|page| !directory.join(page).is_file()).collect();
    assert!(missing.is_empty(), "there is no {missing:?}");
    let frame = |page: &&str| format!("<iframe width=\"390\" height=\"800\" src=\"{page}\"></iframe>");
    let frames: String = pages.iter().map(frame).collect();
    std::fs::write(directory.join("observer.html"), OBSERVER.replace("@@FRAMES@@", &frames)).unwrap();
    let address = format!("file://{}", directory.join("observer.html").display());
    // Only so may one page that lies on disk look into another.
    let output = browse(directory, &["--allow-file-access-from-files", "--dump-dom", &address]);
    let dom = String::from_utf8(output.stdout).unwrap();
    let answer = dom.split_once("<output>").and_then(|(_, rest)| rest.split_once("</output>"));
    let seen: Vec<Value> = serde_json::from_str(answer.unwrap_or_else(|| panic!("no answer: {dom}")).0).unwrap();
    assert_eq!(seen.len(), pages.len());
    seen
}

/// Paths of the pages below `out`, with the directory before them.
fn pages(directory: &Path, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(directory.join(folder)).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| name.ends_with(".html"));
    let mut pages: Vec<String> = names.map(|name| format!("{folder}/{name}")).collect();
    pages.sort();
    pages
}

#[test]
fn the_browser_would_run_a_script_that_got_through() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("page.html"), format!("<!DOCTYPE html><title>page</title>{}", ATTEMPTS[1])).unwrap();
    let seen = &observe(directory.path(), &["page.html"])[0];
    assert_eq!((&seen["title"], &seen["images"], &seen["handlers"]), (&json!("pwned"), &json!(1), &json!(1)));
}

#[test]
fn what_a_tool_says_stays_text_and_pages_are_styled() {
    let env = published();
    let tools = pages(env.path(), "out/servers/tries");
    assert_eq!(tools.len(), ATTEMPTS.len() + 2);
    let others = ["out/index.html", "out/classes/destructive.html", "out/servers/sapo-mcp/update_order.html"];
    let pages: Vec<&str> = tools.iter().map(String::as_str).chain(others).collect();
    let seen = observe(env.path(), &pages);
    for (page, seen) in pages.iter().zip(&seen) {
        assert!(seen["title"].as_str().unwrap().ends_with(" · toolgrade"), "{page}: {}", seen["title"]);
        for nothing in ["scripts", "images", "handlers"] {
            assert_eq!(seen[nothing], 0, "{page}: {nothing}");
        }
        assert_eq!(seen["sheets"], 1, "{page}");
        // 76rem, and 1rem at this width: what the sheet says of the body.
        assert_eq!((&seen["width"], &seen["padding"]), (&json!("1216px"), &json!("16px")), "{page}");
        assert_eq!(seen["overflow"], 0, "{page} is wider than a phone");
    }
    let said: String = seen[..tools.len()].iter().map(|seen| seen["text"].as_str().unwrap()).collect();
    for attempt in ATTEMPTS {
        assert!(said.contains(attempt), "{attempt} is not shown as it was sent");
    }
}

#[test]
fn a_page_can_be_looked_at() {
    let env = published();
    let picture = |page: &str| {
        let address = format!("file://{}", env.path().join(page).display());
        browse(env.path(), &["--screenshot=page.png", "--window-size=1200,900", &address]);
        std::fs::read(env.path().join("page.png")).unwrap()
    };
    let styled = ["out/index.html", "out/servers/sapo-mcp/update_order.html"].map(picture);
    std::fs::remove_file(env.path().join("out/style.css")).unwrap();
    let bare = ["out/index.html", "out/servers/sapo-mcp/update_order.html"].map(picture);
    for (styled, bare) in styled.iter().zip(bare) {
        assert!(styled.starts_with(b"\x89PNG") && *styled != bare, "the style sheet changes nothing");
    }
}

#[test]
fn pages_are_valid_html() {
    // A title is as long as the name of its tool.
    let config = r#"{ "root": true, "extends": ["html-validate:recommended"], "rules": { "long-title": "off" } }"#;
    let env = published().file("validate.json", config);
    let output = Command::new("node")
        .arg(installed("npm/node_modules/html-validate/bin/html-validate.mjs"))
        .args(["--config", "validate.json", "--formatter", "text", "out/**/*.html"])
        .current_dir(env.path())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(output.status.success(), "{said}");
}
