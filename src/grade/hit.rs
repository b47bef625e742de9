//! Hits: which rules speak on a subject, and the words that made them.

use super::schema;
use super::subject::{Named, Subject, evidence};
use crate::actions::Action;
use crate::evidence::{Evidence, Field};
use crate::grammar::{Form, List};
use crate::rules::{self, Phrases, Place, Rule, Sense, When};
use crate::verdict::Class;
use crate::words::{Gap, Word};
use compact_str::ToCompactString as _;

/// A rule that speaks.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) rule: &'static Rule,
    /// Where the action was said; `None` when the rule is about the tool as a whole.
    pub(super) place: Option<Place>,
    /// Which verb was said, where the rule is about an action.
    pub(super) verb: Option<usize>,
    /// Which meaning of the verb it was taken for.
    pub(super) sense: Option<Sense>,
    /// How many of the rule's conditions made it fit: 0 for a verb alone.
    pub(super) weight: usize,
    /// Whether plainer words beside it win.
    pub(super) vague: bool,
    pub(super) evidence: Vec<Evidence>,
    /// What stands for `{}` in a signal: parameter names, or a count.
    pub(super) fills: Vec<String>,
}

impl Hit {
    /// A hit that is about the tool as a whole, not about one of its actions.
    pub(super) fn of_tool(rule: &'static Rule, vague: bool, evidence: Vec<Evidence>, fills: Vec<String>) -> Self {
        Self { rule, place: None, verb: None, sense: None, weight: 0, vague, evidence, fills }
    }

    /// The class the rule speaks for, unless it is a signal.
    pub(super) fn effect(&self) -> Option<Class> {
        self.rule.effect()
    }
}

/// How much closer a sense fits whose object fits, and one whose clause does.
const OBJECT: usize = 4;
const CLAUSE: usize = 3;

/// All hits on a subject: for each action the sense that fits it best, then what holds for the tool as a whole.
pub(super) fn hits(subject: &Subject<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for action in subject.actions.iter().filter(|action| !is_said_of_a_part(subject, action)) {
        action_hits(subject, action, &mut hits);
    }
    drop_general_readings(&mut hits);
    drop_keywords(&mut hits);
    for sense in rules::lexicon().tool_senses(subject.said()) {
        let (rule, when) = sense.resolve();
        if let Some(context) = context(subject, when) {
            hits.push(Hit::of_tool(rule, when.vague, context.evidence, context.fills));
        }
    }
    hits
}

/// Where one place says plainly which milder sense of a verb is meant ("Remove a tag *from* a task"), the general sense of the
/// same verb elsewhere (the bare "removes"), or of one that means the same ("delete"), is milder too.
fn drop_general_readings(hits: &mut Vec<Hit>) {
    let senses = |hit: &Hit| hit.verb.map_or(&[][..], |verb| rules::lexicon().senses(verb));
    let knows = |hit: &Hit, sense: Option<Sense>| senses(hit).iter().any(|known| Some(*known) == sense);
    let may_mean = |hit: &Hit, rule: &Rule| senses(hit).iter().any(|known| known.resolve().0.id == rule.id);
    let means = |closer: &Hit, hit: &Hit| {
        let plain = closer.weight > hit.weight && matches!(closer.place, Some(Place::Name | Place::Title | Place::Summary));
        let milder = closer.effect().is_some() && closer.effect() < hit.effect();
        let same = || knows(hit, closer.sense) || closer.weight > CLAUSE && may_mean(hit, closer.rule);
        // "Remove, list, or delete tags": what one sentence tells apart is not the same.
        let apart = closer.verb != hit.verb && closer.place == hit.place;
        plain && milder && !apart && same() && knows(closer, hit.sense)
    };
    let is_general = |hit: &Hit| hits.iter().any(|closer| means(closer, hit));
    if hits.iter().any(is_general) {
        let general: Vec<bool> = hits.iter().map(is_general).collect();
        let mut general = general.into_iter();
        hits.retain(|_| !general.next().unwrap_or(false));
    }
}

