//! Actions: what a tool says it does, found in its name, its description and the values of its parameters.

mod name;
mod sentence;

use crate::evidence::Field;
use crate::grammar::{Form, GRAMMAR, List};
use crate::json::Node;
use crate::rules::{self, Place};
use crate::text::Text;
use crate::tool::Parameter;
use crate::verdict::Class;
use crate::vocabulary::Id;
use crate::words::{self, Gap, Word, Words};

/// One thing a tool says it does: a verb and what it is done to.
#[derive(Clone, Debug)]
pub struct Action<'a> {
    /// Where it is said.
    pub place: Place,
    /// The field its words stand in.
    pub field: Field,
    /// Which verb of the lexicon.
    pub verb: usize,
    /// How the verb stands.
    pub form: Form,
    /// The verb's place in the text it stands in, in bytes.
    pub span: (usize, usize),
    /// The words the action is done to, up to the first preposition.
    pub object: Vec<Word<'a>>,
    /// Where parts of the object end ("customers | and orders |"): indices into `object`.
    pub heads: Vec<usize>,
    /// The rest of the clause and sentence; in a name, all its other words.
    pub clause: Words<'a>,
    /// The word could be a thing as well ("order history").
    pub doubtful: bool,
    /// It may be no verb at all: the last noun of a name, or what follows a comma without a word that says of what ("leave balance").
    pub loose: bool,
    /// In a parameter's values: which of them.
    pub value: usize,
}

/// Words of an object at the most.
const LONGEST: usize = 10;

/// Operations of one parameter read at the most.
const OPERATIONS: usize = 300;

/// Where only one value in so many is an act, or fewer, none is.
const KINDS: usize = 3;

/// The actions that texts of a tool say, in reading order. `server`: the words of its server's name, which tools often carry as
/// a prefix. `dispatches`: a parameter chooses what the tool does, so that its description lists operations.
#[must_use]
pub fn of<'a>(texts: &[Text<'a>], server: &[Word], dispatches: bool) -> Vec<Action<'a>> {
    let of = |text: &Text<'a>| match text.field {
        Field::Name => name::actions(text.source, &text.words, Place::Name, &text.field, server),
        Field::Title => sentence::first(&text.words, Place::Title, &text.field),
        _ => sentence::actions(&text.words, &text.field, dispatches),
    };
    let mut actions: Vec<Action<'a>> = texts.iter().flat_map(of).collect();
    drop_loose(&mut actions, texts);
    actions
}

/// What may be no verb is none where all else speaks against it: a name whose description says what is done, a description that only
/// reads, under a name that only reads. Loss is believed anyway.
fn drop_loose(actions: &mut Vec<Action<'_>>, texts: &[Text<'_>]) {
    let lexicon = rules::lexicon();
    let is_described = texts.iter().any(|text| text.field == Field::Description && !text.words.is_empty());
    // "Fetch", which with some things is more.
    let reads = |action: &Action| lexicon.usually_reads(action.verb);
    let firm = |place: Place| actions.iter().filter(move |action| action.place == place && !action.loose);
    let names_no_more = || firm(Place::Name).all(|action| lexicon.reads(action.verb));
    let is_named = firm(Place::Name).next().is_some() && names_no_more();
    let only_reads = is_named && firm(Place::Summary).next().is_some_and(reads);
    let stays = |action: &Action| match action.place {
        Place::Name => !is_described,
        _ => !only_reads || lexicon.may(action.verb, Class::Destructive),
    };
    actions.retain(|action| !action.loose || stays(action));
}

/// The operations a parameter chooses from: its values, or else those that its description lists – in the schema, or on a line of
/// the tool's own ("Args: …") – where its name says that it does; those of HTTP are how a request is made, not what a tool does.
/// The first few hundred speak for all.
#[must_use]
pub fn operations(name: &[Word], parameter: &Parameter<'_, Node<'_>>, tool: &str) -> Vec<String> {
    if !chooses_operation(name) {
        return Vec::new();
    }
    let mut values = parameter.values();
    if values.is_empty() && !is_type(name) {
        values = listed(parameter.description().or_else(|| argument(tool, parameter.name)).unwrap_or_default());
    }
    values.truncate(OPERATIONS);
    if values.iter().all(|value| GRAMMAR.lists(&value.to_lowercase()).has(List::HttpMethods)) { Vec::new() } else { values }
}

/// Whether a parameter of this name chooses an operation: `action`, `requestType`.
#[must_use]
pub fn chooses_operation(name: &[Word]) -> bool {
    let chooses = |word: Option<&Word>| word.is_some_and(|word| word.is(List::OperationParameters));
    // `retention_mode`: how a thing is kept, not what is done (`edit_mode`).
    let of_a_thing = |before: usize| rules::lexicon().at(name, before, |form| form == Form::Base).is_none();
    let is_manner = name.last().is_some_and(|last| last.text() == "mode") && name.len().checked_sub(2).is_some_and(of_a_thing);
    !is_manner && chooses(name.last()) || is_type(name) && chooses(name.len().checked_sub(2).and_then(|before| name.get(before)))
}

