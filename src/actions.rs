//! Actions: what a tool says it does, found in its name, its description and the values of its parameters.

mod name;
mod sentence;

use crate::evidence::Field;
use crate::grammar::{Form, GRAMMAR};
use crate::rules::Place;
use crate::tool::Tool;
use crate::words::{self, Gap, Word};

/// One thing a tool says it does: a verb and what it is done to.
#[derive(Clone, Debug)]
pub struct Action {
    /// Where it is said.
    pub place: Place,
    /// The field its words stand in.
    pub field: Field,
    /// Which verb of the lexicon.
    pub verb: usize,
    /// How the verb stands.
    pub form: Form,
    /// The verb's place in the field, in Unicode scalar values.
    pub span: (usize, usize),
    /// The words the action is done to, up to the first preposition.
    pub object: Vec<Word>,
    /// Where parts of the object end ("customers | and orders |"): indices into `object`.
    pub heads: Vec<usize>,
    /// The rest of the clause and sentence; in a name, all its other words.
    pub clause: Vec<Word>,
    /// The word could be a thing as well ("order history").
    pub doubtful: bool,
    /// In a parameter's values: which of them.
    pub value: usize,
}

/// All actions of a tool, in reading order. `server`: the words of its server's name, which tools often carry as a prefix.
#[must_use]
pub fn of(tool: &Tool, server: &[Word]) -> Vec<Action> {
    let mut actions = name::actions(tool.name(), Place::Name, &Field::Name, server);
    if let Some(title) = tool.title() {
        actions.extend(sentence::first(&words::prose(title), Place::Title, &Field::Title));
    }
    if let Some(description) = tool.description() {
        actions.extend(sentence::actions(&words::prose(description), &Field::Description));
    }
    for parameter in tool.parameters() {
        let words = words::split(parameter.name);
        if words.last().is_some_and(|last| GRAMMAR.operation_parameters.contains(&last.text)) {
            let field = Field::Parameter(parameter.name.to_owned());
            let values = parameter.values();
            if values.iter().all(|value| GRAMMAR.http_methods.contains(&value.to_lowercase())) {
                continue;
            }
            for (value, text) in values.iter().enumerate() {
                let operations = name::actions(text, Place::Value, &field, &[]);
                actions.extend(operations.into_iter().map(|action| Action { value, ..action }));
            }
        }
    }
    actions
}

/// Splits the words after a verb into the object and the rest. `ends` tells where the parts of the object end.
fn object(after: &[Word], coordinated: &[usize]) -> (Vec<Word>, Vec<usize>) {
    let mut object: Vec<Word> = Vec::new();
    let mut heads = Vec::new();
    for (index, word) in after.iter().enumerate() {
        let joins = GRAMMAR.joins.contains(&word.text);
        if coordinated.contains(&index) || object.is_empty() && (joins || GRAMMAR.determiners.contains(&word.text)) {
            continue;
        }
        if word.gap >= Gap::Clause && index > 0 || GRAMMAR.prepositions.contains(&word.text) || object.len() >= 10 {
            break;
        }
        if (joins || word.gap >= Gap::Or) && !object.is_empty() {
            heads.push(object.len());
        }
        if !joins {
            object.push(word.clone());
        }
    }
    if !object.is_empty() {
        heads.push(object.len());
    }
    heads.dedup();
    (object, heads)
}
