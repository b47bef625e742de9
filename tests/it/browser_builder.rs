//! The builder in a real browser: what it builds is what the program reads, decides and writes, in every format.

use crate::browser_site::served;
use crate::formats::jsonc;
use crate::generated::printed;
use serde_json::{Value, json};
use toolgrade::policy::format::FORMATS;

#[test]
fn what_the_builder_builds_is_what_the_program_decides() {
    let served = served();
    let said = served.ask(
        "const page = await open('servers/shop/index.html', 1280);
         const document = page.document;
         document.querySelector('#builder details').open = true;
         const result = await until(() => document.querySelector('#builder .result'));
         const format = document.getElementById('builder-format');
         const start = result.textContent;
         const choose = (tool, value, more) => {
           const row = [...document.querySelectorAll('#builder tbody tr')].find((row) => row.querySelector('code').textContent === tool);
           const select = row.querySelector('select');
           select.value = value;
           select.dispatchEvent(new page.Event('change', { bubbles: true }));
           if (more !== undefined) {
             const field = row.querySelector(value === 'limit' ? 'input' : 'textarea');
             field.value = more;
             field.dispatchEvent(new page.Event('input', { bubbles: true }));
           }
         };
         choose('delete_order', 'allow');
         choose('delete_order_line', 'limit', '1');
         choose('order', 'deny');
         choose('list_orders', 'hide');
         choose('run_report', 'custom', '{\"require\":[{\"conditions\":[{\"path\":\"args.path\",\"op\":\"eq\",\"value\":\"a\"}]}]}');
         choose('say \"<b>\" \\u524a\\u9664', 'allow');
         const built = result.textContent;
         choose('run_report', 'custom', '{');
         const wrong = document.querySelector('#builder .wrong').textContent;
         choose('run_report', 'recommended');
         const formats = [...format.options].map((option) => {
           format.value = option.value;
           format.dispatchEvent(new page.Event('change', { bubbles: true }));
           return result.textContent;
         });
         return { start, built, wrong, formats };",
        &[],
    );
    let text = |key: &str| said[key].as_str().unwrap_or_else(|| panic!("{said}")).to_owned();
    assert_eq!(text("start"), served.env.read("out/servers/shop/policy.json").unwrap(), "it starts from the recommended policy");
    assert!(text("wrong").starts_with("run_report: "), "{said}");
    std::fs::write(served.env.path().join("built.json"), text("built")).unwrap();
    let checked = served.env.run(&["policy", "check", "built.json"]);
    assert!(checked.starts_with("exit 0\n"), "{checked}");
    let calls = [
        ("delete_order", json!({}), true),
        ("delete_order_line", json!({}), true),
        ("delete_order_line", json!({}), false),
        ("order", json!({}), false),
        ("list_orders", json!({}), false),
        ("run_report", json!({ "path": "a" }), true),
        ("run_report", json!({ "path": "b" }), false),
        ("zebra", json!({}), true),
        ("say \"<b>\" 削除", json!({}), true),
        ("unknown", json!({}), false),
    ];
    let line = |(tool, args, _): &(&str, Value, bool)| {
        json!({ "at": "2026-01-01T00:00:00Z", "tool": tool, "arguments": args }).to_string()
    };
    let lines: Vec<String> = calls.iter().map(line).collect();
    std::fs::write(served.env.path().join("calls.jsonl"), lines.join("\n")).unwrap();
    let tested = served.env.output(&["policy", "test", "built.json", "calls.jsonl"]);
    let decided = String::from_utf8(tested.stdout).unwrap();
    let allowed: Vec<bool> =
        decided.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["decision"] == "allow").collect();
    assert_eq!(
        allowed,
        calls.iter().map(|(.., allowed)| *allowed).collect::<Vec<_>>(),
        "{decided}{}",
        String::from_utf8_lossy(&tested.stderr)
    );

    let written = said["formats"].as_array().unwrap();
    assert_eq!(written.len(), FORMATS.len());
    for (format, built) in FORMATS.iter().zip(written) {
        let choices = [
            ["--allow", "delete_order"],
            ["--allow", "delete_order_line"],
            ["--limit", "delete_order_line=1/minute"],
            ["--deny", "order"],
            ["--hide", "list_orders"],
            ["--allow", "say \"<b>\" 削除"],
        ];
        let args: Vec<&str> =
            ["policy", "shop.json", "-q", "--format", format.id].into_iter().chain(choices.iter().flatten().copied()).collect();
        let expected = printed(&served.env, &args);
        let built = built.as_str().unwrap();
        assert_eq!(data(format.id, built), data(format.id, &expected), "{}: {built}", format.id);
    }
}

#[test]
fn it_starts_from_what_the_program_writes_whatever_the_server_is_called() {
    let served = served();
    let servers = served.env.read("out/catalogue.json").unwrap();
    let servers: Value = serde_json::from_str(&servers).unwrap();
    for (name, file) in [("@acme/plain$&.one", "plain.json"), ("it's \"odd\" \\ é", "odd.json")] {
        let all = servers["servers"].as_array().unwrap();
        let page = all.iter().find(|server| server["name"] == name).unwrap()["page"].as_str().unwrap();
        let said = served.ask(
            &format!(
                "const page = await open('{page}', 1280);
                 const document = page.document;
                 document.querySelector('#builder details').open = true;
                 const result = await until(() => document.querySelector('#builder .result'));
                 const format = document.getElementById('builder-format');
                 return [...format.options].map((option) => {{
                   format.value = option.value;
                   format.dispatchEvent(new page.Event('change', {{ bubbles: true }}));
                   return result.textContent;
                 }});"
            ),
            &[],
        );
        let written = said.as_array().unwrap_or_else(|| panic!("{said}"));
        assert_eq!(written.len(), FORMATS.len());
        for (format, built) in FORMATS.iter().zip(written) {
            let expected = printed(&served.env, &["policy", file, "-q", "--format", format.id]);
            assert_eq!(data(format.id, built.as_str().unwrap()), data(format.id, &expected), "{name}, {}", format.id);
        }
    }
}

/// What a document says without its comments.
fn data(format: &str, text: &str) -> Value {
    match format {
        "codex" | "gemini" => serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap(),
        "intercept" => serde_saphyr::from_str(text).unwrap(),
        "cedar" => text.lines().filter(|line| !line.starts_with("//") && !line.is_empty()).collect::<Vec<_>>().into(),
        _ => jsonc(text),
    }
}
