//! What a verdict must not depend on: the order of tools and keys, white space, Unicode's spellings, the tools beside it.

use proptest::prelude::*;
use serde_json::{Map, Value};
use toolgrade::grade;
use toolgrade::listing::Server;
use toolgrade::text;
use toolgrade::tool::Tool;
use toolgrade::verdict::{Class, Verdict};
use unicode_normalization::UnicodeNormalization as _;

/// Every tool of the recorded lists.
fn recorded() -> Vec<Tool> {
    let lists = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/recorded");
    let mut files: Vec<_> = std::fs::read_dir(lists).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let tools = |path| -> Vec<Value> {
        let list: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        list["tools"].as_array().unwrap().clone()
    };
    files.into_iter().flat_map(tools).map(tool).collect()
}

fn verdict(tool: &Tool) -> Verdict {
    grade::verdicts(&Server::named("a"), std::slice::from_ref(tool)).remove(0)
}

fn tool(value: Value) -> Tool {
    Tool::try_from(value).unwrap()
}

/// Rewrites every string of a tool, keys left alone.
fn rewritten(tool: &Tool, rewrite: &dyn Fn(&str) -> String) -> Tool {
    fn walk(value: &Value, rewrite: &dyn Fn(&str) -> String) -> Value {
        match value {
            Value::String(text) => Value::String(rewrite(text)),
            Value::Array(values) => values.iter().map(|value| walk(value, rewrite)).collect(),
            Value::Object(object) => {
                Value::Object(object.iter().map(|(key, value)| (key.clone(), walk(value, rewrite))).collect())
            }
            other => other.clone(),
        }
    }
    self::tool(walk(&tool.clone().into(), rewrite))
}

#[test]
fn tools_do_not_change_one_another() {
    let tools = recorded();
    let together = grade::verdicts(&Server::named("a"), &tools);
    let mut backwards: Vec<Tool> = tools.clone();
    backwards.reverse();
    let mut reversed = grade::verdicts(&Server::named("a"), &backwards);
    reversed.reverse();
    assert_eq!(together, reversed);
    for (tool, verdict) in tools.iter().zip(&together) {
        // A tool that says next to nothing of itself may be judged with the names beside it.
        assert!(*verdict == self::verdict(tool) || text::is_thin(&text::texts(tool)), "{}", tool.name());
    }
}

#[test]
fn the_order_of_keys_says_nothing() {
    for original in recorded() {
        let backwards: Map<String, Value> = original.raw().clone().into_iter().rev().collect();
        assert_eq!(verdict(&tool(Value::Object(backwards))), verdict(&original), "{}", original.name());
    }
}

#[test]
fn unicode_has_many_spellings_of_one_word() {
    let vietnamese = tool(serde_json::json!({ "name": "xóa_đơn_hàng", "description": "Xóa một đơn hàng." }));
    assert_eq!(verdict(&vietnamese).class, Class::Destructive);
    for spelled in [|text: &str| text.nfd().collect::<String>(), |text: &str| text.nfkd().collect()] {
        assert_eq!(verdict(&rewritten(&vietnamese, &spelled)).class, Class::Destructive);
        for original in recorded() {
            assert_eq!(verdict(&rewritten(&original, &spelled)).class, verdict(&original).class, "{}", original.name());
        }
    }
    let wide = tool(serde_json::json!({ "name": "ｄｅｌｅｔｅ＿ｕｓｅｒ" }));
    assert_eq!(verdict(&wide).class, Class::Destructive);
}

#[test]
fn white_space_around_words_says_nothing() {
    for original in recorded() {
        let spaced =
            rewritten(&original, &|text| if text == original.name() { text.to_owned() } else { text.replace(' ', "  ") });
        assert_eq!(verdict(&spaced).class, verdict(&original).class, "{}", original.name());
    }
}

proptest! {
    #[test]
    fn anything_gets_a_verdict(name in ".{1,60}", title in ".{0,60}", description in "(?s).{0,400}", parameter in ".{0,30}", value in ".{0,30}") {
        let any = tool(serde_json::json!({
            "name": name, "title": title, "description": description,
            "inputSchema": { "properties": { parameter.clone(): { "enum": [value], "description": description } } },
        }));
        let verdict = verdict(&any);
        prop_assert!((1..=5).contains(&verdict.score) && (0.0..=1.0).contains(&verdict.confidence));
        prop_assert_eq!(verdict.effects[0], verdict.class);
        let fields = [("name", name.as_str()), ("title", title.as_str()), ("description", description.as_str())];
        for evidence in verdict.findings.iter().flat_map(|finding| &finding.evidence) {
            if let Some((_, text)) = fields.iter().find(|(field, _)| evidence.field.to_string() == *field) {
                let cut: String = text.chars().skip(evidence.start).take(evidence.end - evidence.start).collect();
                prop_assert_eq!(&cut, &evidence.text);
            }
        }
    }
}
