//! What only later sentences tell: of things that will be lost, of what a flag does, and of other tools.

use super::{Action, Verb, east_asian, opens_object};
use crate::evidence::Field;
use crate::grammar::{Form, List};
use crate::rules::{self, Place};
use crate::verdict::Class;
use crate::words::{Gap, Word};

/// How many words before "will be removed" may say that only what is missing from a list is.
const REPLACED: usize = 6;

/// "… will be deleted": the thing comes first. Only loss is told this way by the tool itself; "you will be charged" or "results
/// will be sorted" is said of somebody or something else.
pub(super) fn passive<'a>(sentence: &[Word<'a>], field: &Field) -> Vec<Action<'a>> {
    let (be, will) = rules::lexicon().passive();
    let mut actions = Vec::new();
    for at in 2..sentence.len() {
        let after_be = sentence[at - 2..at].iter().any(|word| word.known.id == be);
        let will = (at.saturating_sub(3)..at).rev().find(|&before| sentence[before].known.id == will);
        let (true, Some(will)) = (after_be && !sentence[at].code, will) else { continue };
        // "This tool will be removed in a future release."
        if will > 0 && sentence[will - 1].is(List::Subjects) && sentence[will - 1].text() != "it" {
            continue;
        }
        let Some(verb) = Verb::find(sentence, at, |form| form == Form::Participle) else { continue };
        if !rules::lexicon().may(verb.verb, Class::Destructive) {
            continue;
        }
        // "Will not be deleted"; "items not provided will be removed": the list is replaced.
        if sentence[will.saturating_sub(REPLACED)..at].iter().any(|word| word.is(List::Negations)) {
            continue;
        }
        let object = sentence[will.saturating_sub(4)..will].to_vec();
        actions.push(Action {
            place: Place::Detail,
            field: field.clone(),
            verb: verb.verb,
            form: verb.form,
            span: (sentence[at].start, sentence[verb.end() - 1].end()),
            heads: vec![object.len()],
            object,
            clause: sentence.to_vec().into(),
            doubtful: false,
            loose: false,
            value: 0,
        });
    }
    actions
}

/// "Optionally deletes the rest", "`keep=false` deletes the rest", "If `purge` is true, deletes the rest", "Pass `purge=true` to
/// delete the rest": what a call does that sets a flag.
pub(super) fn by_flag(sentence: &[Word]) -> Option<Verb> {
    if sentence.iter().any(|word| word.is(List::Negations)) {
        return None;
    }
    if sentence[0].text() == "optionally" {
        return Verb::find(sentence, 1, |form| matches!(form, Form::Base | Form::Third))
            .filter(|verb| opens_object(sentence, 1, verb.end()));
    }
    let flag = sentence.iter().position(|word| matches!(&*word.text(), "true" | "false"))?;
    (flag + 1..sentence.len()).find_map(|at| {
        let follows = at == flag + 1 || sentence[at].gap == Gap::Comma;
        let fits = |form| form == Form::Third && follows || form == Form::Base && sentence[at - 1].text() == "to";
        Verb::find(sentence, at, fits).filter(|verb| opens_object(sentence, at, verb.end()))
    })
}

/// What opens a purpose or a condition in other languages.
const PURPOSES: [&str; 20] = [
    "para",
    "pour",
    "zum",
    "zur",
    "um",
    "чтобы",
    "для",
    "щоб",
    "per",
    "om",
    "aby",
    "żeby",
    "för",
    "til",
    "pentru",
    "si",
    "wenn",
    "se",
    "если",
    "якщо",
];

/// "Useful for audits", "Para eliminar un usuario, usa `delete_user`", 如需删除，请使用 `delete_user`: advice on what for, or about
/// another tool. Other English advice is no act by how it is built.
pub(super) fn is_advice(sentence: &[Word]) -> bool {
    let opening = sentence[0].text();
    let names_another = || sentence.iter().any(|word| word.code);
    &*opening == "useful" || names_another() && (PURPOSES.contains(&&*opening) || east_asian::says_please(sentence))
}
