//! Finds the actions in a name: `bulk_delete_users`, `user.create`, `getOrCreate`, `create_and_send_invoice`.

use super::{Action, clause_abroad, object, object_abroad};
use crate::evidence::Field;
use crate::grammar::{Form, List};
use crate::rules::{self, Place};
use crate::verdict::Class;
use crate::words::Word;

/// A verb of the name and the words it takes.
struct Candidate {
    at: usize,
    words: usize,
    verb: usize,
    form: Form,
    kind: Kind,
}

/// What a candidate is, the plainest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Nothing but a verb.
    Verb,
    /// A verb that is a thing behind another word.
    Thing,
    /// As often a thing.
    Noun,
}

/// The actions a name says: its head verb, and verbs joined to it.
pub(super) fn actions<'a>(name: &str, words: &[Word<'a>], place: Place, field: &Field, server: &[Word]) -> Vec<Action<'a>> {
    let operation = actions_of(&words[operation(name, words)..], place, field, server);
    if operation.is_empty() { actions_of(words, place, field, server) } else { operation }
}

/// Where the operation starts: behind the title of its API, if the name has one (`Acme Open API_PostOrders`).
fn operation(name: &str, words: &[Word]) -> usize {
    let Some((title, operation)) = name.rsplit_once('_') else { return 0 };
    if !title.contains(' ') || !operation.starts_with(char::is_uppercase) {
        return 0;
    }
    let start = title.len() + 1;
    words.iter().position(|word| word.start >= start).unwrap_or(0)
}

fn actions_of<'a>(words: &[Word<'a>], place: Place, field: &Field, server: &[Word]) -> Vec<Action<'a>> {
    // `remove_project_tool`, `search-api`: what it is, not what it is about.
    let words = match words {
        [before @ .., last] if before.len() > 1 && last.is(List::Suffixes) => before,
        _ => words,
    };
    let is_of_server = |word: &Word| server.iter().any(|known| known.same(word));
    let prefix = words.iter().take_while(|word| is_of_server(word)).count();
    let mut candidates = candidates(words, prefix);
    // `shell_whois` of a server called shell: its name runs nothing.
    let runs = |first: &Candidate| {
        first.kind == Kind::Noun && first.words < words.len() && rules::lexicon().may(first.verb, Class::Execute)
    };
    let goes_on = candidates.iter().skip(1).any(|next| next.kind != Kind::Noun) || candidates.first().is_some_and(runs);
    if goes_on && candidates.first().is_some_and(|first| first.at == 0 && prefix > 0) {
        candidates.remove(0);
    }
    let Some(head) = head(&candidates, words.len()) else { return Vec::new() };
    let loose = is_thing(&candidates[head], words.len()) || is_nominal(&candidates[head], words);
    let mut chosen = vec![head];
    for index in head + 1..candidates.len() {
        let (last, next) = (&candidates[chosen[chosen.len() - 1]], &candidates[index]);
        let between = next.at - (last.at + last.words);
        let after_and = between > 0 && words[next.at - 1].is(List::Joins);
        let joined = after_and && (between == 1 || next.kind == Kind::Verb);
        let changes = |candidate: &Candidate| !rules::lexicon().only_reads(candidate.verb);
        // What is drafted is a thing: `generate_reply_to_tweet`.
        let makes = words[last.at].is(List::Makers);
        let adjacent = between == 0 && next.kind == Kind::Verb && changes(last) && changes(next) && !makes;
        if joined || adjacent {
            chosen.push(index);
        }
    }
    let taken: Vec<usize> =
        chosen.iter().flat_map(|&index| candidates[index].at..candidates[index].at + candidates[index].words).collect();
    chosen.iter().map(|&index| Action { loose, ..action(&candidates[index], words, &taken, place, field) }).collect()
}

