//! Operations that a sentence lists: as an entry, as examples, or part by part.

use super::{Verb, is_joined, negated};
use crate::actions::{Action, name};
use crate::evidence::Field;
use crate::grammar::{Form, List};
use crate::rules::{self, Place};
use crate::verdict::Class;
use crate::words::{Gap, Word};

/// Words that the name of an operation has at the most.
const OPERATION: usize = 4;

/// The actions of an entry of a list of operations: `- delete_nodes: …`, `**restart** (id)`.
pub(super) fn entry<'a>(sentence: &[Word<'a>], field: &Field) -> Vec<Action<'a>> {
    let named = sentence.iter().skip(1).take_while(|word| word.gap < Gap::Clause).count() + 1;
    let is_entry = named <= OPERATION && named < sentence.len() && !sentence[0].is(List::Sections);
    let opens = Verb::find(sentence, 0, |form| form == Form::Base).is_some();
    if is_entry && opens { name::actions("", &sentence[..named], Place::Value, field, &[]) } else { Vec::new() }
}

/// The operations that a sentence lists, as examples or behind a verb that says nothing.
pub(super) fn operations(sentence: &[Word]) -> Vec<Verb> {
    let examples = examples(sentence);
    if examples.is_empty() { managed(sentence) } else { examples }
}

/// The operations that a later sentence lists: "Actions: list, delete", "Supports creating, listing and deleting apps".
pub(super) fn in_detail(sentence: &[Word]) -> Vec<Verb> {
    let labelled = sentence.iter().take(2).any(|word| word.is(List::Operations));
    let mut found = if labelled { examples(sentence) } else { Vec::new() };
    if matches!(&*sentence[0].text(), "supports" | "handles" | "covers") {
        let begins = |at: &usize| *at == 1 || is_joined(sentence, *at);
        let verb = |at: usize| Verb::find(sentence, at, |form| form == Form::Gerund);
        found.extend((1..sentence.len()).filter(begins).filter_map(verb));
    }
    if found.len() < BRACKETED { Vec::new() } else { found }
}

/// How many examples in brackets are needed: one could be a remark.
const BRACKETED: usize = 2;
/// How many words may say what operations are on: "actions on a conversation: close, …".
const OF_A_THING: usize = 5;

/// "Performs actions like create folder, get all assets and update assets", "various operations (create, query)": each is an operation.
fn examples(sentence: &[Word]) -> Vec<Verb> {
    let Some(named) = (0..sentence.len()).find(|&at| sentence[at].is(List::Operations) && !sentence[at].code) else {
        return Vec::new();
    };
    let opens = |at: &usize| *at == named + 1 && sentence[*at].is(List::Examples) || sentence[*at].gap == Gap::Clause;
    let Some(start) = (named + 1..sentence.len().min(named + 1 + OF_A_THING)).find(opens) else { return Vec::new() };
    let bracketed = sentence[start].gap == Gap::Clause;
    let first = if bracketed { start } else { start + 1 + usize::from(sentence[start].text() == "such") };
    let begins = |at: &usize| *at == first || is_joined(sentence, *at);
    let verb = |at: usize| Verb::find(sentence, at, |form| matches!(form, Form::Base | Form::Gerund));
    let found: Vec<Verb> = (first..sentence.len()).filter(begins).filter_map(verb).collect();
    if negated(&sentence[..start]) || bracketed && found.len() < BRACKETED { Vec::new() } else { found }
}

/// "Manage the lifecycle of a service: start, stop or restart it": behind a verb that says nothing each is an operation. Two of them
/// make a list, if most of its parts are.
fn managed(sentence: &[Word]) -> Vec<Verb> {
    if !sentence[0].is(List::Manages) {
        return Vec::new();
    }
    let Some(start) = (1..sentence.len()).find(|&at| sentence[at].gap == Gap::Clause) else { return Vec::new() };
    let end = (start + 1..sentence.len()).find(|&at| sentence[at].gap == Gap::Clause).unwrap_or(sentence.len());
    let parts: Vec<usize> = (start..end).filter(|at| *at == start || sentence[*at].gap >= Gap::Or).collect();
    let verb =
        |at: usize| Verb::find(&sentence[..end], at + usize::from(sentence[at].is(List::Joins)), |form| form == Form::Base);
    let found: Vec<Verb> = parts.iter().filter_map(|&at| verb(at)).collect();
    if found.len() < BRACKETED || 2 * found.len() <= parts.len() || negated(&sentence[..start]) { Vec::new() } else { found }
}

/// The verbs that parts of a Chinese, Japanese or Korean sentence open with: 支持：创建项目、部署代码、删除服务 lists operations, if
/// enough of its parts are. `said`: what the sentence is known to say.
pub(super) fn east_asian(sentence: &[Word], said: &[Action]) -> Vec<Verb> {
    let lexicon = rules::lexicon();
    let verb = |at: &usize| Verb::find(sentence, *at, |form| form == Form::Foreign);
    // 获取统计数据，包括阅读量、评论量: what is read has parts.
    let contains = |pair: &[Word]| pair[0].text() == "包" && matches!(&*pair[1].text(), "括" | "含");
    let reads = said.iter().all(|action| lexicon.reads(action.verb));
    let end = sentence.windows(2).position(|pair| reads && contains(pair)).unwrap_or(sentence.len());
    let parts: Vec<usize> = (0..end).filter(|at| *at == 0 || sentence[*at].gap >= Gap::Or).collect();
    // 输入省份、城市: what says nothing without more is no operation.
    let found: Vec<Verb> = parts.iter().filter_map(verb).filter(|verb| lexicon.says_enough(verb.verb)).collect();
    // 执行指令，可用于查询、创建、删除: what text that the caller writes can do, not what the tool does.
    let runs_text =
        |first: &Verb| first.at == 0 && lexicon.may(first.verb, Class::Read) && lexicon.may(first.verb, Class::Execute);
    if found.first().is_some_and(runs_text) || 5 * found.len() < 2 * parts.len() { Vec::new() } else { found }
}
