//! The report as SARIF 2.1.0, for code scanning: one result for each tool and rule, with the words that decided.
//!
//! What a rule says of a class above Read is a result, and so is every signal; that a tool only reads is none.

use super::stack::Stack;
use super::{Report, safe_json};
use crate::evidence::Evidence;
use crate::fnv;
use crate::listing::Source;
use crate::rules::{self, Rule};
use crate::verdict::{Class, GradedServer, GradedTool, Severity};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Where the format is described.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What one rule says of one tool.
struct Spoken<'a> {
    rule: &'a str,
    text: String,
    severity: Severity,
    evidence: &'a [Evidence],
}

/// Prints the report as one document with one run. Results carry the clients of a stack, where there is one.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(report: &Report, stack: Option<&Stack<'_>>, out: &mut dyn Write) -> io::Result<()> {
    let mut clients: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for part in stack.map(Stack::parts).into_iter().flatten() {
        for callable in part.tools {
            let of_server = clients.entry(&callable.server.slug).or_default();
            if !of_server.contains(&part.client.id.as_str()) {
                of_server.push(&part.client.id);
            }
        }
    }
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut descriptors = Vec::new();
    let mut results = Vec::new();
    for server in &report.servers {
        for tool in server.riskiest() {
            for spoken in spoken(tool) {
                let index = *known.entry(spoken.rule).or_insert_with(|| {
                    descriptors.push(descriptor(spoken.rule));
                    descriptors.len() - 1
                });
                let mut result = result(server, tool, &spoken, index);
                if let Some(clients) = clients.get(server.slug.as_str()) {
                    result["properties"]["clients"] = json!(clients);
                }
                results.push(result);
            }
        }
    }
    let notifications: Vec<Value> = report
        .failures
        .iter()
        .map(|failure| json!({ "level": "error", "message": { "text": literal(&failure.to_string()) }, "descriptor": { "id": failure.reason } }))
        .collect();
    let mut invocation = json!({ "executionSuccessful": !report.is_partial(), "toolExecutionNotifications": notifications });
    let isolated =
        report.servers.iter().filter_map(|server| Some((server.slug.clone(), json!(server.server.isolation.as_ref()?))));
    let isolated: serde_json::Map<String, Value> = isolated.collect();
    if !isolated.is_empty() {
        invocation["properties"] = json!({ "isolation": isolated });
    }
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "toolgrade", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": descriptors } },
            // Offsets count Unicode scalar values.
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    });
    safe_json::pretty(out, &document)
}

fn spoken(tool: &GradedTool) -> Vec<Spoken<'_>> {
    let verdict = &tool.verdict;
    let findings = verdict.findings.iter().filter(|finding| finding.effect > Class::Read).map(|finding| Spoken {
        rule: &finding.rule,
        text: rules::all()
            .iter()
            .find(|rule| rule.id == finding.rule)
            .map_or(finding.effect.name(), |rule| &rule.title)
            .to_owned(),
        severity: finding.effect.severity(),
        evidence: &finding.evidence,
    });
    let signals = verdict.signals.iter().map(|signal| Spoken {
        rule: &signal.id,
        text: signal.text.clone(),
        severity: signal.severity.unwrap_or(Severity::Medium),
        evidence: &signal.evidence,
    });
    findings.chain(signals).collect()
}

/// A rule that spoke. Verdicts made by an older version may name one that is gone.
fn descriptor(id: &str) -> Value {
    let Some(rule) = rules::all().iter().find(|rule| rule.id == id) else { return json!({ "id": id }) };
    let severity = rule.effect().map_or(rule.severity.unwrap_or(Severity::Medium), Class::severity);
    json!({
        "id": id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": first_paragraph(rule) },
        "help": { "text": rule.body.trim(), "markdown": rule.body.trim() },
        "defaultConfiguration": { "level": level(severity) },
        "properties": { "tags": ["security", "mcp"], "security-severity": score(severity) },
    })
}

fn first_paragraph(rule: &Rule) -> String {
    rule.body.trim().split("\n\n").next().unwrap_or_default().replace('\n', " ")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "error",
        Severity::High => "warning",
        Severity::Medium | Severity::Low => "note",
    }
}

/// A number as code scanning sorts by: critical from 9, high from 7, medium from 4.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.0",
        Severity::High => "7.0",
        Severity::Medium => "4.0",
        Severity::Low => "1.0",
    }
}

fn result(server: &GradedServer, tool: &GradedTool, spoken: &Spoken<'_>, index: usize) -> Value {
    let name = tool.tool.name();
    let full = format!("{}/{name}", server.slug);
    let mut region = json!({ "startLine": 1 });
    if let Some(first) = spoken.evidence.first() {
        region["snippet"] = json!({ "text": first.text });
    }
    json!({
        "ruleId": spoken.rule,
        "ruleIndex": index,
        "level": level(spoken.severity),
        "message": { "text": literal(&message(server, name, spoken)) },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": uri(server) }, "region": region },
            "logicalLocations": [{ "name": name, "fullyQualifiedName": full, "kind": "function" }],
        }],
        "partialFingerprints": { "toolgrade/v1": fingerprint(&full, spoken) },
        "properties": { "server": server.slug, "tool": name, "class": tool.verdict.class, "evidence": spoken.evidence },
    })
}

/// What is said, of what, and because of which words.
fn message(server: &GradedServer, name: &str, spoken: &Spoken<'_>) -> String {
    const WORDS: usize = 5;
    let mut text = format!("{} ({}/{name})", spoken.text, server.slug);
    let words = spoken.evidence.iter().take(WORDS).map(|evidence| format!("{} «{}»", evidence.field, evidence.text));
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {}", words.join(", "));
    }
    text
}

/// Text in which nothing is a link (SARIF 2.1.0, 3.11.6) or a placeholder (3.11.5): a server could bring both.
fn literal(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '[' | ']' => safe.push('\\'),
            '{' | '}' => safe.push(character),
            _ => {}
        }
        safe.push(character);
    }
    safe
}

/// Stays the same while rule, tool and words do, so that a result is known again.
fn fingerprint(full: &str, spoken: &Spoken<'_>) -> String {
    let mut text = format!("{}\n{full}", spoken.rule);
    for evidence in spoken.evidence {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{} {}", evidence.field, evidence.text);
    }
    format!("{:016x}", fnv::hash(&text))
}

/// Where the definition was read: the recorded list, the URL, or – a process has none – its list by the server's slug.
fn uri(server: &GradedServer) -> String {
    match &server.server.source {
        Source::File { path } if path != "-" => encode(&path.replace('\\', "/")),
        Source::Http { url, .. } => encode(url),
        _ => format!("{}/tools/list", encode(&server.slug)),
    }
}

/// A path or URL with everything that a URI may not hold as `%XX`; a path with a colon stays a path.
fn encode(text: &str) -> String {
    let is_url = text.starts_with("http://") || text.starts_with("https://");
    // `http:`, nothing, and the host end at the third slash.
    let host = if is_url { text.match_indices('/').nth(2).map_or(text.len(), |(at, _)| at) } else { 0 };
    let mut uri = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        let is_plain = match byte {
            b'-' | b'.' | b'_' | b'~' | b'/' | b'*' | b'@' | b'+' | b',' | b'=' => true,
            b':' | b'?' | b'&' | b';' => is_url,
            b'[' | b']' => at < host,
            b'#' => is_url && !uri.contains('#'),
            b'%' => is_url && text.as_bytes()[at + 1..].get(..2).is_some_and(|next| next.iter().all(u8::is_ascii_hexdigit)),
            _ => byte.is_ascii_alphanumeric(),
        };
        if is_plain {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
