//! Marks: puts « » around the evidence in a tool's definition, as the examples of rule files have it.

use crate::evidence::{Evidence, Field, pieces};
use crate::tool::Tool;
use serde_json::{Map, Value};

/// The tool's JSON with « » around every piece of evidence: in the name, the title and the description, around parameter names
/// and texts, around texts of other parts, and around the keys of annotations.
#[must_use]
pub fn mark(tool: &Tool, evidence: &[Evidence]) -> Value {
    let mut marked = tool.raw().clone();
    for (key, field) in [("name", Field::Name), ("title", Field::Title), ("description", Field::Description)] {
        if let Some(Value::String(text)) = marked.get_mut(key) {
            *text = marked_text(text, evidence.iter().filter(|evidence| evidence.field == field));
        }
    }
    if let Some(Value::Object(annotations)) = marked.get_mut("annotations") {
        let spoke = |key: &str| evidence.iter().any(|evidence| evidence.field == Field::Annotation(key.into()));
        *annotations = rename_keys(annotations, |key| if spoke(key) { format!("«{key}»") } else { key.to_owned() });
    }
    for (key, value) in
        marked.iter_mut().filter(|(key, _)| !matches!(key.as_str(), "name" | "title" | "description" | "annotations"))
    {
        let field = Field::Other(key.into());
        mark_values(value, &evidence.iter().filter(|evidence| evidence.field == field).collect::<Vec<_>>());
    }
    if let Some(Value::Object(properties)) = marked.get_mut("inputSchema").and_then(|schema| schema.get_mut("properties")) {
        for (name, schema) in properties.iter_mut() {
            mark_values(schema, &of_parameter(evidence, name));
        }
        *properties = rename_keys(properties, |name| {
            marked_text(name, of_parameter(evidence, name).into_iter().filter(|evidence| stands_in(evidence, name)))
        });
    }
    Value::Object(marked)
}

fn of_parameter<'a>(evidence: &'a [Evidence], name: &str) -> Vec<&'a Evidence> {
    let field = Field::Parameter(name.into());
    evidence.iter().filter(|evidence| evidence.field == field).collect()
}

/// Whether the evidence's words stand at its offsets in this very text.
fn stands_in(evidence: &Evidence, text: &str) -> bool {
    *evidence == Evidence::cut(evidence.field.clone(), text, evidence.start, evidence.end)
}

fn marked_text<'a>(text: &str, evidence: impl Iterator<Item = &'a Evidence>) -> String {
    let spans: Vec<(usize, usize)> = evidence.map(|evidence| (evidence.start, evidence.end)).collect();
    pieces(text, &spans).into_iter().map(|(piece, marked)| if marked { format!("«{piece}»") } else { piece.to_owned() }).collect()
}

fn mark_values(value: &mut Value, evidence: &[&Evidence]) {
    match value {
        Value::String(text) => *text = marked_text(text, evidence.iter().copied().filter(|evidence| stands_in(evidence, text))),
        Value::Array(values) => values.iter_mut().for_each(|value| mark_values(value, evidence)),
        Value::Object(values) => values.values_mut().for_each(|value| mark_values(value, evidence)),
        _ => {}
    }
}

fn rename_keys(object: &Map<String, Value>, name: impl Fn(&str) -> String) -> Map<String, Value> {
    object.iter().map(|(key, value)| (name(key), value.clone())).collect()
}
