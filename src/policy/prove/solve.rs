//! Arguments of which given literals all hold: a tree of places, each given a value of the first type that fits.

use super::automata::Automata;
use super::formula::Literal;
use super::{Undecided, arrays, nothing, numbers, strings};
use crate::policy::condition::{Condition, Test};
use crate::policy::path::{Found, index};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What can stand at a place.
pub(super) enum Solved {
    /// This value.
    Value(Value),
    /// Nothing must, and need.
    Missing,
    /// Nothing can.
    Nothing,
    /// It was not found out.
    Unknown(Undecided),
}

/// A place of the arguments, with what is asked of it and of the places below.
#[derive(Default)]
struct Node<'p> {
    literals: Vec<Literal<'p>>,
    children: BTreeMap<&'p str, Self>,
}

/// The farthest item of a list that a witness is filled up to.
const FARTHEST: usize = 1_000;

/// Arguments of which all literals hold.
pub(super) fn solve(literals: &[Literal<'_>], automata: &Automata) -> Solved {
    let mut root = Node::default();
    for literal in literals {
        let mut node = &mut root;
        for segment in literal.path().segments() {
            node = node.children.entry(segment).or_default();
        }
        node.literals.push(*literal);
    }
    // Arguments are an object, whatever is asked.
    root.object(automata)
}

impl<'p> Node<'p> {
    /// What can stand here.
    fn solve(&self, automata: &Automata) -> Solved {
        if self.admits_everywhere(Found::Missing) {
            return Solved::Missing;
        }
        self.present(automata)
    }

    /// What can stand here, other than nothing.
    fn present(&self, automata: &Automata) -> Solved {
        let mut unknown = None;
        let kinds = [Self::text, Self::number, Self::boolean, Self::object, Self::list, Self::null];
        for kind in kinds {
            match kind(self, automata) {
                Solved::Nothing => {}
                Solved::Unknown(why) => unknown = Some(why),
                solved => return solved,
            }
        }
        unknown.map_or(Solved::Nothing, Solved::Unknown)
    }

    fn text(&self, automata: &Automata) -> Solved {
        if self.children_admit(Found::Mismatch) { strings::solve(&self.literals, automata) } else { Solved::Nothing }
    }

    fn number(&self, _: &Automata) -> Solved {
        if self.children_admit(Found::Mismatch) {
            first(numbers::candidates(&self.literals), &self.literals)
        } else {
            Solved::Nothing
        }
    }

    fn boolean(&self, _: &Automata) -> Solved {
        if self.children_admit(Found::Mismatch) { first([false.into(), true.into()], &self.literals) } else { Solved::Nothing }
    }

    fn null(&self, _: &Automata) -> Solved {
        if self.children_admit(Found::Missing) { first([Value::Null], &self.literals) } else { Solved::Nothing }
    }

    fn object(&self, automata: &Automata) -> Solved {
        // No operator looks into an object: one says what all do.
        if !all_admit(&self.literals, &nothing()) {
            return Solved::Nothing;
        }
        let mut object = Map::new();
        for (name, child) in &self.children {
            match child.solve(automata) {
                Solved::Value(value) => drop(object.insert((*name).to_owned(), value)),
                Solved::Missing => {}
                other => return other,
            }
        }
        Solved::Value(object.into())
    }

    fn list(&self, automata: &Automata) -> Solved {
        let mut items: BTreeMap<usize, &Self> = BTreeMap::new();
        for (segment, child) in &self.children {
            match index(segment) {
                Some(at) => drop(items.insert(at, child)),
                // A list has no names.
                None if child.admits_everywhere(Found::Mismatch) => {}
                None => return Solved::Nothing,
            }
        }
        if items.is_empty() {
            return arrays::solve(&self.literals);
        }
        if self.literals.iter().any(looks_into_lists) || items.keys().any(|at| *at > FARTHEST) {
            return Solved::Unknown(Undecided::List);
        }
        if !all_admit(&self.literals, &Value::Array(Vec::new())) {
            return Solved::Nothing;
        }
        // The first items up to some place are there, and the others are not.
        let mut unknown = None;
        for length in std::iter::once(0).chain(items.keys().map(|at| at + 1)) {
            match filled(&items, length, automata) {
                Solved::Nothing => {}
                Solved::Unknown(why) => unknown = Some(why),
                solved => return solved,
            }
        }
        unknown.map_or(Solved::Nothing, Solved::Unknown)
    }

    fn admits_everywhere(&self, found: Found<'_>) -> bool {
        self.literals.iter().all(|literal| literal.admits(found)) && self.children_admit(found)
    }

    fn children_admit(&self, found: Found<'_>) -> bool {
        self.children.values().all(|child| child.admits_everywhere(found))
    }
}

/// A list of some length with these items.
fn filled(items: &BTreeMap<usize, &Node<'_>>, length: usize, automata: &Automata) -> Solved {
    let mut list = vec![Value::Null; length];
    for (at, child) in items {
        match list.get_mut(*at) {
            None if child.admits_everywhere(Found::Missing) => {}
            None => return Solved::Nothing,
            Some(item) => match child.present(automata) {
                Solved::Value(value) => *item = value,
                other => return other,
            },
        }
    }
    Solved::Value(list.into())
}

fn looks_into_lists(literal: &Literal<'_>) -> bool {
    matches!(literal, Literal::Answers { condition: Condition { test: Test::Contains(_), .. }, .. })
}

/// The first value of which all literals hold.
pub(super) fn first(candidates: impl IntoIterator<Item = Value>, literals: &[Literal<'_>]) -> Solved {
    candidates.into_iter().find(|value| all_admit(literals, value)).map_or(Solved::Nothing, Solved::Value)
}

/// Whether all literals hold of a value.
pub(super) fn all_admit(literals: &[Literal<'_>], value: &Value) -> bool {
    literals.iter().all(|literal| literal.admits(Found::Value(value)))
}
