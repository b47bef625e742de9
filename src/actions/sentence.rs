//! Finds the actions in prose: the verb a sentence opens with, the verbs joined to it, and what later sentences add.

mod east_asian;
mod listed;

use super::{Action, end_at_things, object};
use crate::evidence::Field;
use crate::grammar::{Form, GRAMMAR, List};
use crate::rules::{self, Place};
use crate::verdict::Class;
use crate::words::{Gap, Script, Word};

/// How many sentences may pass before one says what the tool does.
const OPENING: usize = 3;
/// How many parts of a sentence must open with a verb for it to be a list of operations.
const LISTED: usize = 3;
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

/// `Args:`, `Returns: …`, `Example`: from here on the text is about something else.
fn opens_section(sentence: &[Word]) -> bool {
    sentence[0].is(List::Sections) && sentence.get(1).is_none_or(|next| next.gap == Gap::Clause)
}

/// The actions of one sentence.
fn read<'a>(sentence: &[Word<'a>], place: Place, field: &Field) -> Vec<Action<'a>> {
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
    if place == Place::Detail {
        actions.extend(passive(sentence, field));
    } else if is_east_asian(sentence) {
        let listed = listed::east_asian(sentence, &actions);
        if listed.len() >= LISTED {
            actions = listed.iter().map(|&verb| action(sentence, 0, verb, &listed, place, field)).collect();
        }
    }
    actions
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
    if let Some(at) = condition_end(clause) {
        let (rest, about_tool) = (&clause[at..], clause[at..].iter().take(2).any(|word| word.is(List::Subjects)));
        return verbs(rest, plain && about_tool).into_iter().map(|verb| Verb { at: at + verb.at, ..verb }).collect();
    }
    let mut verbs = if is_east_asian(clause) {
        let heads = if plain { east_asian::heads(clause) } else { Vec::new() };
        let before = heads.first().map(|first| east_asian::before(clause, first));
        before.into_iter().flatten().chain(heads).collect()
    } else {
        let first = head(clause, plain);
        // "Filtre profilini sil": what could be a thing is one where another verb stands last.
        let last = foreign_last(clause, plain).filter(|last| !clause[last.at].is(List::Nouny));
        let head = match first {
            Some(first) if first.doubtful => last.or(Some(first)),
            first => first.or_else(|| purpose(clause, plain)).or(last),
        };
        Vec::from_iter(head)
    };
    let Some(&head) = verbs.last() else { return Vec::new() };
    for at in head.end()..clause.len() {
        if opens_relative(clause, at) {
            break;
        }
        let last = verbs[verbs.len() - 1].end();
        // "Executes an INSERT, UPDATE or DELETE query": keywords of another language.
        let keyword = clause[at].capitals && !clause[head.at].capitals;
        let and_then = east_asian::follows_then(&clause[..at]);
        let joins = and_then || is_joined(clause, at);
        if at < last || keyword || clause[at].code || !joins || negated(&clause[..at]) {
            continue;
        }
        let found = Verb::find(clause, at, |form| form == head.form).filter(|found| !east_asian::is_thing(clause, found.end()));
        let Some(found) = found else { continue };
        // "Create, update or delete users": no object between. Otherwise the verb needs an object of its own, or it is one
        // more thing of a list ("returns comments, updates and tags").
        let chained = at <= last + 1 && (at == last || clause[last].is(List::Joins));
        let foreign = found.form == Form::Foreign && clause[at].script != Script::Any;
        // "A new, empty file": what describes a thing.
        let describes = clause[at].gap == Gap::Comma && clause[at - 1].is(List::Determiners);
        let joined =
            chained || foreign && (clause[at].gap == Gap::Comma || and_then) || !foreign && opens_object(clause, at, found.end());
        if joined && !describes {
            let loose = !chained && !foreign && !clause.get(found.end()).is_some_and(|next| next.is(List::Objects));
            verbs.push(Verb { loose, ..found });
        }
    }
    verbs
}

