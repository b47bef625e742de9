//! The verbs of all rules, in all their forms: how a word is known to be an action.

use super::{Rule, Says, When};
use crate::grammar::{self, Form};
use crate::verdict::Class;
use crate::words::{self, Gap, Word};
use compact_str::{CompactString, format_compact};
use rustc_hash::FxHashMap;
use std::collections::HashMap;

/// Syllables that make a thing of the Korean verb before them: day, person, rate, name, value, number, place, amount, …
const KOREAN_NOUN_ENDINGS: [char; 17] =
    ['일', '자', '률', '율', '명', '값', '번', '점', '량', '액', '순', '형', '식', '별', '소', '어', '성'];

/// Every verb of every rule, found by the first word of any of its forms.
#[derive(Debug, Default)]
pub struct Lexicon {
    entries: FxHashMap<CompactString, Vec<Entry>>,
    verbs: Vec<Vec<Sense>>,
    tool: Vec<Sense>,
    disagreements: Vec<Sense>,
}

/// One meaning of a verb: a way of one rule to see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sense {
    /// Index into [`super::all`].
    pub rule: usize,
    /// Index into the rule's `when`.
    pub when: usize,
}

impl Sense {
    /// The rule, and its way to see what it is about.
    #[must_use]
    pub fn resolve(self) -> (&'static Rule, &'static When) {
        let rule = &super::all()[self.rule];
        (rule, &rule.when[self.when])
    }
}

#[derive(Debug)]
struct Entry {
    rest: Vec<CompactString>,
    form: Form,
    verb: usize,
}

/// A verb found in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// Which verb; see [`Lexicon::senses`].
    pub(crate) verb: usize,
    /// How many words it takes.
    pub(crate) words: usize,
    /// How it stands.
    pub(crate) form: Form,
}

impl Lexicon {
    /// Collects the verbs of rules.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut lexicon = Self::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (rule, entry) in rules.iter().enumerate() {
            for (when, condition) in entry.when.iter().enumerate() {
                let sense = Sense { rule, when };
                if condition.disagree.is_some() {
                    lexicon.disagreements.push(sense);
                } else if !condition.is_about_action() && !condition.is_about_wording() {
                    lexicon.tool.push(sense);
                }
                lexicon.add(&mut known, condition, sense);
            }
        }
        lexicon.add_repeated();
        for entries in lexicon.entries.values_mut() {
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.rest.len()));
        }
        lexicon
    }

    fn add(&mut self, known: &mut HashMap<String, usize>, condition: &When, sense: Sense) {
        let verbs = condition.verb.iter().map(|pattern| (pattern, false));
        for (pattern, foreign) in verbs.chain(condition.foreign.iter().map(|pattern| (pattern, true))) {
            let verb = *known.entry(pattern.text().to_owned()).or_insert_with(|| self.add_verb(pattern.text(), foreign));
            self.verbs[verb].push(sense);
        }
    }

    fn add_verb(&mut self, text: &str, foreign: bool) -> usize {
        let verb = self.verbs.len();
        self.verbs.push(Vec::new());
        let words: Vec<CompactString> = words::split(text).into_iter().map(|word| word.text).collect();
        if let Some((first, rest)) = words.split_first() {
            let forms = if foreign { vec![(first.clone(), Form::Foreign)] } else { grammar::forms(first) };
            for (text, form) in forms {
                self.entries.entry(text).or_default().push(Entry { rest: rest.to_vec(), form, verb });
            }
        }
        verb
    }

    /// `reprocess` is to process again: a verb in `re-` that no rule knows means what the verb without it means.
    fn add_repeated(&mut self) {
        let repeats = |first: &CompactString, entry: &Entry| {
            let single = entry.rest.is_empty() && entry.form != Form::Foreign && first.len() > 3 && first.is_ascii();
            single.then(|| (format_compact!("re{first}"), Entry { rest: Vec::new(), ..*entry }))
        };
        let entries = self.entries.iter().flat_map(|(first, entries)| entries.iter().filter_map(|entry| repeats(first, entry)));
        let repeated: Vec<(CompactString, Entry)> = entries.filter(|(text, _)| !self.entries.contains_key(text)).collect();
        for (text, entry) in repeated {
            self.entries.entry(text).or_default().push(entry);
        }
    }

    /// What rules mean by a verb.
    pub(crate) fn senses(&self, verb: usize) -> &[Sense] {
        &self.verbs[verb]
    }

    /// The ways of rules that are about the tool as a whole.
    pub(crate) fn tool_senses(&self) -> &[Sense] {
        &self.tool
    }

    /// The ways of rules that are about parts of a definition that disagree.
    pub(crate) fn disagreements(&self) -> &[Sense] {
        &self.disagreements
    }

    /// Whether every rule that knows the verb and speaks for a class says it only reads: signals decide nothing.
    pub(crate) fn only_reads(&self, verb: usize) -> bool {
        let reads = |sense: &Sense| matches!(super::all()[sense.rule].says, Says::Effect(Class::Read) | Says::Signal(_));
        self.senses(verb).iter().all(reads)
    }

    /// Whether some rule that knows the verb says it has this effect.
    pub(crate) fn may(&self, verb: usize, effect: Class) -> bool {
        let says = |sense: &Sense| matches!(super::all()[sense.rule].says, Says::Effect(said) if said == effect);
        self.senses(verb).iter().any(says)
    }

    /// The longest verb that starts at `at`, in a form that `fits`.
    pub(crate) fn at(&self, words: &[Word], at: usize, fits: impl Fn(Form) -> bool) -> Option<Found> {
        let first = words.get(at)?;
        self.entries_of(&first.text)?.iter().find_map(|entry| {
            let rest = words.get(at + 1..at + 1 + entry.rest.len())?;
            let same = rest.iter().zip(&entry.rest).all(|(word, wanted)| word.text == *wanted && word.gap < Gap::Comma);
            (same && fits(entry.form)).then(|| Found { verb: entry.verb, words: 1 + entry.rest.len(), form: entry.form })
        })
    }

    /// The entries for a word. Korean glues endings to the stem (삭제합니다), so that its words are also looked up by their start,
    /// unless what follows makes a thing of it: 시작일 is the day of the start.
    fn entries_of(&self, word: &str) -> Option<&Vec<Entry>> {
        let exact = self.entries.get(word);
        if exact.is_some() || !word.starts_with(|first| matches!(first, '가'..='힣')) {
            return exact;
        }
        let ends = word.char_indices().map(|(at, _)| at).skip(2);
        let verbal = ends.filter(|end| !word[*end..].starts_with(KOREAN_NOUN_ENDINGS));
        verbal.collect::<Vec<_>>().into_iter().rev().find_map(|end| self.entries.get(&word[..end]))
    }
}
