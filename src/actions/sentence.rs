//! Finds the actions in prose: the verb a sentence opens with, the verbs joined to it, and what later sentences add.

mod abroad;
mod east_asian;
mod foreign;
mod head;
mod later;
mod listed;

use super::{Action, clause_abroad, object, object_abroad, words_abroad};
use crate::evidence::Field;
use crate::grammar::{Form, List};
use crate::rules::{self, Place};
use crate::verdict::Class;
use crate::words::{Gap, Script, Word};

/// How many sentences may pass before one says what the tool does.
const OPENING: usize = 4;
/// How many parts of a sentence must open with a verb for it to be a list of operations.
const LISTED: usize = 3;
/// Before how many words of a sentence the verb must stand that brackets explain.
const GLOSSED: usize = 3;
/// "When should you not use": how many words say that.
const WHEN: usize = 6;
/// Sentences read at the most: a definition of megabytes says what it does at its start.
const SENTENCES: usize = 200;

/// The actions of a description: those of the first sentence that has any, then what later sentences add. `dispatches`: it may
/// list operations that a parameter chooses from.
pub(super) fn actions<'a>(words: &[Word<'a>], field: &Field, dispatches: bool) -> Vec<Action<'a>> {
    let mut actions = Vec::new();
    for (index, sentence) in sentences(words).take(SENTENCES).enumerate() {
        if dispatches && index > 0 {
            actions.extend(listed::entry(sentence, field));
        }
        if index > 0 && opens_section(sentence) {
            break;
        }
        let aside = if index == 0 { tells_when(sentence) } else { later::is_advice(sentence) };
        if aside {
            continue;
        }
        let summary = actions.is_empty() && index < OPENING;
        let place = if summary { Place::Summary } else { Place::Detail };
        actions.extend(read(sentence, place, field));
    }
    actions
}

/// The actions of the first sentence alone: for titles.
pub(super) fn first<'a>(words: &[Word<'a>], place: Place, field: &Field) -> Vec<Action<'a>> {
    sentences(words).next().map(|sentence| read(sentence, place, field)).unwrap_or_default()
}

/// The sentences of a text; a section that begins on the same line ("… of a user. Args: id: …") begins one.
fn sentences<'s, 'a>(words: &'s [Word<'a>]) -> impl Iterator<Item = &'s [Word<'a>]> {
    let mut at = 0;
    words.chunk_by(move |_, next| {
        at += 1;
        let section = next.is(List::Sections) && words.get(at + 1).is_some_and(|after| after.gap == Gap::Clause);
        next.gap < Gap::Sentence && !(section && next.gap < Gap::Clause)
    })
}

/// `Args:`, `Returns: …`, `Example prompts: …`, `When not to use: …`: from here on the text is about something else.
fn opens_section(sentence: &[Word]) -> bool {
    const OF: [&str; 9] = ["available", "error", "errors", "example", "examples", "input", "output", "related", "usage"];
    let closes = |at: usize| sentence.get(at).is_none_or(|next| next.gap == Gap::Clause);
    sentence[0].is(List::Sections) && (closes(1) || OF.contains(&&*sentence[0].text()) && closes(2)) || tells_when(sentence)
}

/// "When to use: …", "When NOT to use: …".
fn tells_when(sentence: &[Word]) -> bool {
    let label = sentence.iter().skip(1).take_while(|word| word.gap < Gap::Clause).count() + 1;
    label <= WHEN && sentence[0].text() == "when" && sentence[label - 1].is(List::Means)
}

/// The actions of one sentence.
fn read<'a>(sentence: &[Word<'a>], place: Place, field: &Field) -> Vec<Action<'a>> {
    if let Some((plain, gloss)) = glossed(sentence) {
        return [plain, gloss].iter().flat_map(|sentence| read(sentence, place, field)).collect();
    }
    let mut actions = Vec::new();
    let mut start = 0;
    for clause in sentence.chunk_by(|_, next| next.gap < Gap::Clause) {
        // "Not for: restarting services": the rest of the sentence is what the tool does not do.
        if actions.is_empty() && clause.iter().take(2).any(|word| word.is(List::Negations)) {
            break;
        }
        let plain = actions.is_empty() && place != Place::Detail;
        let verbs = verbs(clause, plain);
        actions.extend(verbs.iter().map(|&verb| action(sentence, start, verb, &verbs, place, field)));
        start += clause.len();
    }
    drop_own_remains(&mut actions);
    let listed = if place == Place::Detail { Vec::new() } else { listed::operations(sentence) };
    actions.extend(listed.iter().map(|&verb| action(sentence, 0, verb, &listed, place, field)));
    let by_flag = if place == Place::Title { None } else { later::by_flag(sentence) };
    actions.extend(by_flag.map(|verb| action(sentence, 0, verb, &[verb], Place::Detail, field)));
    if place == Place::Detail {
        let listed = listed::in_detail(sentence);
        actions.extend(listed.iter().map(|&verb| action(sentence, 0, verb, &listed, place, field)));
        actions.extend(later::passive(sentence, field));
    } else if head::is_east_asian(sentence) {
        let listed = listed::east_asian(sentence, &actions);
        if listed.len() >= LISTED {
            actions = listed.iter().map(|&verb| action(sentence, 0, verb, &listed, place, field)).collect();
        }
    }
    actions
}

