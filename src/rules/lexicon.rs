//! The verbs of all rules, in all their forms: how a word is known to be an action.

use super::gates::{Gates, Glance, Said};
use super::{Rule, When};
use crate::grammar::{self, Form};
use crate::languages;
use crate::verdict::Class;
use crate::vocabulary::recent;
use crate::vocabulary::{Id, Vocabulary};
use crate::words::{self, Gap, Script, Word};
use compact_str::{CompactString, format_compact};
use std::collections::HashMap;

/// Syllables that make a thing of the Korean verb before them: day, person, rate, name, value, number, place, amount, …
const KOREAN_NOUN_ENDINGS: [char; 17] =
    ['일', '자', '률', '율', '명', '값', '번', '점', '량', '액', '순', '형', '식', '별', '소', '어', '성'];

/// Syllables that bend a Korean verb, or are particles behind it; whatever else follows makes a thing of it: 발행결정 is a decision to issue.
const KOREAN_ENDINGS: [char; 68] = [
    '하', '합', '한', '할', '해', '했', '함', '되', '된', '될', '됩', '돼', '됨', '됐', '시', '니', '고', '며', '는', '기', '거',
    '려', '면', '다', '도', '은', '을', '를', '이', '가', '의', '에', '로', '으', '와', '과', '만', '까', '부', '중', '및', '서',
    '여', '요', '주', '줍', '줄', '준', '줌', '줘', '습', '십', '셨', '었', '았', '던', '게', '나', '지', '놓', '둡', '두', '드',
    '옵', '키', '온', '올', '옴',
];

/// Every verb of every rule, found by the first word of any of its forms.
#[derive(Debug)]
pub struct Lexicon {
    /// By the first word of a form, the verbs it may be, the longest first.
    entries: Vec<Vec<Entry>>,
    /// What rules mean by each verb.
    verbs: Vec<Vec<Sense>>,
    /// What each of these asks of an action.
    glances: Vec<Vec<Glance>>,
    /// What they come to together.
    effects: Vec<Effects>,
    tool: Vec<Sense>,
    gates: Gates,
    disagreements: Vec<Sense>,
    /// `be` and `will`.
    passive: (Id, Id),
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

/// The effects of all that rules mean by a verb: a bit for each class.
#[derive(Clone, Copy, Debug, Default)]
struct Effects {
    /// Whatever it is done to.
    any: u8,
    /// By itself.
    bare: u8,
}

impl Effects {
    fn new(senses: &[Sense], rules: &[Rule]) -> Self {
        let mut effects = Self::default();
        for sense in senses {
            // Signals decide nothing.
            let bit = rules[sense.rule].effect().map_or(0, Self::bit);
            effects.any |= bit;
            effects.bare |= if rules[sense.rule].when[sense.when].is_bare() { bit } else { 0 };
        }
        effects
    }

