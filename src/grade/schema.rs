//! What an input schema leaves unsaid: no schema, no parameters, or room for anything.

use super::subject::{Named, Subject, evidence};
use crate::evidence::Evidence;
use crate::rules::Schema;
use crate::tool::member;
use serde_json::{Map, Value};

/// The keyword by which a schema takes more than it names.
const ANY: &str = "additionalProperties";

/// What fills the signal, with its evidence, for each part of the schema that leaves this unsaid; `None` where none does.
pub(super) fn unsaid(subject: &Subject<'_>, what: Schema) -> Option<Vec<(String, Option<Evidence>)>> {
    let schema = subject.tool.input_schema().and_then(Value::as_object).filter(|schema| !schema.is_empty());
    match what {
        Schema::Missing => schema.is_none().then(Vec::new),
        Schema::Bare => (schema.is_some() && subject.parameters.is_empty()).then(Vec::new),
        Schema::Open => {
            let schema = schema?;
            let mut open: Vec<_> = subject.parameters.iter().filter(|named| takes_anything(named)).map(shown).collect();
            open.extend(allows_any(schema).then(|| (ANY.to_owned(), None)));
            (!open.is_empty()).then_some(open)
        }
    }
}

fn shown(named: &Named<'_>) -> (String, Option<Evidence>) {
    let name = named.parameter.name;
    (name.to_owned(), evidence(&named.field(), name, &named.name))
}

/// Whether a parameter is an object whose properties nobody named.
fn takes_anything(named: &Named<'_>) -> bool {
    let Some(schema) = named.parameter.schema.as_object() else { return false };
    if member(schema, "type").is_none_or(|kind| kind != "object") {
        return false;
    }
    let names = ["properties", "patternProperties", "$ref", "allOf", "anyOf", "oneOf", "enum", "const"];
    let named =
        names.iter().any(|key| member(schema, key).is_some_and(|named| named.as_object().is_none_or(|map| !map.is_empty())));
    // A schema of the values bounds them, whatever the keys; `false` allows none.
    let bounded = match member(schema, ANY) {
        Some(Value::Object(values)) => !values.is_empty(),
        Some(Value::Bool(allowed)) => !allowed,
        _ => false,
    };
    !named && !bounded
}

/// Whether a schema says in so many words that more properties may come.
fn allows_any(schema: &Map<String, Value>) -> bool {
    let more = member(schema, ANY);
    more.is_some_and(|more| *more == true || more.as_object().is_some_and(Map::is_empty))
}