/// "Withdraw (delete) an existing offer": the sentence with the one verb, and with the other that explains it.
fn glossed<'a>(sentence: &[Word<'a>]) -> Option<(Vec<Word<'a>>, Vec<Word<'a>>)> {
    let opens = |at: usize| Verb::find(sentence, at, |form| matches!(form, Form::Base | Form::Third));
    let (start, verb) = (0..GLOSSED).find_map(|at| Some((at, sentence.get(at).and_then(|_| opens(at))?)))?;
    let gloss = verb.end();
    let is_gloss = sentence.get(gloss)?.gap == Gap::Clause && opens(gloss).is_some_and(|other| other.form == verb.form);
    let rest = (gloss + 1..sentence.len()).find(|&at| sentence[at].gap == Gap::Clause).filter(|_| is_gloss)?;
    let thing = sentence[rest].is(List::Objects).then_some(Word { gap: Gap::Space, ..sentence[rest] })?;
    let with = |verb: &[Word<'a>]| [&sentence[..start], verb, &[thing], &sentence[rest + 1..]].concat();
    let other = Word { gap: sentence[start].gap, ..sentence[gloss] };
    Some((with(&sentence[start..gloss]), with(&[&[other], &sentence[gloss + 1..rest]].concat())))
}

/// "Creates a sandbox, executes code and destroys the sandbox": what a call makes and clears away itself is no loss. "Create or
/// delete users" makes and deletes different ones.
fn drop_own_remains<'a>(actions: &mut Vec<Action<'a>>) {
    let may = |action: &Action, effect: Class| rules::lexicon().may(action.verb, effect);
    let made: Vec<Word<'a>> =
        actions.iter().filter(|action| may(action, Class::Write)).filter_map(|action| action.object.last().cloned()).collect();
    let clears = |action: &Action| may(action, Class::Destructive) && !may(action, Class::Write);
    let own =
        |action: &Action, thing: &Word| thing.end() < action.span.0 && action.object.last().is_some_and(|last| last.same(thing));
    actions.retain(|action| !(clears(action) && made.iter().any(|thing| own(action, thing))));
}

/// A verb of a clause: where, how many words, which, in what form.
#[derive(Clone, Copy)]
struct Verb {
    at: usize,
    words: usize,
    verb: usize,
    form: Form,
    doubtful: bool,
    loose: bool,
}

impl Verb {
    fn find(clause: &[Word], at: usize, fits: impl Fn(Form) -> bool) -> Option<Self> {
        let found = rules::lexicon().at(clause, at, fits)?;
        // "pay-outs", "write-only": half of a compound is no action.
        if clause.get(at + found.words).is_some_and(|next| next.gap == Gap::Hyphen) {
            return None;
        }
        Some(Self { at, words: found.words, verb: found.verb, form: found.form, doubtful: false, loose: false })
    }

    fn end(&self) -> usize {
        self.at + self.words
    }
}

