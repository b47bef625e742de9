//! What a verdict must not depend on: the order of tools and keys, white space, Unicode's spellings, the tools beside it.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value};
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::LazyLock;
use toolgrade::grade;
use toolgrade::listing::Server;
use toolgrade::text;
use toolgrade::tool::Tool;
use toolgrade::verdict::{Class, Verdict};
use unicode_normalization::UnicodeNormalization as _;

/// Tools of real servers, in many languages.
static CORPUS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    let lines = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/corpus.jsonl")).unwrap();
    let line = |line| serde_json::from_str::<Value>(line).unwrap()["tool"].take();
    lines.lines().map(|text| tool(line(text))).collect()
});

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

/// The same with the keys of every object in another order.
fn reordered(value: &Value, seed: u64) -> Value {
    match value {
        Value::Array(values) => values.iter().map(|value| reordered(value, seed)).collect(),
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().map(|(key, value)| (key.clone(), reordered(value, seed))).collect();
            entries.sort_by_cached_key(|(key, _)| {
                let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
                hasher.write_u64(seed);
                hasher.write(key.as_bytes());
                hasher.finish()
            });
            Value::Object(entries.into_iter().collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn is_thin(tool: &Tool) -> bool {
    text::is_thin(&text::texts(tool))
}

#[test]
fn unicode_has_many_spellings_of_one_word() {
    let vietnamese = tool(serde_json::json!({ "name": "xóa_đơn_hàng", "description": "Xóa một đơn hàng." }));
    assert_eq!(verdict(&vietnamese).class, Class::Destructive);
    let spellings = [
        |text: &str| text.nfc().collect::<String>(),
        |text: &str| text.nfd().collect(),
        |text: &str| text.nfkc().collect(),
        |text: &str| text.nfkd().collect(),
    ];
    for spelled in spellings {
        assert_eq!(verdict(&rewritten(&vietnamese, &spelled)).class, Class::Destructive);
        for original in CORPUS.iter() {
            assert_eq!(verdict(&rewritten(original, &spelled)).class, verdict(original).class, "{}", original.name());
        }
    }
    let wide = tool(serde_json::json!({ "name": "ｄｅｌｅｔｅ＿ｕｓｅｒ" }));
    assert_eq!(verdict(&wide).class, Class::Destructive);
}

#[test]
fn white_space_around_words_says_nothing() {
    let spacings = [
        |text: &str| text.replace(' ', "  "),
        |text: &str| text.replace(' ', "\t"),
        |text: &str| text.replace(' ', "\u{a0}"),
        |text: &str| format!("  {text} "),
        |text: &str| format!("{text}\n"),
        |text: &str| text.replace('\n', "\r\n"),
    ];
    for original in CORPUS.iter() {
        for (number, spacing) in spacings.iter().enumerate() {
            let spaced = rewritten(original, &|text| if text == original.name() { text.to_owned() } else { spacing(text) });
            assert_eq!(verdict(&spaced).class, verdict(original).class, "{number}: {}", original.name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tools_do_not_change_one_another(picked in proptest::collection::vec(any::<Index>(), 1..20)) {
        let tools: Vec<&Tool> = picked.iter().map(|index| index.get(&CORPUS)).collect();
        let together = grade::verdicts(&Server::named("a"), &tools);
        let backwards: Vec<&Tool> = tools.iter().rev().copied().collect();
        let mut reversed = grade::verdicts(&Server::named("a"), &backwards);
        reversed.reverse();
        prop_assert_eq!(&together, &reversed);
        // A tool that says next to nothing of itself may be judged with the names beside it.
        for (tool, together) in tools.iter().zip(&together).filter(|(tool, _)| !is_thin(tool)) {
            prop_assert_eq!(together, &verdict(tool), "{}", tool.name());
        }
    }

    #[test]
    fn the_order_of_keys_says_nothing(picked in any::<Index>(), seed: u64) {
        let original = picked.get(&CORPUS);
        let other = tool(reordered(&original.clone().into(), seed));
        prop_assert_eq!(verdict(&other), verdict(original), "{}", original.name());
    }

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
