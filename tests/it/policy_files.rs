//! Policy files that are none, with what is said of each, and files that are and stay the same when they are written again.

use crate::policy::policy;
use proptest::prelude::{Strategy as _, any};
use proptest::{collection, proptest, sample, test_runner::Config};
use serde_json::{Value, json};
use std::fmt::Write as _;
use toolgrade::policy::read::read;

/// What stands around the rules of one tool.
fn with_rules(rules: &str) -> String {
    format!(r#"{{"version":"1","default":"deny","tools":{{"t":{rules}}}}}"#)
}

/// What stands around one condition.
fn with_condition(condition: &str) -> String {
    with_rules(&format!(r#"{{"require":[{{"conditions":[{condition}]}}]}}"#))
}

/// What stands around one limit.
fn with_limit(limit: &str) -> String {
    with_rules(&format!(r#"{{"limits":[{limit}]}}"#))
}

/// Every problem of a text, a line each.
#[track_caller]
fn problems(text: &str) -> String {
    let problems = read(text).err().unwrap_or_else(|| panic!("a policy: {text}"));
    problems.iter().fold(String::new(), |mut told, problem| {
        writeln!(told, "  {problem}").unwrap();
        told
    })
}

fn told(texts: &[String]) -> String {
    texts.iter().fold(String::new(), |mut all, text| {
        write!(all, "{}\n{}", text.escape_debug(), problems(text)).unwrap();
        all
    })
}

#[test]
fn text_that_is_no_strict_json() {
    let texts = [
        "",
        " \n\t",
        "\u{feff}{}",
        "{",
        "{}{}",
        "{} x",
        "null",
        "[]",
        "// a policy\n{}",
        r#"{"version":"1","default":"deny",}"#,
        r#"{"version":"1" "default":"deny"}"#,
        "{'version':'1'}",
        "{version:\"1\"}",
        "{\"version\":\"1\n\"}",
        "{\n  \"version\": \"1\",\n  \"default\": nope\n}",
        r#"{"version":"1","default":"deny","version":"1"}"#,
        r#"{"version":"1","default":"deny","tools":{"t":{},"\u0074":{"deny_if":[]}}}"#,
        r#"{"version":"1","default":"deny","hide":["\ud800"]}"#,
        "{\"version\":\"1\",\u{a0}\"default\":\"deny\"}",
        "{\"vërsion\": \"ä\" \"x\"}",
    ];
    let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
    for number in ["NaN", "Infinity", "-Infinity", "0x10", "+1", "01", "1.", ".5"] {
        texts.push(with_condition(&format!(r#"{{"path":"args.x","op":"lt","value":{number}}}"#)));
    }
    insta::assert_snapshot!(told(&texts));
}

#[test]
fn values_that_nest_too_deep() {
    for depth in [129, 600, 100_000] {
        let text = format!(r#"{{"version":"1","default":"deny","hide":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert!(problems(&text).contains("nest"), "{depth}");
    }
}

#[test]
fn fields_that_are_unknown_missing_or_of_another_type() {
    let texts = [
        "{}",
        r#"{"version":1,"default":"deny"}"#,
        r#"{"version":"2","default":"deny"}"#,
        r#"{"version":null,"default":"deny"}"#,
        r#"{"version":"1","default":"Allow"}"#,
        r#"{"version":"1","default":"block"}"#,
        r#"{"version":"1","default":true}"#,
        r#"{"version":"1","defualt":"deny"}"#,
        r#"{"version":"1","default":"deny","description":"mine"}"#,
        r#"{"version":"1","default":"deny","hide":"drop"}"#,
        r#"{"version":"1","default":"deny","hide":["a","b","a"]}"#,
        r#"{"version":"1","default":"deny","hide":["",5]}"#,
        r#"{"version":"1","default":"deny","tools":[]}"#,
        r#"{"version":"1","default":"deny","tools":{"":{}}}"#,
        r#"{"version":"1","default":"deny","tools":{"*":{}}}"#,
        r#"{"version":"1","default":"deny","tools":{"t":null}}"#,
        r#"{"version":"1","default":"deny","tools":{"t":"allow"}}"#,
        r#"{"version":"1","default":"deny","all_tools":{"require":[]}}"#,
        r#"{"version":"1","default":"deny","all_tools":[]}"#,
        r#"{"version":"1","default":"deny","all_tools":{"limits":[{"counter":"c","window":"day","max":5,"increment_from":"args.x"}]}}"#,
    ];
    let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
    let rules = [
        r#"{"denyIf":[]}"#,
        r#"{"rules":[]}"#,
        r#"{"require":{}}"#,
        r#"{"require":[{"conditions":[]}]}"#,
        r#"{"require":[5]}"#,
        r#"{"deny_if":[{}]}"#,
        r#"{"deny_if":[{"conditions":[],"on_denny":"no"}]}"#,
        r#"{"deny_if":[{"conditions":[],"on_deny":""}]}"#,
        r#"{"deny_if":[{"conditions":[],"on_deny":7}]}"#,
        r#"{"deny_if":[{"conditions":[],"path":"args.x","op":"eq","value":1}]}"#,
        r#"{"deny_if":[{"path":"args.x","op":"eq"}]}"#,
    ];
    texts.extend(rules.into_iter().map(with_rules));
    insta::assert_snapshot!(told(&texts));
}

#[test]
fn conditions_without_sense() {
    let conditions = [
        "5",
        r#"{"path":"args.x"}"#,
        r#"{"path":"x","op":"eq","value":1}"#,
        r#"{"path":"args.a..b","op":"eq","value":1}"#,
        r#"{"path":"/args/a~","op":"eq","value":1}"#,
        r#"{"path":["args","x"],"op":"eq","value":1}"#,
        r#"{"path":"args.x","op":"equals","value":1}"#,
        r#"{"path":"args.x","op":"==","value":1}"#,
        r#"{"path":"args.x","op":"GT","value":1}"#,
        r#"{"path":"args.x","op":"notin","value":[1]}"#,
        r#"{"path":"args.x","op":"between","value":1}"#,
        r#"{"path":"args.x","op":1,"value":1}"#,
        r#"{"path":"args.x","op":"eq","value":[1]}"#,
        r#"{"path":"args.x","op":"eq","value":{}}"#,
        r#"{"path":"args.x","op":"in","value":"a"}"#,
        r#"{"path":"args.x","op":"in","value":[]}"#,
        r#"{"path":"args.x","op":"in","value":[["a"]]}"#,
        r#"{"path":"args.x","op":"lt","value":"5"}"#,
        r#"{"path":"args.x","op":"lt","value":1e9999}"#,
        r#"{"path":"args.x","op":"lt","value":1e99999999999999999999}"#,
        r#"{"path":"args.x","op":"regex","value":5}"#,
        r#"{"path":"args.x","op":"regex","value":"a)|(b"}"#,
        r#"{"path":"args.x","op":"regex","value":"(?=a)"}"#,
        r#"{"path":"args.x","op":"regex","value":"(?x)a#"}"#,
        r#"{"path":"args.x","op":"regex","value":"\\w{1000}{1000}"}"#,
        r#"{"path":"args.x","op":"exists","value":"true"}"#,
        r#"{"path":"args.x","op":"contains","value":["a"]}"#,
        r#"{"path":"args.x","op":"eq","value":1,"message":"no"}"#,
    ];
    insta::assert_snapshot!(told(&conditions.map(with_condition)));
}

#[test]
fn limits_without_sense() {
    let limits = [
        "{}",
        r#"{"counter":"","window":"day","max":1}"#,
        r#"{"counter":1,"window":"day","max":1}"#,
        r#"{"counter":"c","window":"days","max":1}"#,
        r#"{"counter":"c","window":"week","max":1}"#,
        r#"{"counter":"c","window":60,"max":1}"#,
        r#"{"counter":"c","window":"day","max":"1"}"#,
        r#"{"counter":"c","window":"day","max":-1}"#,
        r#"{"counter":"c","window":"day","max":1e3}"#,
        r#"{"counter":"c","window":"day","max":0.0000000001}"#,
        r#"{"counter":"c","window":"day","max":9223372036854775808}"#,
        r#"{"counter":"c","window":"day","max":1,"scope":"session"}"#,
        r#"{"counter":"c","window":"day","max":1,"scope":"Grant"}"#,
        r#"{"counter":"c","window":"day","max":1,"increment":0}"#,
        r#"{"counter":"c","window":"day","max":1,"increment":0.5}"#,
        r#"{"counter":"c","window":"day","max":1,"increment":1,"increment_from":"args.x"}"#,
        r#"{"counter":"c","window":"day","max":1,"incrementFrom":"args.x"}"#,
        r#"{"counter":"c","window":"day","max":1,"increment_from":"amount"}"#,
        r#"{"counter":"c","window":"day","max":1},{"counter":"c","window":"hour","max":1}"#,
    ];
    insta::assert_snapshot!(told(&limits.map(with_limit)));
}

#[test]
fn what_is_read_is_written_as_it_was() {
    let text = r#"{"version":"1","default":"allow","hide":["a","*"],"all_tools":{"limits":[{"counter":"all","window":"day","max":10.50}]},
        "tools":{"z":{},"b/~":{"require":[{"conditions":[{"path":"/args/a.b","op":"in","value":["x",1.0,null,true]}],"on_deny":"No."}],
        "deny_if":[{"conditions":[]}],"limits":[{"counter":"c","window":"hour","max":5,"scope":"grant","increment":2,"on_deny":"Wait."},
        {"counter":"d","window":"minute","max":5,"increment_from":"args.n"}]}}}"#;
    let written = Value::from(&policy(text)).to_string();
    assert_eq!(written, serde_json::from_str::<Value>(text).unwrap().to_string());
    assert_eq!(policy(&written), policy(text));
    // The short spelling of an entry is written out.
    let short = with_rules(r#"{"deny_if":[{"path":"args.x","op":"gt","value":100,"on_deny":"No."}]}"#);
    let long = with_rules(r#"{"deny_if":[{"conditions":[{"path":"args.x","op":"gt","value":100}],"on_deny":"No."}]}"#);
    assert_eq!(Value::from(&policy(&short)).to_string(), long);
}

#[test]
fn a_policy_for_two_thousand_tools_is_read() {
    let limits = |name: &str| json!([{ "counter": format!("{name}_rate"), "window": "minute", "max": 30, "scope": "grant" }]);
    let tools = (0..2_000).map(|number| format!("tool_{number}")).map(|name| {
        let limits = limits(&name);
        (name, json!({ "deny_if": [{ "path": "args.x", "op": "regex", "value": "(?-u:x+)" }], "limits": limits }))
    });
    let text = json!({ "version": "1", "default": "deny", "tools": tools.collect::<serde_json::Map<_, _>>() }).to_string();
    assert_eq!(policy(&text).tools().len(), 2_000);
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_text_is_too_much(text in collection::vec(sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u00", "\"version\":\"1\"", "\"default\":\"deny\"", "\"tools\"", "\"limits\"", "\"t\"",
        "\"conditions\"", "\"op\"", "\"eq\"", "1", "-0", "1e999", "null", " ", "\n", "é", "\u{202e}", "\u{0}", "\"max\"", "\"hide\"",
    ]), 0..40).prop_map(|parts| parts.concat())) {
        if let Err(problems) = read(&text) {
            assert!(!problems.is_empty());
            let lines = text.split('\n').count();
            assert!(problems.iter().all(|problem| problem.place.line <= lines && problem.place.column >= 1), "{problems:?}");
        }
    }

    #[test]
    fn no_cut_or_changed_byte_is_too_much(cut in any::<sample::Index>(), byte in any::<char>()) {
        let text = r#"{"version":"1","default":"deny","tools":{"t":{"deny_if":[{"path":"args.x","op":"lt","value":-1.5e3}]}}}"#;
        let at = cut.index(text.len());
        let _ = read(&text[..at]);
        let _ = read(&format!("{}{byte}{}", &text[..at], &text[at + 1..]));
    }
}