/// "If the image is private, set …", "Given a URL, this tool …": where the main clause starts behind a condition.
fn condition_end(clause: &[Word]) -> Option<usize> {
    let opens = clause[0].is(List::Conditions);
    (1..clause.len()).find(|&at| opens && clause[at].gap == Gap::Comma)
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
    let opens = next.gap <= Gap::Hyphen && next.is(List::Objects);
    let thing = next.gap <= Gap::Hyphen && !next.is(List::Prepositions) && !next.is(List::Joins);
    opens || !ambiguous && thing && !next.is(List::AfterThings)
}

/// Whether the words just before turn what follows into its opposite.
fn negated(before: &[Word]) -> bool {
    let last = &before[before.len().saturating_sub(4)..];
    last.iter().any(|word| word.is(List::Negations)) || east_asian::needs_no(last)
}

/// Skips what sentences open with and takes the verb that follows, if one does.
fn head(clause: &[Word], plain: bool) -> Option<Verb> {
    let mut about_tool = plain;
    for (at, word) in clause.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| clause[before]);
        let after_subject = before.is_some_and(|before| before.is(List::Subjects));
        let after_modal = before.is_some_and(|before| before.is(List::Modals));
        if word.is(List::Negations) {
            return None;
        }
        // "This deletes": a determiner that can be the subject makes no thing of what follows.
        let thing = !after_subject && before.is_some_and(|before| before.is(List::Determiners));
        let fits = |form| match form {
            Form::Base => about_tool,
            // "This tool enables comprehensive evaluation": what leads to a verb is none by itself.
            Form::Third => (about_tool || after_subject || after_modal) && !word.is(List::Leads),
            Form::Gerund => plain && before.is_none_or(|before| before.is(List::BeforeGerunds)),
            Form::Foreign => true,
            Form::Participle => false,
        };
        // "DRAFT / STAGE / PUBLISHED": a keyword alone is a value, not what is done.
        // "Name: …": nor is a label.
        let label = clause.len() == 1 && word.is(List::Nouny);
        let values = clause[0].gap == Gap::Clause && clause.iter().all(|word| word.capitals);
        let keyword = label || word.capitals && (clause.len() == 1 || values);
        let is_verb = !(word.code || thing || keyword || leads_to_another(clause, at) || is_some_of(clause, at));
        if let Some(mut verb) = is_verb.then(|| Verb::find(clause, at, fits)).flatten() {
            let next = clause.get(verb.end());
            // "Triggers when the user asks", "Activate this tool to …": about calling it, not about what it does.
            let on_condition = verb.form == Form::Third && next.is_some_and(|next| next.is(List::Conditions));
            let itself = next.is_some_and(|next| next.text() == "this")
                && clause.get(verb.end() + 1).is_some_and(|tool| tool.is(List::Subjects));
            if on_condition || itself {
                return None;
            }
            let opens_object = next.is_some_and(|next| next.is(List::Objects) || next.is(List::Joins));
            verb.doubtful = verb.words == 1 && word.is(List::Nouny) && !opens_object;
            return Some(verb);
        }
        about_tool |= word.is(List::Modals) && (after_subject || at == 0);
        let skipped = word.code && at == 0 || word.is(List::Leads) || word.is(List::Modals);
        // "Digitally signs": how it is done, before what.
        let adverb = word.text().len() > 4 && word.text().ends_with("ly");
        if !(skipped || adverb || leads_to_tool(clause, at)) {
            return None;
        }
    }
    None
}

/// "Logs of the last run", "Records of a patient": things, whatever the verb does that is spelled so.
fn is_some_of(clause: &[Word], at: usize) -> bool {
    let singular = |text: &str| text.strip_suffix('s').is_some_and(|one| GRAMMAR.lists(one).has(List::Nouny));
    clause.get(at + 1).is_some_and(|next| next.text() == "of") && singular(&clause[at].text())
}

