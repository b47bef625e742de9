//! The site in a real browser as `--serve` shows it: search finds, axe finds nothing.

use crate::browser::browse;
use crate::env::Env;
use crate::installed::installed;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

/// A site that is being served; its server ends with it.
pub(crate) struct Served {
    pub(crate) env: Env,
    address: String,
    server: Child,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

pub(crate) fn served() -> Served {
    let tool = |name: &str, text: &str| json!({ "name": name, "description": text, "inputSchema": { "type": "object", "properties": { "path": { "type": "string" } } } });
    let shop = json!({ "serverInfo": { "name": "shop" }, "tools": [
        tool("delete_order", "Permanently deletes an order."),
        tool("delete_order_line", "Deletes a line of an order."),
        tool("order", "Places an order."),
        tool("list_orders", "Lists orders."),
        tool("run_report", "Runs a report."),
        tool("zebra", "Finds the striped okapi."),
        tool("say \"<b>\" 削除", "Reads."),
    ] });
    let other = json!({ "serverInfo": { "name": "shop-two" }, "tools": [tool("delete_order", "Deletes an order."), tool("pay_invoice", "Pays an invoice.")] });
    // Not every client can name them, or spells them as they are.
    let odd = |name: &str| json!({ "serverInfo": { "name": name }, "tools": [tool("look", "Reads a file."), tool("put", "Writes a file."), tool("drop", "Deletes a file."), { "name": "hear" }] });
    let env = Env::new().file("shop.json", &shop.to_string()).file("other.json", &other.to_string());
    let env =
        env.file("plain.json", &odd("@acme/plain$&.one").to_string()).file("odd.json", &odd("it's \"odd\" \\ é").to_string());
    let said = env.run(&["scan", "shop.json", "other.json", "plain.json", "odd.json", "--catalogue", "c.db", "--quiet"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    let mut command = env.command(&["site", "--catalogue", "c.db", "-o", "out", "--quiet", "--serve=0"]);
    let mut server = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap_or_else(|| panic!("{line}")).to_owned();
    Served { env, address, server }
}

impl Served {
    /// What a page has become after its scripts have run.
    fn dom(&self, page: &str, more: &[&str]) -> String {
        let address = format!("{}{page}", self.address);
        let args = [&["--dump-dom", "--virtual-time-budget=20000"], more, &[&address]].concat();
        String::from_utf8(browse(self.env.path(), &args).stdout).unwrap()
    }

    /// What a script of a page beside the site's says, as JSON.
    #[track_caller]
    pub(crate) fn ask(&self, script: &str, more: &[&str]) -> Value {
        let page = format!(
            "<!DOCTYPE html><meta charset=\"utf-8\"><title>ask</title><body><script type=\"module\">{PAGES}\
             const said = await (async () => {{ {script} }})().catch((error) => ({{ error: String(error.stack) }}));\
             const ascii = JSON.stringify(said).replace(/[<>&\\u0080-\\uffff]/g, c => '\\\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));\
             document.body.append(Object.assign(document.createElement('output'), {{ id: 'said', textContent: ascii }}));</script>"
        );
        std::fs::write(self.env.path().join("out/ask.html"), page).unwrap();
        let dom = self.dom("ask.html", more);
        let said = dom.split_once("<output id=\"said\">").and_then(|(_, rest)| rest.split_once("</output>"));
        serde_json::from_str(said.unwrap_or_else(|| panic!("no answer: {dom}")).0).unwrap()
    }
}

/// Opens pages of the site in frames.
const PAGES: &str = "
const open = (path, width) => new Promise((done) => {
  const frame = document.createElement('iframe');
  frame.width = width; frame.height = 900; frame.src = path;
  frame.addEventListener('load', () => done(frame.contentWindow));
  document.body.append(frame);
});
const until = async (there) => {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = there();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('it never came: ' + there);
};
";

/// What a search lists: the class or `Server`, and the name.
fn results(dom: &str) -> Vec<String> {
    let list = dom.split_once("id=\"found\"").unwrap().1.split_once("</ol>").unwrap().0;
    let text = |part: &str| -> String {
        let mut inside = false;
        let letters = part.chars().filter(|letter| {
            let was = inside;
            inside = match letter {
                '<' => true,
                '>' => false,
                _ => inside,
            };
            !was && !inside && *letter != '>'
        });
        letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    list.split("<li").skip(1).map(|item| text(item.split_once('>').unwrap().1)).collect()
}

#[test]
fn the_search_finds_what_is_there_exact_names_first() {
    let served = served();
    let search = |query: &str| results(&served.dom(&format!("search.html?q={query}"), &[]));
    let orders = search("order");
    assert_eq!(orders[0], "Financial order shop", "{orders:?}");
    assert!(orders.len() >= 5, "{orders:?}");
    assert_eq!(search("deleteOrder")[..2], ["Destructive delete_order shop", "Destructive delete_order shop-two"]);
    assert_eq!(search("two%20order"), ["Destructive delete_order shop-two"]);
    assert_eq!(search("okapi"), ["Read zebra shop"]);
    assert_eq!(search("shop")[..2], ["Server shop", "Server shop-two"]);
    assert_eq!(search("nothing-like-it"), [""; 0]);
}

#[test]
fn filters_and_keys_lead_to_a_tool() {
    let served = served();
    let said = served.ask(
        "const page = await open('search.html?q=order', 1280);
         const document = page.document, $ = (id) => document.getElementById(id);
         const shown = () => [...$('found').querySelectorAll('a')].map((link) => link.textContent);
         await until(() => shown().length > 3);
         const all = shown();
         $('class').value = '3'; $('class').dispatchEvent(new page.Event('change'));
         await until(() => shown().length < all.length);
         const destructive = shown();
         $('query').focus();
         const press = (key) => document.activeElement.dispatchEvent(new page.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
         press('ArrowDown'); press('ArrowDown');
         const second = document.activeElement.textContent;
         press('ArrowUp'); press('ArrowUp');
         return { all, destructive, second, back: document.activeElement.id, signals: $('signal').options.length };",
        &[],
    );
    assert_eq!(said["destructive"], json!(["delete_order", "delete_order", "delete_order_line"]), "{said}");
    assert_eq!((&said["second"], &said["back"]), (&json!("delete_order"), &json!("query")), "{said}");
    assert!(said["signals"].as_u64().unwrap() > 10, "{said}");
}

/// One page of each kind.
const KINDS: [&str; 21] = [
    "index.html",
    "404.html",
    "about.html",
    "classifier.html",
    "search.html?q=order",
    "statistics.html",
    "changes.html",
    "classes/index.html",
    "classes/destructive.html",
    "signals/index.html",
    "signals/file-path.html",
    "severities/index.html",
    "severities/critical.html",
    "attacks/index.html",
    "attacks/path-traversal.html",
    "rules/index.html",
    "rules/delete-data.html",
    "a-z/index.html",
    "servers/shop/index.html",
    "servers/shop/policies--all.html",
    "servers/shop/delete_order.html",
];

#[test]
fn axe_finds_nothing_serious_on_any_kind_of_page() {
    let served = served();
    std::fs::copy(installed("npm/node_modules/axe-core/axe.min.js"), served.env.path().join("out/axe.js")).unwrap();
    let kinds = serde_json::to_string(&[&KINDS[..], &["compare/index.html", "compare/shop.html"]].concat()).unwrap();
    let script = format!(
        "const wrong = []; let checked = 0;
         for (const path of {kinds}) {{
           for (const width of [1280, 980, 390]) {{
             const page = await open(path, width);
             const script = page.document.createElement('script');
             script.src = '/axe.js';
             page.document.head.append(script);
             const axe = await until(() => page.axe);
             const found = await axe.run(page.document, {{ resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }});
             checked += found.passes.length;
             const overflow = page.document.documentElement.scrollWidth - page.document.documentElement.clientWidth;
             if (overflow > 0) wrong.push(`${{path}} at ${{width}}: wider by ${{overflow}}`);
             for (const {{ id, impact, nodes }} of found.violations) {{
               if (['serious', 'critical'].includes(impact)) wrong.push(`${{path}} at ${{width}}: ${{id}}: ${{nodes.slice(0, 3).map((node) => node.html).join(' ')}}`);
             }}
             page.frameElement.remove();
           }}
         }}
         return {{ wrong, checked, dark: matchMedia('(prefers-color-scheme: dark)').matches }};"
    );
    for (dark, more) in [(false, &[][..]), (true, &["--blink-settings=preferredColorScheme=0"])] {
        let said = served.ask(&script, more);
        assert_eq!(said["dark"], dark, "{said}");
        assert_eq!(said["wrong"], json!([]), "dark: {dark}");
        assert!(said["checked"].as_u64().unwrap() > 400, "{said}");
    }
}
