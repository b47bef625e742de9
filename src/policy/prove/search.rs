//! Chooses a literal of every clause so that all can hold together: backtracking, with a look at the arguments after each choice.

use super::automata::Automata;
use super::formula::{Clause, Literal};
use super::solve::{self, Solved};
use super::{Answer, Undecided, nothing};

/// How many choices are tried: policies take a handful, puzzles made of `deny_if` any number.
const MOST_STEPS: usize = 20_000;

/// Arguments of which one literal of each clause holds.
pub(super) fn search(mut clauses: Vec<Clause<'_>>, automata: &Automata) -> Answer {
    // The fewer ways, the sooner a dead end shows. The order stays that of the policy otherwise.
    clauses.sort_by_key(Vec::len);
    clauses.dedup();
    let mut chosen: Vec<Literal<'_>> = Vec::new();
    // For each clause that was decided: which literal, and how many were chosen before it.
    let mut trail: Vec<(usize, usize)> = Vec::new();
    let mut next = 0;
    let mut unknown = None;
    let mut steps = 0;
    loop {
        let Some(clause) = clauses.get(trail.len()) else {
            match solve::solve(&chosen, automata) {
                Solved::Value(value) => return Answer::Yes(value),
                Solved::Missing => return Answer::Yes(nothing()),
                Solved::Nothing => {}
                Solved::Unknown(why) => unknown = Some(why),
            }
            match back(&mut trail, &mut chosen) {
                Some(literal) => next = literal,
                None => return ended(unknown),
            }
            continue;
        };
        // A clause that holds already asks for nothing.
        let held = next == 0 && clause.iter().any(|literal| chosen.contains(literal));
        if held {
            trail.push((clause.len(), chosen.len()));
            continue;
        }
        let Some(literal) = clause.get(next) else {
            match back(&mut trail, &mut chosen) {
                Some(literal) => next = literal,
                None => return ended(unknown),
            }
            continue;
        };
        steps += 1;
        if steps > MOST_STEPS {
            return Answer::Unknown(Undecided::Search);
        }
        let before = chosen.len();
        chosen.push(*literal);
        match solve::solve(&beside(&chosen, literal), automata) {
            Solved::Nothing => {
                chosen.truncate(before);
                next += 1;
            }
            Solved::Value(_) | Solved::Missing | Solved::Unknown(_) => {
                trail.push((next, before));
                next = 0;
            }
        }
    }
}

/// Takes the last choice back; the literal to try in its place.
fn back(trail: &mut Vec<(usize, usize)>, chosen: &mut Vec<Literal<'_>>) -> Option<usize> {
    let (literal, before) = trail.pop()?;
    chosen.truncate(before);
    Some(literal + 1)
}

fn ended(unknown: Option<Undecided>) -> Answer {
    unknown.map_or(Answer::No, Answer::Unknown)
}

/// The chosen literals that can stand against one: those about the same argument.
fn beside<'p>(chosen: &[Literal<'p>], literal: &Literal<'p>) -> Vec<Literal<'p>> {
    let argument = &literal.path().segments()[0];
    chosen.iter().filter(|other| other.path().segments()[0] == *argument).copied().collect()
}