/// The verb a clause opens with, and those joined to it. `plain`: the clause is known to be about this tool, so that a
/// bare "Delete a file" is what it does; elsewhere it would be advice ("Delete the file first").
fn verbs(clause: &[Word], plain: bool) -> Vec<Verb> {
    if let Some((at, plain)) = head::main_clause(clause, plain) {
        return verbs(&clause[at..], plain).into_iter().map(|verb| Verb { at: at + verb.at, ..verb }).collect();
    }
    let mut verbs = head::of(clause, plain);
    let Some(&head) = verbs.last() else { return Vec::new() };
    for at in head.end()..clause.len() {
        if opens_relative(clause, at) {
            break;
        }
        let last = verbs[verbs.len() - 1].end();
        // "Executes an INSERT, UPDATE or DELETE query": keywords of another language.
        let keyword = clause[at].capitals && !clause[head.at].capitals;
        let clitic = head.form == Form::Foreign && abroad::follows_clitic(clause, at);
        let and_then = east_asian::follows_then(&clause[..at]);
        let joins = clitic || and_then || is_joined(clause, at);
        if at < last || keyword || clause[at].code || !joins || negated(&clause[..at]) {
            continue;
        }
        // "Retire l'accès et supprime le compte": English spells the first one too.
        let fits = |form| form == head.form || head.form == Form::Base && form == Form::Foreign;
        let found = foreign::or_apart(Verb::find(clause, at, fits), clause, at);
        let found = found.filter(|verb| fits(verb.form) && !east_asian::is_no_act(clause, verb.end()));
        let Some(found) = found else { continue };
        // "Create, update or delete users": no object between. Otherwise the verb needs an object of its own, or it is one
        // more thing of a list ("returns comments, updates and tags").
        let chained = at <= last + 1 && (at == last || clause[last].is(List::Joins));
        let foreign = found.form == Form::Foreign && clause[at].script != Script::Any;
        let stored = found.form == Form::Foreign && (clitic || abroad::puts_somewhere(clause, at, found.end()));
        // "A new, empty file": what describes a thing.
        let describes = clause[at].gap == Gap::Comma && clause[at - 1].is(List::Determiners);
        let joined = chained
            || foreign && (clause[at].gap == Gap::Comma || and_then)
            || !foreign && opens_object(clause, at, found.end())
            || stored;
        if joined && !describes {
            let loose = !chained && !foreign && !stored && !clause.get(found.end()).is_some_and(|next| next.is(List::Objects));
            verbs.push(Verb { loose, ..found });
        }
    }
    verbs
}

/// "SQL that can modify or delete", "data to build and send reports": what follows is said of the object, not of the tool.
fn opens_relative(clause: &[Word], at: usize) -> bool {
    let before = clause[at - 1];
    before.is(List::Relatives) || before.is(List::Infinitive) && Verb::find(clause, at, |form| form == Form::Base).is_some()
}

/// Whether the word at `at` stands after a comma, a slash or a word that joins.
fn is_joined(clause: &[Word], at: usize) -> bool {
    let adverbs = clause[..at].iter().rev().take_while(|word| word.is(List::Modals)).count();
    let first = at - adverbs;
    matches!(clause[first].gap, Gap::Or | Gap::Comma) || first > 0 && clause[first - 1].is(List::Joins)
}

/// Whether an object of its own follows the joined verb at `at`: "and deletes it"; for a verb that is nothing else any thing
/// will do.
fn opens_object(clause: &[Word], at: usize, end: usize) -> bool {
    let Some(next) = clause.get(end) else { return false };
    let ambiguous = clause[at].is(List::Nouny) || clause[at].is(List::Things);
    // "Scrive i bandi": an article in Italian, "and" elsewhere.
    let opens = next.gap <= Gap::Hyphen && (next.is(List::Objects) || next.text() == "i");
    let thing = next.gap <= Gap::Hyphen && !next.is(List::Prepositions) && !next.is(List::Joins);
    opens || !ambiguous && thing && !next.is(List::AfterThings)
}

/// Whether the words just before turn what follows into its opposite.
fn negated(before: &[Word]) -> bool {
    let last = &before[before.len().saturating_sub(4)..];
    last.iter().any(|word| word.is(List::Negations)) || east_asian::needs_no(last)
}

fn action<'a>(sentence: &[Word<'a>], start: usize, verb: Verb, all: &[Verb], place: Place, field: &Field) -> Action<'a> {
    let at = start + verb.at;
    let end = start + verb.end();
    let after = &sentence[end..];
    let others = all.iter().flat_map(|other| start + other.at..start + other.end());
    let others: Vec<usize> = others.filter_map(|other| other.checked_sub(end)).collect();
    let foreign = verb.form == Form::Foreign;
    let (mut things, mut heads) = if foreign { object_abroad(after, &others) } else { object(after, &others, true) };
    if things.is_empty() && foreign {
        things = words_abroad(&sentence[start..at]);
        heads = vec![things.len()];
    }
    Action {
        place,
        field: field.clone(),
        verb: verb.verb,
        form: verb.form,
        span: (sentence[at].start, sentence[end - 1].end()),
        object: things,
        heads,
        clause: if foreign { clause_abroad(sentence) } else { [&sentence[start..at], after].concat() }.into(),
        doubtful: verb.doubtful,
        loose: verb.loose,
        value: 0,
    }
}
