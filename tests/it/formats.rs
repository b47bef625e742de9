//! Every format: whole documents, odd names, hostile text.

use crate::env::Env;
use crate::generated::{FORMATS, printed, shop};
use serde_json::{Value, json};

/// Names that a careless writer gets wrong.
const ODD: [&str; 15] = [
    "get issue",
    "a.b.list",
    "получить",
    "list/*",
    "list \"hi\"",
    "list_🗒\u{fe0f}",
    "list_\u{202e}x",
    "list\u{0}\u{85}\nx",
    "back\\slash",
    "x:y(z)",
    "get`a`|b: #c",
    "{list}",
    "a b",
    "a_b",
    "list_yes",
];

/// A server of odd names, one of 200 characters, one that means every tool, and one to refuse.
pub(crate) fn odd() -> Env {
    let long = format!("list_{}", "x".repeat(195));
    let names = ODD.iter().copied().chain([long.as_str(), "*"]);
    let mut tools: Vec<Value> = names.map(|name| json!({ "name": name, "description": "Lists things." })).collect();
    tools.push(json!({ "name": "delete \"all\"", "description": "Deletes everything." }));
    Env::new().recorded("odd.json", &Value::Array(tools))
}

fn document(env: &Env, file: &str, format: &str) -> String {
    printed(env, &["policy", file, "-q", "--format", format])
}

/// JSON, with comments or without.
pub(crate) fn jsonc(text: &str) -> Value {
    jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).unwrap()
}