fn is_type(name: &[Word]) -> bool {
    name.last().is_some_and(|last| last.text() == "type")
}

/// What a tool's description says of a parameter, on a line that opens with its name: `action (str): "play" or "pause"`.
fn argument<'a>(description: &'a str, name: &str) -> Option<&'a str> {
    let is_mark = |character: char| character.is_whitespace() || matches!(character, '-' | '*' | '`');
    let of = |line: &'a str| {
        let (kind, said) = line.trim_start_matches(is_mark).strip_prefix(name)?.split_once(':')?;
        let kind = kind.trim_matches(is_mark);
        (kind.is_empty() || kind.starts_with('(')).then_some(said)
    };
    description.lines().find_map(of)
}

/// The values that a parameter's description lists: what it quotes, or else what follows its colon ("Action: create, delete").
fn listed(description: &str) -> Vec<String> {
    let quoted: Vec<String> = description.split(['"', '\'', '`']).skip(1).step_by(2).map(str::to_owned).collect();
    let plain =
        |list: &str| list.split([',', '|', '/']).flat_map(|part| part.split(" or ")).map(|item| item.trim().to_owned()).collect();
    let list = description.split_once([':', '(']).map(|(_, list)| list.split([')', '.']).next().unwrap_or_default());
    let values: Vec<String> = if quoted.is_empty() { list.map(plain).unwrap_or_default() } else { quoted };
    let is_value = |value: &String| (1..=3).contains(&value.split_whitespace().count());
    if values.len() > 1 && values.iter().all(is_value) { values } else { Vec::new() }
}

/// The actions that the operations of a parameter name. `name`: the words of the tool's name, which says what a bare "remove" is
/// done to.
#[must_use]
pub fn of_operations<'a>(parameter: &str, operations: &'a [String], name: &[Word<'a>]) -> Vec<Action<'a>> {
    let field = Field::Parameter(parameter.into());
    let of = |(value, text): (usize, &'a String)| {
        name::actions(text, &words::split(text), Place::Value, &field, &[])
            .into_iter()
            .map(move |action| Action { value, ..with_object(action, name) })
            .collect::<Vec<_>>()
    };
    let actions: Vec<Action<'a>> = operations.iter().enumerate().flat_map(of).collect();
    // "payment", "income", "transfer": kinds of things, one of which could be an act.
    let mut acts: Vec<usize> = actions.iter().map(|action| action.value).collect();
    acts.dedup();
    if acts.len() * KINDS <= operations.len() { Vec::new() } else { actions }
}

/// An action that names no object is done to what the tool's name ends in, without its verb: the `remove` of `sub_issue_write`.
fn with_object<'a>(action: Action<'a>, name: &[Word<'a>]) -> Action<'a> {
    if !action.object.is_empty() {
        return action;
    }
    let is_verb = |at: usize| rules::lexicon().at(name, at, |form| form == Form::Base).is_some();
    let start = usize::from(is_verb(0));
    let end = name.len() - usize::from(name.len() > start + 1 && is_verb(name.len() - 1));
    let object = name.get(start..end).unwrap_or_default().to_vec();
    let heads = if object.is_empty() { Vec::new() } else { vec![object.len()] };
    Action { clause: object.clone().into(), object, heads, ..action }
}

/// Words for some of a thing.
const PORTIONS: [&str; 16] = [
    "array", "batch", "block", "bunch", "bundle", "chunk", "couple", "line", "lines", "number", "pair", "piece", "sequence",
    "series", "set", "string",
];

/// The object among the words after a verb, and where its parts end; see [`Action::heads`]. `english`: an article opens another part.
fn object<'a>(after: &[Word<'a>], coordinated: &[usize], english: bool) -> (Vec<Word<'a>>, Vec<usize>) {
    let mut object: Vec<Word<'a>> = Vec::with_capacity(after.len().min(LONGEST));
    let mut heads = Vec::new();
    for (index, word) in after.iter().enumerate() {
        let joins = word.is(List::Joins);
        if coordinated.contains(&index) || object.is_empty() && (joins || word.is(List::Determiners)) {
            continue;
        }
        // "a SELECT/WITH query": in capitals it is a keyword of another language.
        let preposition = word.is(List::Prepositions) && !word.capitals;
        // "A string *of code*", "a batch *of statements*": what there is some of.
        if preposition && word.text() == "of" && object.last().is_some_and(|last| PORTIONS.contains(&&*last.text())) {
            object.clear();
            heads.clear();
            continue;
        }
        // "A new game, *resetting* the board": what is done by it.
        let gerund = word.gap == Gap::Comma && word.text().ends_with("ing") && !object.is_empty();
        if word.gap >= Gap::Clause && index > 0 || preposition || gerund || object.len() >= LONGEST {
            break;
        }
        if !object.is_empty() && says_how(word, after.get(index + 1)) {
            break;
        }
        // "A payment link *a customer* opens", "the user *a message*": one more thing.
        let another = matches!(&*word.text(), "a" | "an" | "the") && word.gap == Gap::Space && english;
        if (joins || another || word.gap >= Gap::Or && !word.capitals) && !object.is_empty() {
            heads.push(object.len());
        }
        if !joins {
            object.push(*word);
        }
    }
    if !object.is_empty() {
        heads.push(object.len());
    }
    heads.dedup();
    (object, heads)
}

