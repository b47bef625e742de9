//! Any lines get an answer each: in order, valid, plain to a terminal, with evidence that points into the tool it was found in,
//! whatever the lines beside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|lines: &[u8]| {
    let mut out = Vec::new();
    let wrong = toolgrade::classify::classify(&mut &lines[..], &mut out, false).expect("memory can be read and written");
    let asked: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    let text = String::from_utf8(out).expect("answers are UTF-8");
    assert!(!text.chars().any(|character| character != '\n' && toolgrade::sanitize::is_hostile(character)));
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("answers are JSON")).collect();
    assert_eq!(asked.len(), answers.len());
    assert_eq!(wrong, answers.iter().filter(|answer| answer.get("error").is_some()).count());
    for (line, answer) in asked.iter().zip(&answers).filter(|(_, answer)| answer.get("error").is_none()) {
        check(&serde_json::from_slice(line).expect("what has a verdict is JSON"), answer);
    }
});

/// Holds an answer against the line it is about.
fn check(line: &Value, answer: &Value) {
    let tool = line.get("tool").filter(|tool| !tool.is_string()).unwrap_or(line);
    assert_eq!(tool["name"], answer["name"]);
    assert_eq!(answer["effects"][0], answer["class"]);
    let parts = answer["findings"].as_array().into_iter().chain(answer["signals"].as_array());
    for evidence in parts.flatten().filter_map(|part| part["evidence"].as_array()).flatten() {
        let source = match evidence["field"].as_str() {
            Some(field @ ("name" | "description")) => tool[field].as_str(),
            _ => continue,
        };
        let (start, end) = (offset(&evidence["start"]), offset(&evidence["end"]));
        let cut: String = source.unwrap_or_default().chars().skip(start).take(end - start).collect();
        assert_eq!(evidence["text"], cut);
    }
}

fn offset(value: &Value) -> usize {
    value.as_u64().and_then(|offset| usize::try_from(offset).ok()).expect("offsets are numbers")
}
