//! The catalogue as one JSON file: every server in short, with where the rest of it is.

use super::Site;
use super::catalogue::{Catalogue, Entry};
use crate::verdict::Class;
use serde_json::{Map, Value, json};

pub(super) fn write(site: &mut Site, catalogue: &Catalogue<'_>) -> anyhow::Result<()> {
    let document = json!({
        "toolgrade": env!("CARGO_PKG_VERSION"),
        "tools": catalogue.tools(),
        "counts": counts(&catalogue.counts()),
        "servers": catalogue.servers.iter().map(server).collect::<Vec<_>>(),
    });
    site.json("catalogue.json", &document)
}

fn server(entry: &Entry<'_>) -> Value {
    let graded = entry.graded;
    let seen = entry.observed;
    json!({
        "server": graded.slug,
        "name": graded.server.name,
        "title": graded.server.title,
        "version": graded.server.version,
        "source": graded.server.source,
        "protocol": graded.server.protocol,
        "complete": graded.server.complete,
        "grade": graded.grade,
        "counts": counts(&entry.counts),
        "tools": graded.tools.len(),
        "tokens": entry.tokens,
        "first_seen": seen.map(|seen| seen.first),
        "last_seen": seen.map(|seen| seen.last),
        "observations": seen.map(|seen| seen.observations),
        "page": entry.path(),
        "data": format!("servers/{}.json", graded.slug),
        "policy": format!("policies/{}.json", graded.slug),
    })
}

fn counts(counts: &[(Class, usize)]) -> Value {
    Value::Object(counts.iter().map(|(class, count)| (class.name().to_owned(), (*count).into())).collect::<Map<_, _>>())
}