/// "A *special addition* tool that adds": how many words may describe the tool before it is named.
const DESCRIBES_TOOL: usize = 4;

/// Whether a word only describes the tool that is named soon after it: "a special addition tool that …".
fn leads_to_tool(clause: &[Word], at: usize) -> bool {
    let tool = (at + 1..clause.len().min(at + 1 + DESCRIBES_TOOL)).find(|&at| clause[at].is(List::Subjects));
    let goes_on = |at: usize| clause.get(at + 1).is_some_and(|next| next.is(List::Leads));
    let near_start = clause[..at].iter().all(|word| word.is(List::Leads)) || at <= DESCRIBES_TOOL;
    near_start && tool.is_some_and(goes_on) && clause[at].gap < Gap::Comma
}

/// "Enables you to delete", "helps users to find": what is enabled is what the tool does.
fn leads_to_another(clause: &[Word], at: usize) -> bool {
    let verb = |at: usize| Verb::find(clause, at, |form| form == Form::Base).is_some();
    let purpose = (at + 1..clause.len().min(at + 4)).any(|to| clause[to].is(List::Infinitive) && verb(to + 1));
    let somebody = clause.get(at + 1).is_some_and(|next| next.is(List::Somebody)) && verb(at + 2);
    clause[at].is(List::Leads) && (purpose || somebody)
}

/// "Use the account API in order to create a site": the purpose is what the tool does.
fn purpose(clause: &[Word], plain: bool) -> Option<Verb> {
    let leads = clause.iter().take_while(|word| word.is(List::Leads) && !word.is(List::Means)).count();
    if !plain || !clause.get(leads).is_some_and(|word| word.is(List::Means)) {
        return None;
    }
    let goes_on = |word: &&Word| !word.is(List::Relatives) && !word.is(List::Conditions);
    let same_thought = clause.iter().take_while(goes_on).count();
    let mut after_to = (leads + 1..same_thought).filter(|&at| clause[at - 1].is(List::Infinitive));
    after_to.find_map(|at| Verb::find(clause, at, |form| form == Form::Base))
}

/// German, Turkish and others put the verb last: "Eine Datei löschen".
fn foreign_last(clause: &[Word], plain: bool) -> Option<Verb> {
    let at = clause.len().checked_sub(1)?;
    if plain { Verb::find(clause, at, |form| form == Form::Foreign) } else { None }
}

fn is_east_asian(clause: &[Word]) -> bool {
    clause.iter().any(|word| word.script >= Script::EastAsian)
}

/// How many words before "will be removed" may say that only what is missing from a list is.
const REPLACED: usize = 6;

/// "… will be deleted": the thing comes first. Only loss is told this way by the tool itself; "you will be charged" or "results
/// will be sorted" is said of somebody or something else.
fn passive<'a>(sentence: &[Word<'a>], field: &Field) -> Vec<Action<'a>> {
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

fn action<'a>(sentence: &[Word<'a>], start: usize, verb: Verb, all: &[Verb], place: Place, field: &Field) -> Action<'a> {
    let at = start + verb.at;
    let end = start + verb.end();
    let after = &sentence[end..];
    let others = all.iter().flat_map(|other| start + other.at..start + other.end());
    let (mut things, mut heads) = object(after, &others.filter_map(|other| other.checked_sub(end)).collect::<Vec<_>>());
    let foreign = verb.form == Form::Foreign;
    if things.is_empty() && foreign {
        things = sentence[start..at].to_vec();
        heads = vec![things.len()];
    } else if foreign {
        end_at_things(&things, &mut heads);
    }
    Action {
        place,
        field: field.clone(),
        verb: verb.verb,
        form: verb.form,
        span: (sentence[at].start, sentence[end - 1].end()),
        object: things,
        heads,
        clause: if foreign { sentence.to_vec() } else { [&sentence[start..at], after].concat() }.into(),
        doubtful: verb.doubtful,
        loose: verb.loose,
        value: 0,
    }
}
