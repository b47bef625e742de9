//! Decides recorded calls, in their order, with their times and identities: one line out for each line in.

use crate::lines::{self, Read};
use crate::policy::counters::Counters;
use crate::policy::decide::{Call, Outcome, decide};
use crate::policy::model::Policy;
use crate::policy::strict;
use crate::policy::suggest;
use crate::report::safe_json;
use jsonc_parser::ast;
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::{self, BufRead, Write};

const FIELDS: [&str; 4] = ["tool", "arguments", "at", "identity"];

/// What other records call these fields.
const OTHER_NAMES: [(&str, &str); 11] = [
    ("args", "arguments"),
    ("grant", "identity"),
    ("input", "arguments"),
    ("name", "tool"),
    ("parameters", "arguments"),
    ("params", "arguments"),
    ("principal", "identity"),
    ("time", "at"),
    ("timestamp", "at"),
    ("ts", "at"),
    ("user", "identity"),
];

/// A recorded call.
struct Recorded {
    tool: String,
    arguments: Value,
    identity: Option<String>,
    /// In seconds since 1970-01-01T00:00:00Z, where the line says it.
    at: Option<i64>,
}

/// Decides every line of `input` by the policy, counters carried along: what is allowed is taken as made. A call without a time has
/// the time of the one before it, and the first one 1970-01-01T00:00:00Z: it gets no quota of its own.
///
/// Returns how many lines were no call; each of them is answered with its number and what is wrong.
///
/// # Errors
/// When the input cannot be read or the output not written.
pub fn replay(policy: &Policy, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<usize> {
    let mut counters = Counters::default();
    let (mut number, mut wrong, mut now) = (0, 0, 0);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        number += 1;
        let parsed = match lines::read(input, &mut bytes)? {
            Read::End => return Ok(wrong),
            Read::Blank => continue,
            Read::Line => parse(&bytes),
            Read::TooLong => Err(lines::TOO_LONG.to_owned()),
        };
        match parsed {
            Err(error) => {
                wrong += 1;
                safe_json::line(out, &Wrong { line: number, error: &error })?;
            }
            Ok(recorded) => {
                now = recorded.at.unwrap_or(now);
                let Recorded { tool, arguments, identity, .. } = &recorded;
                let call = Call { tool, arguments, identity: identity.as_deref(), at: now };
                let decision = decide(policy, &call, &counters);
                let line = Decided { tool, decision: decision.outcome, rule: &decision.rule, message: &decision.message };
                safe_json::line(out, &line)?;
                let reservation = counters.reserve(&decision.charges);
                counters.commit(reservation);
            }
        }
    }
}

#[derive(Serialize)]
struct Decided<'a> {
    tool: &'a str,
    decision: Outcome,
    rule: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Wrong<'a> {
    line: usize,
    error: &'a str,
}

/// A line as a call. Fields that are not known are left aside, unless one stands for a field that is missing: a call with `args`
/// would be decided as one without arguments.
fn parse(bytes: &[u8]) -> Result<Recorded, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "no JSON: the line is not UTF-8".to_owned())?;
    let tree = strict::parse(text).map_err(|problem| format!("column {}: {}", problem.place.column, problem.message))?;
    let ast::Value::Object(object) = tree else { return Err("no call: not a JSON object".to_owned()) };
    let mut recorded = Recorded { tool: String::new(), arguments: Map::new().into(), identity: None, at: None };
    for property in &object.properties {
        match (property.name.as_str(), &property.value) {
            ("tool", ast::Value::StringLit(name)) => recorded.tool = name.value.to_string(),
            ("arguments", arguments) => recorded.arguments = strict::plain(arguments),
            ("identity" | "at", ast::Value::NullKeyword(_)) => {}
            ("identity", ast::Value::StringLit(identity)) => recorded.identity = Some(identity.value.to_string()),
            ("at", ast::Value::StringLit(at)) => recorded.at = Some(time(&at.value)?),
            (field @ ("tool" | "identity" | "at"), _) => return Err(format!("`{field}` must be a text")),
            _ => {}
        }
    }
    let has = |field: &str| object.properties.iter().any(|property| property.name.as_str() == field);
    for other in object.properties.iter().map(|property| property.name.as_str()).filter(|name| !FIELDS.contains(name)) {
        let known = OTHER_NAMES.iter().find(|(name, _)| *name == other).map(|(_, field)| *field);
        if let Some(meant) = known.or_else(|| suggest::nearest(other, FIELDS)).filter(|field| !has(field)) {
            return Err(format!("`{other}` is no field of a call: did you mean `{meant}`?"));
        }
    }
    if recorded.tool.is_empty() { Err("no call: `tool` is missing or empty".to_owned()) } else { Ok(recorded) }
}

fn time(text: &str) -> Result<i64, String> {
    let time: jiff::Timestamp =
        text.parse().map_err(|_| format!("`at` is `{text}`, which is no time: write it as 2026-01-31T12:00:00Z (RFC 3339)"))?;
    // Downwards, before 1970 too.
    Ok(time.as_millisecond().div_euclid(1000))
}