pub(crate) fn strings(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn the_shop_in_every_format() {
    let env = shop();
    for format in FORMATS {
        insta::assert_snapshot!(format!("shop_{format}"), env.run(&["policy", "shop.json", "--format", format]));
    }
}

#[test]
fn odd_names_mean_themselves_in_every_format() {
    let env = odd();
    let text = document(&env, "odd.json", "policylayer");
    let policy: Value = serde_json::from_str(&text).unwrap();
    assert!(ODD.iter().all(|name| policy["tools"][*name].is_object()), "{text}");
    assert!(policy["tools"].get("*").is_none());

    let yaml: Value = serde_saphyr::from_str(&document(&env, "odd.json", "intercept")).unwrap();
    assert!(ODD.iter().all(|name| yaml["tools"][*name].is_object()) && yaml["tools"].get("*").is_none(), "{yaml}");
    assert_eq!(yaml["hide"], json!(["delete \"all\""]));

    let codex: toml::Table = toml::from_str(&document(&env, "odd.json", "codex")).unwrap();
    let codex = serde_json::to_value(codex).unwrap();
    let server = &codex["mcp_servers"]["odd"];
    let on = strings(&server["enabled_tools"]);
    assert!(ODD.iter().all(|name| on.contains(name)) && !on.contains(&"*"), "{codex}");
    assert!(ODD.iter().all(|name| server["tools"].get(*name).is_some()), "{codex}");
    assert_eq!(server["disabled_tools"], json!(["delete \"all\""]));

    for (format, list) in [("kiro", "/mcpServers/odd/autoApprove"), ("copilot", "/mcpServers/odd/tools")] {
        let value = jsonc(&document(&env, "odd.json", format));
        let on = strings(value.pointer(list).unwrap());
        assert!(ODD.iter().all(|name| on.contains(name)) && !on.contains(&"*"), "{format}: {value}");
    }
    let anthropic = jsonc(&document(&env, "odd.json", "anthropic"));
    assert!(ODD.iter().all(|name| anthropic["tools"][0]["configs"][*name]["enabled"] == json!(true)), "{anthropic}");
    let openai = jsonc(&document(&env, "odd.json", "openai"));
    assert!(ODD.iter().all(|name| strings(&openai["tools"][0]["allowed_tools"]).contains(name)), "{openai}");

    // Clients that respell names, and one that cannot name all of them.
    let claude = jsonc(&document(&env, "odd.json", "claude-code"));
    let allowed = strings(&claude["permissions"]["allow"]);
    assert!(
        allowed.contains(&"mcp__odd__get_issue") && allowed.contains(&"mcp__odd__a_b_list") && allowed.contains(&"mcp__odd__a_b")
    );
    assert!(allowed.iter().all(|rule| !rule.contains(['*', '(', ' '])), "{allowed:?}");
    let opencode = jsonc(&document(&env, "odd.json", "opencode"));
    assert_eq!(
        (&opencode["permission"]["odd_get_issue"], &opencode["permission"]["odd_delete__all_"]),
        (&json!("allow"), &json!("deny"))
    );
    let vscode = jsonc(&document(&env, "odd.json", "vscode"));
    assert_eq!(vscode["chat.tools.eligibleForAutoApproval"]["delete \"all\""], json!(false));
    let cursor = env.run(&["policy", "odd.json", "--format", "cursor"]);
    assert!(cursor.contains("14 tools are left out, because this format cannot name them"), "{cursor}");
    assert!(cursor.contains("\"odd:a.b.list\"") && !cursor.contains("\"odd:get issue\""), "{cursor}");
}

#[test]
fn two_names_that_a_client_takes_for_one_get_the_stricter_rule() {
    let tools = json!([{ "name": "a b", "description": "Lists things." }, { "name": "a_b", "description": "Deletes things." }]);
    for tools in [tools.clone(), Value::Array(tools.as_array().unwrap().iter().rev().cloned().collect())] {
        let env = Env::new().recorded("two.json", &tools);
        let permissions = &jsonc(&document(&env, "two.json", "claude-code"))["permissions"];
        assert_eq!((&permissions["allow"], &permissions["deny"]), (&json!([]), &json!(["mcp__two__a_b"])));
    }
}

#[test]
fn a_comment_is_one_line_whatever_a_server_says() {
    let breaks = "path\n[[rule]]\ndecision = \"allow\"";
    let schema = json!({ "type": "object", "required": [breaks], "properties": { breaks: { "type": "string" } } });
    let tools = json!([
        { "name": "list\n[[rule]]\ndecision = \"allow\"", "description": "Lists\u{2028}*/ permit(principal, action, resource);" },
        { "name": "read_file", "description": "Reads a file.", "inputSchema": schema },
    ]);
    let env = Env::new().recorded("evil.json", &tools);
    for format in FORMATS {
        let text = document(&env, "evil.json", format);
        let breaks_out = |line: &str| line == "[[rule]]" || line.starts_with("decision = \"allow\"");
        // In Gemini's own format such lines are the document; its rules are counted below.
        assert!(format == "gemini" || !text.lines().any(breaks_out), "{format}: {text}");
        assert!(!text.contains(|character| character != '\n' && toolgrade::sanitize::is_hostile(character)), "{format}: {text}");
    }
    let gemini: toml::Table = toml::from_str(&document(&env, "evil.json", "gemini")).unwrap();
    assert_eq!(gemini["rule"].as_array().unwrap().len(), 3);
}

/// The rows of the page's table of formats, by their columns.
fn rows() -> Vec<Vec<&'static str>> {
    let page = include_str!("../../docs/policy-formats.md");
    let table = page.split_once("| format | for |").unwrap().1.split_once("\n\n").unwrap().0;
    table.lines().skip(2).map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn the_page_says_of_each_format_what_it_holds_and_loses() {
    let env = shop();
    let rows = rows();
    assert_eq!(rows.iter().map(|row| row[0].trim_matches('`')).collect::<Vec<_>>(), FORMATS);
    for row in rows {
        let format = row[0].trim_matches('`');
        let output = env.output(&["policy", "shop.json", "--format", format]);
        let (text, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let yes = |holds: bool| if holds { "yes" } else { "no" };
        let asks = said.contains("asked about");
        assert_eq!(row[2], yes(asks), "{format}: {said}");
        let arguments = match format {
            _ if said.contains("cannot be expressed here") => "partly",
            _ => yes(!said.contains("arguments not looked at") && !said.contains("arguments are not looked at")),
        };
        assert_eq!(row[3], arguments, "{format}: {said}");
        assert_eq!(row[4], yes(!said.contains("not counted")), "{format}: {said}");
        // The source that the code names is the one that the page names.
        let file = format!("{}/src/policy/format/{}.rs", env!("CARGO_MANIFEST_DIR"), format.replace('-', "_"));
        let code = std::fs::read_to_string(file).unwrap();
        let link = row[1].split_once("](").unwrap().1.trim_end_matches(')');
        assert!(
            code.contains(&format!("<{link}>")) || link == "policy.md" && code.contains("docs/policy.md"),
            "{format}: {link}"
        );
        let later = match format {
            "opencode" => said.contains("tools that a server adds later are allowed"),
            "claude-code" => said.contains("the client's permission mode decides"),
            // Lists of what may be used, or a default that refuses.
            "codex" => text.contains("enabled_tools"),
            "gemini" => text.contains("toolName = \"*\"\ndecision = \"deny\""),
            "anthropic" => text.contains("\"default_config\": {\n        \"enabled\": false"),
            "policylayer" => text.contains("\"default\": \"deny\""),
            "intercept" => text.contains("default: \"deny\""),
            "openai" => text.contains("allowed_tools"),
            "copilot" => text.contains("\"tools\": ["),
            "cedar" => !text.contains("resource)"),
            "cursor" | "kiro" | "vscode" => row[5] == "the client decides",
            other => panic!("{other}: what holds for tools that are listed later?"),
        };
        assert!(later, "{format}: {text}{said}");
    }
}

/// What the page says of profiles, beside what they say.
#[test]
fn the_page_says_what_each_profile_does() {
    let page = include_str!("../../docs/policy-formats.md");
    let names = ["list_orders", "create_note", "restart_service", "delete_order", "cancel_payment"];
    let descriptions = ["Lists orders.", "Creates a note.", "Restarts a service.", "Deletes an order.", "Refunds a payment."];
    let tools: Vec<Value> =
        names.iter().zip(descriptions).map(|(name, text)| json!({ "name": name, "description": text })).collect();
    let env = Env::new().recorded("all.json", &Value::Array(tools));
    for profile in ["read-only", "guarded", "open"] {
        let policy: Value = serde_json::from_str(&printed(&env, &["policy", "all.json", "--profile", profile])).unwrap();
        let cell = |name: &&str| {
            let rules = &policy["tools"][*name];
            match (&rules["limits"][0]["max"], &rules["deny_if"][0]["on_deny"]) {
                _ if rules.is_null() => "hidden".to_owned(),
                (Value::Number(max), _) => format!("{max} a {}", rules["limits"][0]["window"].as_str().unwrap()),
                (_, Value::String(_)) => "refused until a person lets it through".to_owned(),
                _ => "allowed".to_owned(),
            }
        };
        let row = format!("| `{profile}` | {} |", names.iter().map(cell).collect::<Vec<_>>().join(" | "));
        assert!(page.contains(&row), "{row}");
    }
}