/// "Executes SQL (SELECT, UPDATE, DELETE)", "Send a request: GET, POST, DELETE": what a text that the caller writes can do is spelled in
/// capitals, and not what the tool does itself.
fn drop_keywords(hits: &mut Vec<Hit>) {
    let capitals = |text: &str| text.contains(char::is_uppercase) && !text.contains(char::is_lowercase);
    let keyword = |hit: &Hit| hit.evidence.iter().all(|evidence| capitals(&evidence.text));
    let runs = |hit: &Hit| hit.effect() == Some(Class::Execute) && !hit.vague && hit.place != Some(Place::Value) && !keyword(hit);
    if hits.iter().any(runs) {
        hits.retain(|hit| hit.effect() != Some(Class::Destructive) || hit.place == Some(Place::Value) || !keyword(hit));
    }
}

/// For each part of an action's object ("customers | and invoices") the sense of the verb that fits best; the most severe of
/// them is what the action does. A sense fits the better the more of its conditions hold; of two equal ones the more severe
/// wins. Signals are independent: every sense that fits is one.
fn action_hits(subject: &Subject<'_>, action: &Action, hits: &mut Vec<Hit>) {
    let glances = rules::lexicon().glances(action.verb);
    let (said, opened) = (subject.said(), action.clause.opened());
    let mut worst: Option<Hit> = None;
    for index in 0..action.heads.len().max(1) {
        let part = action.heads.get(index).copied();
        let head = part.and_then(|end| action.object.get(..end)?.last());
        let possible = glances.iter().filter(|glance| glance.allows(said, action.place, head, opened));
        let mut closest: Option<Hit> = None;
        for hit in possible.filter_map(|glance| sense_hit(subject, action, part, glance.sense)) {
            let fits = |hit: &Hit| (hit.weight, hit.effect());
            if hit.effect().is_none() {
                hits.extend((index == 0).then_some(hit));
            } else if closest.as_ref().is_none_or(|closest| fits(closest) <= fits(&hit)) {
                closest = Some(hit);
            }
        }
        if closest.as_ref().map(Hit::effect) >= worst.as_ref().map(Hit::effect) {
            worst = closest;
        }
    }
    hits.extend(worst);
}

/// Whether one sense of a verb fits an action and one part of its object, and how closely.
fn sense_hit(subject: &Subject<'_>, action: &Action, part: Option<usize>, sense: Sense) -> Option<Hit> {
    let (rule, when) = sense.resolve();
    // What rules out most senses comes first.
    let object = if when.object.is_empty() { None } else { Some(when.object.find(&action.object[..part?])?) };
    let mention = if when.mentions.is_empty() { None } else { Some(when.mentions.find(&action.clause)?) };
    if part.is_some_and(|end| when.unless_object.find(&action.object[..end]).is_some())
        || when.unless.find(&action.clause).is_some()
    {
        return None;
    }
    let Context { weight, mut evidence, fills } = context(subject, when)?;
    let weight = weight + if object.is_some() { OBJECT } else { 0 } + if mention.is_some() { CLAUSE } else { 0 };
    evidence.extend(object.and_then(|range| words_evidence(subject, action, &action.object[range])));
    evidence.extend(mention.and_then(|range| words_evidence(subject, action, &action.clause[range])));
    evidence.push(subject.verb_evidence(action));
    let vague = when.vague
        || action.doubtful && weight == 0
        || is_only_a_method(subject, action)
        || is_a_thing(subject, action, rule.effect())
        || is_only_spoken_of(subject, action)
        || is_what_is_read(subject, action);
    let (place, verb, sense) = (Some(action.place), Some(action.verb), Some(sense));
    Some(Hit { rule, place, verb, sense, weight, vague, evidence, fills })
}

