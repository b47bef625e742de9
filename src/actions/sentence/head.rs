//! Where the verb of a clause stands: behind what sentences open with before they say what a tool does.

use super::{Verb, abroad, east_asian, foreign, opens_object};
use crate::grammar::{Form, GRAMMAR, List};
use crate::rules;
use crate::words::{Gap, Script, Word};

/// The verb a clause opens with, or the verbs of an East Asian one; see [`super::verbs`] for `plain`.
pub(super) fn of(clause: &[Word], plain: bool) -> Vec<Verb> {
    if is_east_asian(clause) {
        let heads = if plain { east_asian::heads(clause) } else { Vec::new() };
        let before = heads.first().map(|first| east_asian::before(clause, first));
        return before.into_iter().flatten().chain(heads).collect();
    }
    let first = through(clause, plain).or_else(|| head(clause, plain));
    // "Filtre profilini sil": what could be a thing is one where another verb stands last.
    let last = || foreign::last(clause, plain).filter(|last| !clause[last.at].is(List::Nouny));
    let head = match first {
        Some(first) if first.doubtful => last().or(Some(first)),
        first => first.or_else(|| purpose(clause, plain)).or_else(|| named(clause, plain)).or_else(last),
    };
    Vec::from_iter(head)
}

/// Where the main clause starts, behind a condition or what it is done with, and whether it is plain, too: "If the image is
/// private, set …" is advice; "Given a URL, this tool …", "By id, deletes …", "When called, deletes …" is not.
pub(super) fn main_clause(clause: &[Word], plain: bool) -> Option<(usize, bool)> {
    let (condition, given) = (clause[0].is(List::Conditions), clause[0].is(List::Prepositions) || clause[0].is(List::Means));
    let at = (1..clause.len()).find(|&at| (condition || given) && clause[at].gap == Gap::Comma)?;
    let rest = &clause[at..];
    let about_tool = rest.iter().take(2).any(|word| word.is(List::Subjects));
    // "After calling this, run …", "For others, run `query`" are advice.
    let advice = matches!(&*clause[0].text(), "after" | "before" | "once") || rest.get(1).is_some_and(|next| next.code);
    let says = Verb::find(rest, 0, |form| form == Form::Third || given && form == Form::Base);
    let done = about_tool || says.is_some_and(|verb| verb.form == Form::Third || !advice);
    // "With Acme, AI, …": a list goes on, unless a verb opens what follows.
    (condition || says.is_some() || about_tool).then_some((at, plain && done))
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
        let thing = !after_subject && before.is_some_and(|before| before.is(List::Determiners)) && !abroad::is_done(clause, at);
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
        let label = clause.len() == 1 && (word.is(List::Nouny) || word.text().ends_with("ing"));
        let values = clause[0].gap == Gap::Clause && clause.iter().all(|word| word.capitals);
        // "POST /v1/users – creates …", "Step 3: …".
        let counts = |next: &Word| next.written.bytes().all(|byte| byte.is_ascii_digit());
        let numbered = clause.len() == 2 && counts(&clause[1]);
        let keyword = label || numbered || word.capitals && (clause.len() == 1 || values);
        let is_verb = !(word.code
            || thing
            || keyword
            || leads_to_another(clause, at)
            || is_some_of(clause, at)
            || tells_nothing(clause, at));
        if let Some(mut verb) = is_verb.then(|| foreign::or_apart(Verb::find(clause, at, fits), clause, at)).flatten() {
            let next = clause.get(verb.end());
            // "Triggers when the user asks", "Activate this tool to …": about calling it, not about what it does.
            // "Use it when …" is as well.
            let soon = |words: usize| clause[verb.end()..].iter().take(words).any(|next| next.is(List::Conditions));
            let on_condition = verb.form == Form::Third && soon(1) || word.is(List::Means) && soon(2);
            let itself = next.is_some_and(|next| next.text() == "this")
                && clause.get(verb.end() + 1).is_some_and(|tool| tool.is(List::Subjects));
            let advises = || urges(&clause[..at]) || asks_first(&clause[verb.end()..]);
            if on_condition || itself || verb.form == Form::Base && advises() {
                return None;
            }
            if verb.form == Form::Foreign && abroad::is_aside(clause, &verb, plain) {
                return None;
            }
            if let Some(begun) = abroad::begun(clause, &verb) {
                return Some(begun);
            }
            // "Handles deleting users": who handles an act does it.
            let handled = || Verb::find(clause, verb.end(), |form| form == Form::Gerund);
            if let Some(handled) = word.is(List::Manages).then(handled).flatten() {
                return Some(handled);
            }
            // "Charge, odometer, tyre pressure", "Names and schemas of tools": things, not acts.
            let another = |at: usize| Verb::find(clause, at, |form| form == verb.form).is_some();
            let listed = |next: &Word| {
                let joins = usize::from(matches!(&*next.text(), "and" | "or"));
                (joins == 1 || next.gap == Gap::Comma && !next.is(List::Prepositions)) && !another(verb.end() + joins)
            };
            if word.is(List::Nouny) && verb.form != Form::Foreign && next.is_some_and(listed) {
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
        if !(skipped || adverb || about_tool && at == 0 && tells_how(clause) || leads_to_tool(clause, at)) {
            return None;
        }
    }
    None
}

/// "*Safe*-restart the process": whether a word of two opens the clause, the second of which is what is done. "Read-write access",
/// "Health-check endpoints" are things.
fn tells_how(clause: &[Word]) -> bool {
    let Some(next) = clause.get(1).filter(|next| next.gap == Gap::Hyphen) else { return false };
    Verb::find(clause, 1, |form| matches!(form, Form::Base | Form::Third)).is_some_and(|verb| {
        let doubtful = next.is(List::Nouny) || rules::lexicon().at(clause, 0, |_| true).is_some();
        let says_of_what = clause.get(verb.end()).is_some_and(|thing| thing.gap == Gap::Space && thing.is(List::Objects));
        says_of_what || !doubtful && opens_object(clause, 1, verb.end())
    })
}

/// "Logs of the last run", "Commits that are not pushed": things, whatever the verb does that is spelled so.
fn is_some_of(clause: &[Word], at: usize) -> bool {
    let singular = |text: &str| text.strip_suffix('s').is_some_and(|one| GRAMMAR.lists(one).has(List::Nouny));
    let tells = |next: &Word| matches!(&*next.text(), "of" | "that" | "which" | "who" | "whose");
    clause.get(at + 1).is_some_and(tells) && singular(&clause[at].text())
}

/// "It *is* fast", "*Uses* the v2 API", "*Runs* on the server", "*Rate* limited to 5 calls", "*Call* it": nothing that the tool does.
fn tells_nothing(clause: &[Word], at: usize) -> bool {
    let followed_by = |words: &[&str]| clause.get(at + 1).is_some_and(|next| words.contains(&&*next.text()));
    let by_code = || clause.get(at + 1).is_some_and(|next| next.code);
    match &*clause[at].text() {
        "is" | "has" | "uses" => true,
        "rate" => clause.get(at + 1).is_some_and(|next| next.text().starts_with("limit")),
        "see" => by_code() || followed_by(&["also", "the", "docs", "https"]),
        "use" => by_code() || followed_by(&["it"]),
        "call" => followed_by(&["it"]),
        // "Runs on the server": where or when.
        "runs" | "executes" => at == 0 && followed_by(&["on", "in", "at", "under"]),
        _ => false,
    }
}

/// "*Always* use the filter", "You *must* obtain approval": advice for whoever calls the tool.
fn urges(before: &[Word]) -> bool {
    before.iter().any(|word| matches!(&*word.text(), "always" | "must" | "should" | "please"))
}

/// How many words of advice are read.
const ADVICE: usize = 8;

/// "Ask *the user first*", "Get *their consent before* …": advice for whoever calls the tool.
fn asks_first(rest: &[Word]) -> bool {
    // "Read the guide first", and only then call this; "List orders, newest first" is none.
    let sorted = || rest.iter().any(|word| word.gap >= Gap::Comma || word.text().ends_with("est"));
    if rest.last().is_some_and(|last| matches!(&*last.text(), "first" | "beforehand")) && !sorted() {
        return true;
    }
    let has = |words: &[&str]| rest.iter().take(ADVICE).any(|word| words.contains(&&*word.text()));
    has(&["user", "human", "person", "consent", "permission", "confirmation"]) && has(&["first", "before"])
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
    after_to.find_map(|at| Verb::find(clause, at, |form| form == Form::Base)).or_else(|| wish(clause, leads))
}

/// How many words the name of what acts may have.
const NAME: usize = 3;

/// "Acme CRM retrieves invoices": what does it is called by its name.
fn named(clause: &[Word], plain: bool) -> Option<Verb> {
    if !plain {
        return None;
    }
    let is_name = |word: &&Word| {
        word.written.starts_with(char::is_uppercase) && !word.code && !word.is(List::Objects) && !word.is(List::Nouny)
    };
    let at = clause.iter().take(NAME).take_while(is_name).count();
    let name_only = (0..at).all(|at| rules::lexicon().at(clause, at, |_| true).is_none());
    let verb = Verb::find(clause, at, |form| form == Form::Third).filter(|_| at > 0 && name_only)?;
    (!clause[at].is(List::Leads) && opens_object(clause, at, verb.end())).then_some(verb)
}

/// What people do who call a tool: "when you *need* to delete".
const WISHES: [&str; 12] =
    ["need", "needs", "want", "wants", "ask", "asks", "asked", "wish", "wishes", "like", "requests", "decides"];

/// "Use when the user wants to delete a file": no more than a hint, where nothing else is said.
fn wish(clause: &[Word], leads: usize) -> Option<Verb> {
    let condition = (leads + 1..clause.len()).find(|&at| clause[at].is(List::Conditions))?;
    let to = (condition + 1..clause.len().min(condition + 6)).find(|&at| clause[at].is(List::Infinitive))?;
    let wishes = WISHES.contains(&&*clause[to - 1].text());
    let verb = Verb::find(clause, to + 1, |form| form == Form::Base).filter(|_| wishes)?;
    Some(Verb { doubtful: true, ..verb })
}

/// Verbs behind which an ability or an API is only what an act goes through.
const CARRIERS: [&str; 22] = [
    "call",
    "calls",
    "expose",
    "exposes",
    "gives",
    "has",
    "hits",
    "invoke",
    "invokes",
    "leverages",
    "makes",
    "offer",
    "offers",
    "provide",
    "provides",
    "queries",
    "use",
    "uses",
    "using",
    "utilizes",
    "wrap",
    "wraps",
];

/// How many words may name a tool before "to" says what it is for.
const NAMES_TOOL: usize = 8;

/// "Ability to delete", "Provides a way to delete", "Wrapper around acme that deletes", "Calls the Acme API to delete": what a tool
/// is said to be able to, or what it goes through, for something.
fn through(clause: &[Word], plain: bool) -> Option<Verb> {
    let leads = |at: &usize| clause[*at].is(List::Infinitive) || matches!(&*clause[*at].text(), "that" | "which");
    let to = (1..clause.len().min(NAMES_TOOL + 1)).find(leads)?;
    let form = if clause[to].is(List::Infinitive) { Form::Base } else { Form::Third };
    let verb = Verb::find(clause, to + 1, |found| found == form)?;
    let before = &clause[..to];
    let ends = |word: &Word| word.gap >= Gap::Comma && word.start != clause[0].start;
    let another = |word: &Word| word.is(List::Negations) || word.is(List::Relatives) || word.is(List::Conditions) || word.code;
    if !plain || before.iter().any(|word| ends(word) || another(word)) {
        return None;
    }
    let is_able = |word: &Word| word.is(List::Abilities);
    let acts = (0..to).find_map(|at| Verb::find(clause, at, |form| form != Form::Participle && form != Form::Gerund));
    let named = match acts {
        // "Create an API to delete users" makes one.
        Some(_) => CARRIERS.contains(&&*before[0].text()) && is_able(&before[to - 1]),
        None => before.iter().any(is_able),
    };
    named.then_some(verb)
}

pub(super) fn is_east_asian(clause: &[Word]) -> bool {
    clause.iter().any(|word| word.script >= Script::EastAsian)
}