/// The verbs among the words of a name whose first `prefix` words are its server's name.
fn candidates(words: &[Word], prefix: usize) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut at = 0;
    while at < words.len() {
        // `domains_byComposeId`: what follows says of which.
        let is_of = at > 0 && words[at - 1].is(List::BeforeGerunds);
        let verb = rules::lexicon().at(words, at, |form| matches!(form, Form::Base | Form::Foreign)).filter(|_| !is_of);
        match verb.filter(|found| !has_status(words, at, at + found.words)) {
            Some(found) => {
                let kind = match words[at] {
                    _ if found.words > 1 => Kind::Verb,
                    word if word.is(List::Nouny) => Kind::Noun,
                    word if (at > prefix || at > 0 && at + 1 == words.len()) && word.is(List::Things) => Kind::Thing,
                    _ => Kind::Verb,
                };
                candidates.push(Candidate { at, words: found.words, verb: found.verb, form: found.form, kind });
                at += found.words;
            }
            None => at += 1,
        }
    }
    candidates
}

/// Verbs that a status can be the object of: `set_status`, `get_status`.
const OF_STATUS: [&str; 31] = [
    "add", "assign", "change", "check", "clear", "create", "delete", "edit", "fetch", "get", "list", "mark", "modify", "patch",
    "post", "publish", "push", "put", "query", "read", "remove", "report", "save", "send", "set", "show", "submit", "switch",
    "toggle", "update", "write",
];

/// `deploy_status`: whether the name asks how the act of the verb from `at` to `end` goes.
fn has_status(words: &[Word], at: usize, end: usize) -> bool {
    end + 1 == words.len() && words[end].text() == "status" && !OF_STATUS.contains(&&*words[at].text())
}

/// Whether the one verb of a name is what the name is of: `comfort_index`, `video_to_post`. What acts or costs is believed anyway.
fn is_thing(head: &Candidate, words: usize) -> bool {
    let is_last = head.at > 0 && head.at + head.words == words;
    let harmless =
        || [Class::Execute, Class::Destructive, Class::Financial].iter().all(|&class| !rules::lexicon().may(head.verb, class));
    head.kind == Kind::Noun && is_last && harmless()
}

/// `regles_eliminacio`, `reglas_de_eliminacion`: at the end of a name, what other languages make of a verb is a thing.
fn is_nominal(head: &Candidate, words: &[Word]) -> bool {
    const ENDINGS: [&str; 11] = ["cio", "ció", "cion", "ción", "cao", "ção", "sao", "são", "sion", "tion", "zione"];
    let text = words[head.at].text();
    let is_last = head.at > 0 && head.at + head.words == words.len();
    head.form == Form::Foreign && is_last && ENDINGS.iter().any(|ending| text.ends_with(ending))
}

/// Which candidate is the head: the first, unless it reads like a thing (`order_cancel`, `todo_list_create`, `file_read`).
fn head(candidates: &[Candidate], words: usize) -> Option<usize> {
    let first = candidates.first()?;
    if first.kind == Kind::Verb {
        return Some(0);
    }
    let closes = |candidate: &Candidate| candidate.at + candidate.words == words;
    let near = |candidate: &Candidate| closes(candidate) || candidate.at <= first.at + 1 || first.at > 0;
    let verb = candidates.iter().position(|candidate| candidate.kind == Kind::Verb && near(candidate));
    let plainer = || candidates.iter().position(|candidate| candidate.kind < first.kind);
    Some(verb.or_else(plainer).unwrap_or(0))
}

fn action<'a>(candidate: &Candidate, words: &[Word<'a>], taken: &[usize], place: Place, field: &Field) -> Action<'a> {
    let end = candidate.at + candidate.words;
    let joined: Vec<usize> = taken.iter().filter_map(|at| at.checked_sub(end)).collect();
    let foreign = candidate.form == Form::Foreign;
    let (mut things, mut heads) =
        if foreign { object_abroad(&words[end..], &joined) } else { object(&words[end..], &joined, true) };
    let mut clause = [&words[..candidate.at], &words[end..]].concat();
    if things.is_empty() {
        things = words[..candidate.at].to_vec();
        heads = vec![things.len()];
    }
    if foreign {
        clause = clause_abroad(&clause);
    }
    Action {
        place,
        field: field.clone(),
        verb: candidate.verb,
        form: candidate.form,
        span: (words[candidate.at].start, words[end - 1].end()),
        object: things,
        heads,
        clause: clause.into(),
        doubtful: candidate.kind != Kind::Verb && candidate.at > 0,
        loose: false,
        value: 0,
    }
}
