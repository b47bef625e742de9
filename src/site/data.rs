//! The catalogue as one JSON file: every server in short, a line each, with where the rest of it is.

use super::Writer;
use super::survey::{ServerCard, Survey};
use crate::report::safe_json;
use crate::verdict::Class;
use serde_json::{Map, Value, json};

pub(super) fn write(writer: &mut Writer<'_>, survey: &Survey) -> anyhow::Result<()> {
    let head = json!({
        "toolgrade": env!("CARGO_PKG_VERSION"),
        "tools": survey.len(),
        "counts": counts(&survey.counts()),
        "servers": [],
    });
    // Half a million tools have fifty thousand servers: each goes to what waits to be written, nothing of them is held twice.
    writer.batch.add("catalogue.json", |text| {
        text.push_str(safe_json::line_text(&head).trim_end_matches("]}"));
        for (number, server) in survey.servers.iter().enumerate() {
            text.push_str(if number == 0 { "\n" } else { ",\n" });
            text.push_str(&safe_json::line_text(&line(server)));
        }
        text.push_str("\n]}\n");
        Ok(())
    })
}

fn line(server: &ServerCard) -> Value {
    let seen = server.observed.as_ref();
    json!({
        "server": server.slug,
        "name": server.name,
        "title": server.title,
        "version": server.version,
        "source": server.source,
        "protocol": server.protocol,
        "complete": server.complete,
        "grade": server.grade,
        "counts": counts(&server.counts),
        "tools": server.tools.len(),
        "tokens": server.tokens,
        "first_seen": seen.map(|seen| seen.first),
        "last_seen": seen.map(|seen| seen.last),
        "observations": seen.map(|seen| seen.observations),
        "page": server.path(),
        "data": format!("{}/server.json", server.directory()),
        "policy": format!("{}/policy.json", server.directory()),
    })
}

fn counts(counts: &[(Class, usize)]) -> Value {
    Value::Object(counts.iter().map(|(class, count)| (class.name().to_owned(), (*count).into())).collect::<Map<_, _>>())
}