/// Whether the description does the same to a part of what the name says: `update_payment` ("Update the notes of a payment").
fn is_said_of_a_part(subject: &Subject<'_>, action: &Action) -> bool {
    let Some(thing) = action.object.last().filter(|_| action.place == Place::Name && action.heads.len() == 1) else {
        return false;
    };
    let summary = |other: &&Action| other.place == Place::Summary && other.verb == action.verb;
    // What only reads, reads whatever the part.
    !rules::lexicon().reads(action.verb)
        && subject.actions.iter().filter(summary).any(|other| {
            let whole = other.clause.iter().skip_while(|word| word.text() != "of").skip(1);
            let mut whole = whole.filter(|word| !word.is(List::Determiners));
            !other.object.iter().any(|word| are_alike(word, thing)) && whole.next().is_some_and(|word| are_alike(word, thing))
        })
}

/// Whether the verb of a name is a thing after all, because the description says what is done: `index_data` ("Gets the data of an
/// index"). What moves money or destroys is one only where the description itself speaks of it as a thing ("below a post"), and so
/// are the methods of HTTP, which generated names open with.
fn is_a_thing(subject: &Subject<'_>, action: &Action, effect: Option<Class>) -> bool {
    if action.place != Place::Name {
        return false;
    }
    let name = &subject.texts[0];
    let Some(verb) = name.words.iter().find(|word| word.start == action.span.0) else { return false };
    let careful = effect >= Some(Class::Destructive) || verb.is(List::BodyMethods);
    verb.is(List::Nouny)
        && subject.actions.iter().filter(|other| other.place == Place::Summary && other.verb != action.verb).any(|other| {
            let thing = |pair: &[Word]| pair[1].same(verb) && pair[0].is(List::Determiners);
            let said = other.form == Form::Foreign || other.clause.iter().any(|word| are_alike(word, verb));
            let named = action.span.0 == 0 && !action.object.is_empty() && effect > Some(Class::Read);
            !careful && (said || !named) || other.clause.windows(2).any(thing)
        })
}

/// Whether the description, which only reads, speaks of the name's verb as its subject: `deploy_coin` ("Simulate deploying a
/// coin"), `install_component` ("Generates installation commands").
fn is_only_spoken_of(subject: &Subject<'_>, action: &Action) -> bool {
    if action.place != Place::Name {
        return false;
    }
    let name = &subject.texts[0];
    let Some(verb) = name.words.iter().find(|word| word.start == action.span.0) else { return false };
    let verb = verb.text();
    let stem = verb.strip_suffix('e').unwrap_or(&verb);
    let mut summary = subject.actions.iter().filter(|other| other.place == Place::Summary).peekable();
    let derived = |word: &Word| word.gap < Gap::Sentence && !word.code && word.text().starts_with(stem);
    stem.len() > 3
        && summary.peek().is_some()
        && summary
            .all(|other| other.verb != action.verb && rules::lexicon().reads(other.verb) && other.clause.iter().any(derived))
}

/// Whether a description opens with the things that the name reads: `list_runs` ("Runs of a workflow").
fn is_what_is_read(subject: &Subject<'_>, action: &Action) -> bool {
    let Some(text) = subject.texts.iter().find(|text| action.place == Place::Summary && text.field == action.field) else {
        return false;
    };
    let [opening, next, ..] = &text.words[..] else { return false };
    let reads = |name: &&Action| name.place == Place::Name && name.span.0 == 0 && rules::lexicon().usually_reads(name.verb);
    opening.start == action.span.0
        && !next.is(List::Objects)
        && subject.actions.iter().filter(reads).any(|name| name.object.iter().any(|thing| are_alike(thing, opening)))
}

/// Whether the verb of a name is the HTTP method of its endpoint (`post_wallet_address`) while the description says what is done
/// to the same thing ("Get the wallet address"). About another thing ("List attributes") it would be a contradiction.
fn is_only_a_method(subject: &Subject<'_>, action: &Action) -> bool {
    let name = &subject.texts[0];
    let method = |word: &Word| word.start == action.span.0 && word.is(List::BodyMethods);
    action.place == Place::Name
        && name.words.iter().any(method)
        && subject
            .actions
            .iter()
            .filter(|other| other.place == Place::Summary)
            .any(|other| other.object.iter().any(|thing| action.object.iter().any(|same| are_alike(same, thing))))
}

