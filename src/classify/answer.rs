//! Writes a verdict as `serde_json` does, whose keys need no look each: of an answer they are the most.

use crate::evidence::{Evidence, Field};
use crate::verdict::Verdict;
use serde::Serialize;
use std::io;

/// Adds a verdict on a tool of a server to what was written before, as one object.
pub(super) fn full(out: &mut Vec<u8>, server: Option<&str>, name: &str, verdict: &Verdict) -> io::Result<()> {
    out.extend_from_slice(b"{\"server\":");
    value(out, &server)?;
    member(out, "name", &name)?;
    plain(out, "class", verdict.class.name());
    plain(out, "severity", verdict.severity.name());
    member(out, "score", &verdict.score)?;
    member(out, "confidence", &verdict.confidence)?;
    list(out, "effects", &verdict.effects, |out, effect| {
        out.push(b'"');
        out.extend_from_slice(effect.name().as_bytes());
        out.push(b'"');
        Ok(())
    })?;
    list(out, "signals", &verdict.signals, |out, signal| {
        out.extend_from_slice(b"{\"id\":");
        value(out, &signal.id)?;
        member(out, "text", &signal.text)?;
        if let Some(severity) = signal.severity {
            plain(out, "severity", severity.name());
        }
        evidence(out, &signal.evidence)
    })?;
    list(out, "findings", &verdict.findings, |out, finding| {
        out.extend_from_slice(b"{\"rule\":");
        value(out, &finding.rule)?;
        plain(out, "effect", finding.effect.name());
        evidence(out, &finding.evidence)
    })?;
    list(out, "attacks", &verdict.attacks, value)?;
    out.push(b'}');
    Ok(())
}

/// Adds the evidence, and closes the object that it is of.
fn evidence(out: &mut Vec<u8>, all: &[Evidence]) -> io::Result<()> {
    list(out, "evidence", all, |out, evidence| {
        match &evidence.field {
            Field::Name => out.extend_from_slice(b"{\"field\":\"name\""),
            Field::Description => out.extend_from_slice(b"{\"field\":\"description\""),
            other => {
                out.extend_from_slice(b"{\"field\":");
                value(out, other)?;
            }
        }
        member(out, "start", &evidence.start)?;
        member(out, "end", &evidence.end)?;
        member(out, "text", &evidence.text)?;
        out.push(b'}');
        Ok(())
    })?;
    out.push(b'}');
    Ok(())
}

/// Adds one more member, a list.
fn list<T>(
    out: &mut Vec<u8>,
    key: &str,
    items: &[T],
    mut item: impl FnMut(&mut Vec<u8>, &T) -> io::Result<()>,
) -> io::Result<()> {
    self::key(out, key);
    out.push(b'[');
    for (index, value) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        item(out, value)?;
    }
    out.push(b']');
    Ok(())
}

/// Adds one more member, whatever it is.
fn member(out: &mut Vec<u8>, key: &str, value: &impl Serialize) -> io::Result<()> {
    self::key(out, key);
    self::value(out, value)
}

/// Adds one more member, a text that needs no escapes.
fn plain(out: &mut Vec<u8>, key: &str, text: &str) {
    self::key(out, key);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

fn key(out: &mut Vec<u8>, key: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}

fn value(out: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    Ok(serde_json::to_writer(out, value)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_verdict_is_written_as_it_is_serialized() {
        let evidence = json!([
            { "field": "name", "start": 0, "end": 6, "text": "de\"lete" },
            { "field": "description", "start": 1, "end": 2, "text": "é" },
            { "field": "parameters.a\n", "start": 0, "end": 0, "text": "" },
        ]);
        let full = json!({
            "class": "Destructive", "severity": "Critical", "score": 4, "confidence": 0.97, "effects": ["Destructive", "Read"],
            "signals": [
                { "id": "a", "text": "b \\", "severity": "High", "evidence": evidence },
                { "id": "c", "text": "d", "evidence": [] },
            ],
            "findings": [{ "rule": "e", "effect": "Read", "evidence": evidence }, { "rule": "f", "effect": "Write", "evidence": [] }],
            "attacks": ["g", "h"],
        });
        let empty = json!({
            "class": "Read", "severity": "Low", "score": 1, "confidence": 1.0, "effects": [], "signals": [], "findings": [], "attacks": [],
        });
        for (verdict, server) in [(full, Some("s\t")), (empty, None)] {
            let verdict: Verdict = serde_json::from_value(verdict).unwrap();
            let mut expected = json!({ "server": server, "name": "n/\u{7f}" });
            let (Value::Object(expected), Ok(Value::Object(more))) = (&mut expected, serde_json::to_value(&verdict)) else {
                panic!()
            };
            expected.extend(more);
            let mut written = Vec::new();
            super::full(&mut written, server, "n/\u{7f}", &verdict).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string(expected).unwrap());
        }
    }
}