    fn bit(class: Class) -> u8 {
        1 << class as u8
    }
}

#[derive(Debug)]
struct Entry {
    rest: Vec<Id>,
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
    /// Collects the verbs of rules, and adds their words to the vocabulary.
    pub(super) fn new(rules: &[Rule], vocabulary: &mut Vocabulary) -> Self {
        let passive = (vocabulary.add("be"), vocabulary.add("will"));
        let (entries, verbs, tool, disagreements) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (glances, effects, gates) = (Vec::new(), Vec::new(), Gates::default());
        let mut lexicon = Self { entries, verbs, glances, effects, tool, gates, disagreements, passive };
        let mut known: HashMap<String, usize> = HashMap::new();
        for (rule, entry) in rules.iter().enumerate() {
            for (when, condition) in entry.when.iter().enumerate() {
                let sense = Sense { rule, when };
                if condition.disagree.is_some() {
                    lexicon.disagreements.push(sense);
                } else if !condition.is_about_action() && !condition.is_about_wording() {
                    lexicon.tool.push(sense);
                    lexicon.gates.add(condition);
                }
                let verbs = condition.verb.iter().map(|text| (text, false));
                for (text, foreign) in verbs.chain(condition.foreign.iter().map(|text| (text, true))) {
                    // 移動 and 移动 are one verb.
                    let spelled = if foreign { words::spellings(text).join(" ") } else { text.clone() };
                    let verb = *known.entry(spelled).or_insert_with(|| lexicon.add_verb(text, foreign, vocabulary));
                    lexicon.verbs[verb].push(sense);
                }
            }
        }
        lexicon.translate(&known, vocabulary);
        lexicon.add_repeated(vocabulary);
        lexicon.widen_repeated(&known, rules);
        let glance = |sense: &Sense| Glance::new(*sense, &rules[sense.rule].when[sense.when]);
        lexicon.glances = lexicon.verbs.iter().map(|senses| senses.iter().map(glance).collect()).collect();
        lexicon.effects = lexicon.verbs.iter().map(|senses| Effects::new(senses, rules)).collect();
        for entries in &mut lexicon.entries {
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.rest.len()));
        }
        lexicon
    }

    fn add_verb(&mut self, text: &str, foreign: bool, vocabulary: &mut Vocabulary) -> usize {
        let verb = self.verbs.len();
        self.verbs.push(Vec::new());
        if let Some((first, rest)) = words::spellings(text).split_first() {
            let forms = if foreign { vec![(first.clone(), Form::Foreign)] } else { grammar::forms(first) };
            let rest: Vec<Id> = rest.iter().map(|word| vocabulary.add(word)).collect();
            for (text, form) in forms {
                self.add(vocabulary.add(&text), Entry { rest: rest.clone(), form, verb });
            }
        }
        verb
    }

    /// Lets the words of other languages mean verbs: one number stands for all of them that mean the same one.
    fn translate(&mut self, known: &HashMap<String, usize>, vocabulary: &mut Vocabulary) {
        let foreign = |verb| Entry { rest: Vec::new(), form: Form::Foreign, verb };
        for (phrase, english) in languages::phrases() {
            let (mut words, verb) = (phrase.split(' ').map(|word| vocabulary.add(word)), known.get(english));
            if let (Some(first), Some(&verb)) = (words.next(), verb) {
                self.add(first, Entry { rest: words.collect(), ..foreign(verb) });
            }
        }
        let forms = vocabulary.translate(|vocabulary, english| {
            let verb = *known.get(english)?;
            // No word has a space.
            let id = vocabulary.add(&format_compact!("to {english}"));
            self.add(id, foreign(verb));
            Some(id)
        });
        for (word, id) in forms {
            let verb = self.starting_with(id)[0].verb;
            if self.starting_with(word).iter().all(|entry| !entry.rest.is_empty()) {
                self.add(word, foreign(verb));
            }
        }
    }

    fn add(&mut self, first: Id, entry: Entry) {
        let needed = self.entries.len().max(first.index() + 1);
        self.entries.resize_with(needed, Vec::new);
        self.entries[first.index()].push(entry);
    }

    /// `reprocess` is to process again: a verb in `re-` that no rule knows means what the verb without it means.
    fn add_repeated(&mut self, vocabulary: &mut Vocabulary) {
        let repeats = |first: &CompactString, entry: &Entry| {
            let single = entry.rest.is_empty() && entry.form != Form::Foreign && first.len() > 3 && first.is_ascii();
            single.then(|| (format_compact!("re{first}"), Entry { rest: Vec::new(), ..*entry }))
        };
        let entries = vocabulary
            .words()
            .flat_map(|(first, id)| self.starting_with(id).iter().filter_map(move |entry| repeats(first, entry)));
        let is_new = |(text, _): &(CompactString, Entry)| self.starting_with(vocabulary.known(text).id).is_empty();
        let repeated: Vec<(CompactString, Entry)> = entries.filter(is_new).collect();
        for (text, entry) in repeated {
            self.add(vocabulary.add(&text), entry);
        }
    }

    /// A verb in `re-` that rules know with certain things only ("regenerate *a key*") otherwise means what the verb without it means.
    fn widen_repeated(&mut self, known: &HashMap<String, usize>, rules: &[Rule]) {
        let is_bare = |sense: &&Sense| rules[sense.rule].when[sense.when].is_bare();
        for (text, &verb) in known {
            let Some(&single) = text.strip_prefix("re").and_then(|single| known.get(single)) else { continue };
            if !self.verbs[verb].iter().any(|sense| is_bare(&sense)) {
                let senses: Vec<Sense> = self.verbs[single].iter().filter(is_bare).copied().collect();
                self.verbs[verb].extend(senses);
            }
        }
    }

    /// What rules mean by a verb.
    pub(crate) fn senses(&self, verb: usize) -> &[Sense] {
        &self.verbs[verb]
    }

    /// The same, with what each of them asks of an action.
    pub(crate) fn glances(&self, verb: usize) -> &[Glance] {
        &self.glances[verb]
    }

    /// The ways of rules that are about the tool as a whole, as far as they may have something to say of one that says this.
    pub(crate) fn tool_senses(&self, said: Said<'_>) -> Vec<Sense> {
        self.gates.possible(said).iter().map(|way| self.tool[way]).collect()
    }

    /// The ways of rules that are about parts of a definition that disagree.
    pub(crate) fn disagreements(&self) -> &[Sense] {
        &self.disagreements
    }

    /// Whether every rule that knows the verb and speaks for a class says it only reads: signals decide nothing.
    pub(crate) fn only_reads(&self, verb: usize) -> bool {
        self.effects[verb].any & !Effects::bit(Class::Read) == 0
    }

    /// Whether the verb by itself, whatever it is done to, only reads.
    pub(crate) fn usually_reads(&self, verb: usize) -> bool {
        self.effects[verb].bare == Effects::bit(Class::Read)
    }

    /// Whether the verb alone says what class it is, whatever it is done to.
    pub(crate) fn says_enough(&self, verb: usize) -> bool {
        self.effects[verb].bare != 0
    }

    /// Whether the verb reads, unless what it is done to says otherwise.
    pub(crate) fn reads(&self, verb: usize) -> bool {
        self.only_reads(verb) || self.usually_reads(verb)
    }

    /// Whether some rule that knows the verb says it has this effect.
    pub(crate) fn may(&self, verb: usize, effect: Class) -> bool {
        self.effects[verb].any & Effects::bit(effect) != 0
    }

    /// The words that tell a passive of what is to come: "will be deleted".
    pub(crate) fn passive(&self) -> (Id, Id) {
        self.passive
    }

    /// The longest verb that starts at `at`, in a form that `fits`.
    pub(crate) fn at(&self, words: &[Word], at: usize, fits: impl Fn(Form) -> bool) -> Option<Found> {
        let first = words.get(at)?;
        self.entries_of(first).iter().find_map(|entry| {
            let rest = words.get(at + 1..at + 1 + entry.rest.len())?;
            let same = rest.iter().zip(&entry.rest).all(|(word, wanted)| word.known.id == *wanted && word.gap < Gap::Comma);
            (same && fits(entry.form)).then(|| Found { verb: entry.verb, words: 1 + entry.rest.len(), form: entry.form })
        })
    }

    /// The verb of another language that two words make which stand apart in a sentence: "ab" and "ruft".
    pub(crate) fn compound(&self, first: &Word, last: &Word) -> Option<usize> {
        let mut compound = CompactString::from(&*first.text());
        compound.push_str(&last.text());
        let known = recent::read(|recent| recent.known(&compound));
        self.starting_with(known.verb)
            .iter()
            .find(|entry| entry.form == Form::Foreign && entry.rest.is_empty())
            .map(|entry| entry.verb)
    }

    /// The entries for a word. Korean glues endings to the stem (삭제합니다), so that its words are also looked up by their start,
    /// unless what follows makes a thing of it: 시작일 is the day of the start.
    fn entries_of(&self, word: &Word) -> &[Entry] {
        let exact = self.starting_with(word.known.verb);
        if !exact.is_empty() || word.script != Script::VerbLast {
            return exact;
        }
        let text = word.text();
        if !text.starts_with(|first| matches!(first, '가'..='힣')) {
            return exact;
        }
        let ends = text.char_indices().map(|(at, _)| at).skip(2);
        let verbal =
            ends.filter(|end| text[*end..].starts_with(KOREAN_ENDINGS) && !text[*end..].starts_with(KOREAN_NOUN_ENDINGS));
        let stems = verbal.map(|end| self.starting_with(recent::read(|recent| recent.known(&text[..end])).id));
        stems.filter(|entries| !entries.is_empty()).last().unwrap_or_default()
    }

    /// The entries whose first word this is.
    fn starting_with(&self, first: Id) -> &[Entry] {
        self.entries.get(first.index()).map(Vec::as_slice).unwrap_or_default()
    }
}