/// Whether a word behind a thing says how or which, and so is none itself: "a procedure *directly*", "a tool *contributed* by a
/// plugin".
fn says_how(word: &Word<'_>, next: Option<&Word<'_>>) -> bool {
    const ADVERBS: [&str; 12] = ["ctly", "ally", "ntly", "tely", "vely", "usly", "ully", "ibly", "ably", "edly", "ckly", "fely"];
    let text = word.text();
    let adverb = text.len() > 5 && ADVERBS.iter().any(|ending| text.ends_with(ending));
    let participle = text.len() > 4 && text.ends_with("ed") && next.is_some_and(|next| next.is(List::Prepositions));
    adverb || participle
}

/// The object of a verb of another language among the words after it, and where its parts end. Whose or of which kind it is, is said
/// behind it there: "enlace de pago", "nota fiscal", where English has it before, as rules do: "payment link".
fn object_abroad<'a>(after: &[Word<'a>], coordinated: &[usize]) -> (Vec<Word<'a>>, Vec<usize>) {
    // "Consulta de clientes", of what, behind a verb that stands as a noun; "todas as contas", where English has no article.
    let article = |word: &&Word| is_of(word) || word.is(List::Determiners) || matches!(&*word.text(), "as" | "todas" | "todos");
    let opening = after.iter().take_while(|word| word.gap <= Gap::Hyphen).take_while(article).count();
    let coordinated: Vec<usize> = coordinated.iter().filter_map(|at| at.checked_sub(opening)).collect();
    let (things, mut heads) = object(&after[opening..], &coordinated, false);
    let mut things = words_abroad(&things);
    end_at_things(&things, &mut heads);
    if let [end] = heads[..] {
        let head = things[end - 1];
        let behind = after.iter().skip_while(|word| word.start <= head.start);
        let mut behind = behind.peekable();
        if behind.next_if(|word| is_of(word)).is_some() {
            while behind.next_if(|word| word.is(List::Determiners) && word.gap <= Gap::Hyphen).is_some() {}
        }
        if let Some(kind) = behind.next().filter(|kind| kind.gap <= Gap::Hyphen && is_known(kind) && !kind.is(List::Prepositions))
        {
            things.truncate(end - 1);
            things.extend(words_abroad(&[*kind, head]));
            heads = vec![things.len()];
        }
    }
    (things, heads)
}

/// Words as they are meant beside a verb of another language.
fn words_abroad<'a>(words: &[Word<'a>]) -> Vec<Word<'a>> {
    words.iter().map(|word| Word { known: rules::vocabulary().abroad(word.known), ..*word }).collect()
}

/// A clause around a verb of another language: its words, and behind them those that mean something else there than what rules quote.
fn clause_abroad<'a>(words: &[Word<'a>]) -> Vec<Word<'a>> {
    let other = words_abroad(words).into_iter().zip(words).filter(|(abroad, word)| abroad.known.id != word.known.id);
    words.iter().copied().chain(other.map(|(abroad, _)| abroad)).collect()
}

/// "de", "di", "du".
fn is_of(word: &Word<'_>) -> bool {
    word.is(List::BeforeGerunds) || word.text() == "do"
}

fn is_known(word: &Word<'_>) -> bool {
    word.known.id != Id::UNKNOWN && !word.is(List::Determiners)
}

/// Where the parts of an object end in languages whose adjectives follow: "etiquetas | nuevas". The first word that is known for a thing
/// is what each part is about, to the end of its compound ("Demo-Text |"), unless an article follows: "todos los pedidos".
fn end_at_things(object: &[Word<'_>], heads: &mut [usize]) {
    let is_thing = |at: &usize| {
        is_known(&object[*at]) && !object.get(at + 1).is_some_and(|next| next.is(List::Determiners) && next.text() != "a")
    };
    let mut start = 0;
    for head in heads {
        let end = *head;
        let thing = (start..end).find(is_thing);
        let compound = |thing: usize| (thing + 1..end).take_while(|&at| object[at].gap == Gap::Hyphen);
        let last = |thing: usize| compound(thing).filter(|&at| is_known(&object[at])).last().unwrap_or(thing);
        *head = thing.map_or(end, |thing| last(thing) + 1);
        start = end;
    }
}