/// Whether two words are the same but for an ending: `payment`, `payments`.
fn are_alike(one: &Word, other: &Word) -> bool {
    one.text().starts_with(&*other.text()) || other.text().starts_with(&*one.text())
}

fn words_evidence(subject: &Subject<'_>, action: &Action, words: &[Word]) -> Option<Evidence> {
    let text = subject.texts.iter().find(|text| text.field == action.field)?;
    evidence(&text.field, text.source, words)
}

/// What the conditions on the tool as a whole gave.
#[derive(Default)]
struct Context {
    weight: usize,
    evidence: Vec<Evidence>,
    fills: Vec<String>,
}

/// Checks the conditions that are not about an action; `None` when one of them does not hold.
fn context(subject: &Subject<'_>, when: &When) -> Option<Context> {
    let mut context = Context::default();
    for (patterns, name) in [(&when.name, true), (&when.says, false)] {
        if !patterns.is_empty() {
            context.evidence.push(said(subject, patterns, name)?);
            context.weight += 2;
        }
    }
    if when.is_about_parameters() {
        parameters(subject, when, &mut context)?;
    }
    if !when.server.is_empty() {
        when.server.find(subject.server)?;
        context.weight += 1;
    }
    for (key, wanted) in &when.hint {
        let value = subject.tool.hint(key).filter(|value| value == wanted)?;
        context.evidence.push(Evidence {
            field: Field::Annotation(key.into()),
            start: 0,
            end: 0,
            text: value.to_compact_string(),
        });
        context.weight += 1;
    }
    if let Some(least) = when.parameters_at_least {
        let count = subject.tool.properties().map_or(0, |properties| properties.values().count());
        (count >= least).then(|| context.fills.push(count.to_string()))?;
    }
    if let Some(unsaid) = when.schema {
        for (fill, evidence) in schema::unsaid(subject, unsaid)? {
            context.fills.push(fill);
            context.evidence.extend(evidence);
        }
    }
    // Most rules have been ruled out by now.
    let is_said = |phrases: &Phrases, name: bool| said(subject, phrases, name).is_some();
    let unless = |phrases: &Phrases| !when.is_about_action() && [true, false].iter().any(|name| is_said(phrases, *name));
    (!is_said(&when.unless_says, false) && !unless(&when.unless)).then_some(context)
}

/// Evidence for the first of the phrases that the name, or the title and description, has outside of code.
fn said(subject: &Subject<'_>, phrases: &Phrases, name: bool) -> Option<Evidence> {
    subject.texts(name).find_map(|text| {
        let range = phrases.find_where(&text.words, |word| name || !word.code)?;
        evidence(&text.field, text.source, &text.words[range])
    })
}

/// The parameters that a condition names; their names fill the signal.
fn parameters(subject: &Subject<'_>, when: &When, context: &mut Context) -> Option<()> {
    let named = |named: &&Named<'_>| {
        let says = |phrases: &Phrases| phrases.find(&named.name).is_some() || phrases.find(&named.description).is_some();
        let any = when.parameter.is_empty() && when.parameter_ends.is_empty();
        (any || when.parameter.are_all_of(&named.name) || when.parameter_ends.find(&named.name).is_some())
            && (when.parameter_says.is_empty() || says(&when.parameter_says))
            && (when.parameter_values.is_empty() || allows(named, &when.parameter_values))
            && (!when.parameter_required || named.parameter.required)
            && !says(&when.parameter_unless)
    };
    let found: Vec<&Named<'_>> = subject.parameters.iter().filter(named).collect();
    for named in &found {
        let name = named.parameter.name;
        context.evidence.extend(evidence(&named.field(), name, &named.name));
        context.fills.push(name.to_owned());
    }
    context.weight += 2;
    (!found.is_empty()).then_some(())
}

/// Whether a parameter allows one of these values.
fn allows(named: &Named<'_>, wanted: &[String]) -> bool {
    named.parameter.values().iter().any(|value| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)))
}
