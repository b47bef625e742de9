//! What was promised of certain tools, told as promised: their class, score, signals, policy and pages.

use crate::env::Env;
use serde_json::{Value, json};

const SAPO: &str = include_str!("../data/recorded/sapo-mcp.json");
const WIZCOMMERCE: &str = include_str!("../data/wizcommerce.json");
const POST_CUSTOMERS: &str = "WizCommerce Open API_PostCustomers";

/// The tools of a recorded list.
fn tools(recorded: &str) -> Vec<Value> {
    let mut document: Value = serde_json::from_str(recorded).unwrap();
    serde_json::from_value(document["tools"].take()).unwrap()
}

/// The tools of a recorded list as the program grades them.
#[track_caller]
fn scan(recorded: &str) -> Vec<Value> {
    let env = Env::new().file("server.json", recorded);
    let output = env.output(&["scan", "server.json", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let mut document: Value = serde_json::from_slice(&output.stdout).unwrap();
    serde_json::from_value(document["servers"][0]["tools"].take()).unwrap()
}

/// The graded tool of a name.
#[track_caller]
fn find<'t>(tools: &'t [Value], name: &str) -> &'t Value {
    tools.iter().find(|tool| tool["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[track_caller]
fn check(tools: &[Value], name: &str, class: &str, severity: &str, score: u8) {
    let tool = find(tools, name);
    let have = (&tool["class"], &tool["severity"], &tool["score"]);
    assert_eq!(have, (&json!(class), &json!(severity), &json!(score)), "{name}: {tool:#}");
}

fn signals(tool: &Value) -> Vec<&str> {
    tool["signals"].as_array().unwrap().iter().map(|signal| signal["text"].as_str().unwrap()).collect()
}

#[test]
fn tools_of_a_shop_have_the_classes_and_scores_that_were_promised() {
    let shop = scan(SAPO);
    for name in ["create_customer", "update_customer", "update_order", "update_fulfillment_tracking", "create_article"] {
        check(&shop, name, "Write", "Medium", 2);
    }
    for name in ["list_customers", "search_orders", "count_orders", "get_order", "revenue_summary"] {
        check(&shop, name, "Read", "Low", 1);
    }
    for name in ["create_order_transaction", "complete_draft_order", "cancel_order", "create_refund"] {
        check(&shop, name, "Financial", "Critical", 5);
    }
    check(&shop, "close_order", "Write", "Medium", 2);
    check(&shop, "delete_customer", "Destructive", "Critical", 4);
    check(&shop, "delete_price_rule", "Destructive", "Critical", 5);
}

#[test]
fn the_words_of_one_sentence_are_enough() {
    let one = json!({ "tools": [{ "name": "update_customer", "description": "Update an existing customer" }] });
    check(&scan(&one.to_string()), "update_customer", "Write", "Medium", 2);
}

#[test]
fn an_order_that_points_to_the_administration_has_that_signal() {
    let shop = scan(SAPO);
    assert_eq!(signals(find(&shop, "update_order")), ["Admin/system-level operation"]);
    assert_eq!(signals(find(&shop, "get_order")), Vec::<&str>::new());
}

#[test]
fn a_name_that_posts_outweighs_a_description_that_lists() {
    let tools = scan(WIZCOMMERCE);
    let tool = find(&tools, POST_CUSTOMERS);
    assert_eq!((&tool["class"], &tool["parameters"]), (&json!("Write"), &json!(46)));
    let signals = signals(tool);
    assert!(signals.contains(&"High parameter count (46 properties)"), "{signals:?}");
    assert!(signals.iter().any(|signal| signal.starts_with("Name contradicts description")), "{signals:?}");
}

#[test]
fn the_policy_for_one_tool_is_exactly_this() {
    let create_customer: Vec<Value> = tools(SAPO).into_iter().filter(|tool| tool["name"] == "create_customer").collect();
    let env = Env::new().recorded("one.json", &Value::Array(create_customer));
    let output = env.output(&["policy", "one.json"]);
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        policy.to_string(),
        r#"{"version":"1","default":"deny","tools":{"create_customer":{"limits":[{"counter":"create_customer_rate","window":"minute","max":30,"scope":"grant"}]}}}"#
    );
}

/// One document for each class, as the reference shows it on a tool's page, out of the policy for the whole server.
#[test]
fn a_tool_has_the_policy_of_its_page_in_the_policy_of_its_server() {
    let stripe = json!([{ "name": "update_customer", "description": "Update an existing customer" }]);
    let env = Env::new()
        .file("sapo.json", SAPO)
        .file("wizcommerce.json", WIZCOMMERCE)
        .recorded("stripe.json", &stripe)
        .recorded("shell.json", &json!([{ "name": "restart_service", "description": "Restarts a service." }]));
    let policy = |file: &str| -> Value { serde_json::from_slice(&env.output(&["policy", file]).stdout).unwrap() };
    let rate = |name: &str, max: u32| json!({ "limits": [{ "counter": format!("{name}_rate"), "window": "minute", "max": max, "scope": "grant" }] });
    for (file, name) in [
        ("sapo.json", "create_customer"),
        ("sapo.json", "update_order"),
        ("sapo.json", "update_fulfillment_tracking"),
        ("stripe.json", "update_customer"),
        ("wizcommerce.json", POST_CUSTOMERS),
    ] {
        assert_eq!(policy(file)["tools"][name], rate(name, 30), "{name}");
    }
    assert_eq!(policy("shell.json")["tools"]["restart_service"], rate("restart_service", 10));
    let sapo = policy("sapo.json");
    assert_eq!((&sapo["version"], &sapo["default"], &sapo["tools"]["get_order"]), (&json!("1"), &json!("deny"), &json!({})));
    assert!(sapo["hide"].as_array().unwrap().contains(&json!("delete_customer")) && sapo["tools"]["delete_customer"].is_null());
    let approval = json!([{ "conditions": [], "on_deny": "Requires human approval." }]);
    assert_eq!(sapo["tools"]["create_refund"]["deny_if"], approval);
}

#[test]
fn any_name_survives_in_a_policy_and_has_a_page() {
    let odd = [
        "add a note",
        "  add_note ",
        "добавить заметку",
        "メモを追加",
        "add_🗒\u{fe0f}",
        "add_\u{202e}note",
        "add\u{0}note",
        "add\nnote",
        "\"add\\note\"",
        "../add",
        "a\u{301}dd",
        "ádd",
    ];
    let made = odd.iter().map(|name| json!({ "name": name, "description": "Adds a note." }));
    let tools: Vec<Value> = [tools(SAPO), tools(WIZCOMMERCE)].concat().into_iter().chain(made).collect();
    let mut names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    let env = Env::new().recorded("all.json", &Value::Array(tools.clone()));

    let output = env.output(&["policy", "all.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    let hidden = policy["hide"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let mut covered: Vec<&str> = policy["tools"].as_object().unwrap().keys().map(String::as_str).chain(hidden).collect();
    names.sort_unstable();
    covered.sort_unstable();
    assert_eq!(covered, names);

    for args in [&["scan", "all.json", "--catalogue", "seen.db"], &["site", "--catalogue", "seen.db", "-o", "out"][..]] {
        assert_eq!(env.output(args).status.code(), Some(0), "{}", env.run(args));
    }
    let files = std::fs::read_dir(env.path().join("out/servers/all")).unwrap().flatten();
    // And one of the server itself, and one of its policies.
    assert_eq!(files.filter(|file| file.path().extension().is_some_and(|end| end == "html")).count(), names.len() + 2);
    for page in ["create_customer", "update_order", "update_fulfillment_tracking", "wizcommerce-open-api_postcustomers"] {
        assert!(env.path().join(format!("out/servers/all/{page}.html")).is_file(), "{page}");
    }
}
