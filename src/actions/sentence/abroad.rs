//! How sentences of other languages are built where English ones are not: pronouns before the verb, articles, nouns for verbs.

use super::Verb;
use crate::actions::is_of;
use crate::grammar::{Form, List};
use crate::rules;
use crate::verdict::Class;
use crate::words::{Gap, Word};

/// "Genera una imagen y la guarda en el disco": what is done to it, the pronoun standing before its verb.
pub(super) fn follows_clitic(clause: &[Word], at: usize) -> bool {
    let [.., join, clitic, verb] = &clause[..=at] else { return false };
    let pronoun =
        matches!(&*clitic.text(), "la" | "las" | "lo" | "los" | "le" | "les" | "l" | "li" | "el" | "o" | "os" | "els" | "ne");
    let ends = clause.get(at + 1).is_none_or(|next| next.gap >= Gap::Comma || next.is(List::Prepositions) && !is_of(next));
    join.is(List::Joins) && pronoun && clitic.gap < Gap::Or && !verb.is(List::Nouny) && !verb.is(List::Things) && ends
}

/// "Gera um relatório e grava na pasta": a verb of another language that is nothing else, and where to.
pub(super) fn puts_somewhere(clause: &[Word], at: usize, end: usize) -> bool {
    let next = clause.get(end).is_some_and(|next| next.gap <= Gap::Hyphen && next.is(List::Prepositions) && !is_of(next));
    next && clause[at - 1].is(List::Joins) && !clause[at].is(List::Nouny) && !clause[at].is(List::Things)
}

/// "Empieza a seguir", "Lance la création de": what is begun is what is done.
pub(super) fn begun(clause: &[Word], verb: &Verb) -> Option<Verb> {
    if verb.form != Form::Foreign || !rules::lexicon().may(verb.verb, Class::Execute) {
        return None;
    }
    let found = |at: usize| Verb::find(clause, at, |form| form == Form::Foreign).filter(|verb| !clause[verb.at].is(List::Nouny));
    let articles = clause[verb.end()..].iter().take_while(|word| word.is(List::Determiners)).count();
    match clause.get(verb.end())? {
        next if matches!(&*next.text(), "a" | "à") => found(verb.end() + 1),
        _ if articles == 0 => None,
        _ => found(verb.end() + articles).filter(|begun| clause.get(begun.end()).is_some_and(is_of)),
    }
}

/// "Fa una trucada", "Faz a exclusão": behind a verb that says nothing, the thing is what is done.
pub(super) fn is_done(clause: &[Word], at: usize) -> bool {
    let light = |word: &Word| {
        matches!(&*word.text(), "hace" | "hacer" | "haz" | "faz" | "fazer" | "fait" | "faire" | "fa" | "fare" | "fer" | "fes")
    };
    let articles = clause[..at].iter().rev().take_while(|word| word.is(List::Determiners)).count();
    at.checked_sub(articles + 1).is_some_and(|before| light(&clause[before]))
}

/// "Vide si tout va bien"; "Consulta de placas: marca, modelo": a word of another language before a condition, or one that opens a list of
/// things behind what the tool does.
pub(super) fn is_aside(clause: &[Word], verb: &Verb, plain: bool) -> bool {
    let Some(next) = clause.get(verb.end()) else { return false };
    let lists = !plain && next.gap == Gap::Comma && Verb::find(clause, verb.end(), |form| form == Form::Foreign).is_none();
    lists || next.is(List::Conditions)
}
