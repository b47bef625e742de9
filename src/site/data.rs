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
    let mut document = Vec::new();
    safe_json::line(&mut document, &head)?;
    // Half a million tools have fifty thousand servers: they are written one by one, not made into one value first.
    document.truncate(document.len() - "]}\n".len());
    for (number, server) in survey.servers.iter().enumerate() {
        document.extend_from_slice(if number == 0 { b"\n" } else { b",\n" });
        safe_json::line(&mut document, &line(server))?;
        document.pop();
    }
    document.extend_from_slice(b"\n]}\n");
    writer.file("catalogue.json", String::from_utf8(document)?)
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
