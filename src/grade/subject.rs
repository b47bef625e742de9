//! The subject of a judgement: a tool with its words split and its actions found, once, for every rule to read.

use crate::actions::{self, Action};
use crate::evidence::{Evidence, Field};
use crate::listing::Server;
use crate::text::{self, Text};
use crate::tool::{Parameter, Tool};
use crate::words::{self, Word};
use std::borrow::Borrow;

/// Parameters read at the most; the rest are only counted. A schema of megabytes must not hold up a scan.
const PARAMETERS: usize = 500;

/// Tools of a server whose names are read to know what it is for.
const SIBLINGS: usize = 300;

/// A tool as rules read it.
pub(super) struct Subject<'a> {
    pub(super) tool: &'a Tool,
    pub(super) texts: Vec<Text<'a>>,
    pub(super) parameters: Vec<Named<'a>>,
    pub(super) actions: Vec<Action>,
    pub(super) server: &'a [Word],
}

/// A parameter and the words of its name and description.
pub(super) struct Named<'a> {
    pub(super) parameter: Parameter<'a>,
    pub(super) name: Vec<Word>,
    pub(super) description: Vec<Word>,
    /// The operations it lists, where its name says that it chooses one.
    pub(super) operations: Vec<String>,
}

impl<'a> Named<'a> {
    fn new(parameter: Parameter<'a>) -> Self {
        let name = words::split(parameter.name);
        let operations = actions::operations(&name, &parameter);
        Self { description: parameter.description().map(words::prose).unwrap_or_default(), name, operations, parameter }
    }

    /// Where evidence in the parameter's name stands.
    pub(super) fn field(&self) -> Field {
        Field::Parameter(self.parameter.name.to_owned())
    }
}

impl<'a> Subject<'a> {
    pub(super) fn new(tool: &'a Tool, server: &'a Purpose) -> Self {
        let texts = text::texts(tool);
        let parameters: Vec<Named<'a>> = tool.parameters().into_iter().take(PARAMETERS).map(Named::new).collect();
        let dispatches = parameters.iter().any(|named| actions::chooses_operation(&named.name));
        let mut actions = actions::of(&texts, &server.name, dispatches);
        for named in &parameters {
            actions.extend(actions::of_operations(named.parameter.name, &named.operations, &texts[0].words));
        }
        let server = if text::is_thin(&texts) { &server.siblings } else { &server.words };
        Self { tool, texts, parameters, actions, server }
    }

    /// The name alone, or the title and description alone.
    pub(super) fn texts(&self, name: bool) -> impl Iterator<Item = &Text<'a>> {
        self.texts.iter().filter(move |text| (text.field == Field::Name) == name)
    }

    /// Evidence for an action's verb.
    pub(super) fn verb_evidence(&self, action: &Action) -> Evidence {
        let source = self.texts.iter().find(|text| text.field == action.field).map(|text| text.source);
        match (source, &action.field) {
            (Some(source), field) => Evidence::cut(field.clone(), source, action.span.0, action.span.1),
            (None, field) => self.value_evidence(field, action),
        }
    }

    /// Evidence for an operation among a parameter's values: offsets count in that value.
    fn value_evidence(&self, field: &Field, action: &Action) -> Evidence {
        let parameter = self.parameters.iter().find(|named| Field::Parameter(named.parameter.name.to_owned()) == *field);
        let value = parameter.and_then(|named| named.operations.get(action.value)).map(String::as_str).unwrap_or_default();
        Evidence::cut(field.clone(), value, action.span.0, action.span.1)
    }
}

/// What is known of the server that tools belong to.
#[derive(Default)]
pub(super) struct Purpose {
    /// The words of its name.
    pub(super) name: Vec<Word>,
    /// The words of its name, title and instructions.
    pub(super) words: Vec<Word>,
    /// The same and the words of its tools' names: what a tool that says next to nothing of itself is judged with.
    pub(super) siblings: Vec<Word>,
}

impl Purpose {
    pub(super) fn of<T: Borrow<Tool>>(server: &Server, tools: &[T]) -> Self {
        let name = words::split(&server.name);
        let mut all = name.clone();
        for text in [&server.title, &server.instructions].into_iter().flatten() {
            all.extend(words::prose(text));
        }
        let mut siblings = all.clone();
        siblings.extend(tools.iter().take(SIBLINGS).flat_map(|tool| words::split(tool.borrow().name())));
        Self { name, words: all, siblings }
    }
}

/// Evidence for a run of words of a field.
pub(super) fn evidence(field: &Field, source: &str, words: &[Word]) -> Option<Evidence> {
    let (first, last) = (words.first()?, words.last()?);
    Some(Evidence::cut(field.clone(), source, first.start, last.end))
}
