//! The ways of all rules about wording, found by the rarest of the steps that each of them needs: most texts have none of it.

use super::openings::{Mark, Openings};
use super::{Kind, Rule, Sense, Step, When};
use crate::numbers::Numbers;
use crate::words::{self, Word};
use rustc_hash::FxHashMap;
use std::collections::HashMap;

/// Ways of rules, by number.
pub(crate) type Ways = Numbers<8>;
/// Steps of ways, by slot.
pub(crate) type Slots = Numbers<28>;

/// Every phrase of every step, and every way of a rule to find wording.
#[derive(Debug, Default)]
pub struct Wording {
    phrases: Openings,
    known: HashMap<String, usize>,
    /// The steps that phrases are of: most phrases share theirs with others.
    groups: Vec<Group>,
    /// The ways whose steps are all kinds of words, or phrases that stand for one as well.
    unkeyed: Ways,
    /// The ways that look for hidden characters.
    hidden: Ways,
    /// The ways that look for markup.
    markup: Ways,
    /// The ways that look for encoded or disguised text.
    encoded: Ways,
    /// The slots of the groups that tell a tool that examines attacks from one that is an attack.
    pub(crate) reports: [usize; 2],
    /// The ways of rules, with their steps as slots.
    pub(crate) ways: Vec<Way>,
}

/// Steps that have the same phrases.
#[derive(Debug)]
struct Group {
    slots: Slots,
    /// The ways of which one of them is the rarest that they need.
    ways: Ways,
    /// Whether there are such ways.
    decides: bool,
}

/// One way of a rule: its steps by number.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) sense: Sense,
    /// The slots of the steps that are phrases and nothing else, the rarest first.
    needs: Vec<usize>,
    /// For each other step that is no phrase, the kinds of words that it may be.
    kinds: Vec<Vec<Kind>>,
    /// A slot for each step of `order`.
    pub(crate) order: Vec<usize>,
    /// A slot for each step of `together`.
    pub(crate) together: Vec<usize>,
    /// A slot for what must not stand in between.
    pub(crate) unless: Vec<usize>,
    /// A slot for what must not follow.
    pub(crate) after: Vec<usize>,
    /// A slot for what a comment must say.
    pub(crate) comment: Vec<usize>,
}

/// What a text shows at a glance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks<'t> {
    text: &'t str,
    /// There are characters that may be hidden.
    pub(crate) hidden: bool,
    /// There are characters that markup starts with.
    pub(crate) markup: bool,
    /// How many digits there are.
    pub(crate) digits: usize,
}

impl<'t> Looks<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        // Of what is ASCII, only the escape character is hidden.
        let hidden = any(text, |byte| !byte.is_ascii() | (byte == 0x1b));
        // Tags, marks and comments start with these.
        let markup = any(text, |byte| (byte == b'<') | (byte == b'[') | (byte == b'#'));
        let digits = any(text, |byte| byte.is_ascii_digit());
        let digits = if digits { text.bytes().filter(u8::is_ascii_digit).count() } else { 0 };
        Self { text, hidden, markup, digits }
    }

    /// Whether words of a kind may stand in the text.
    fn allow(self, kind: Kind) -> bool {
        let quotes = |byte: u8| !byte.is_ascii() | (byte == b'"') | (byte == b'\'') | (byte == b'`') | (byte == b'*');
        match kind {
            Kind::Mail => any(self.text, |byte| byte == b'@'),
            Kind::Url => any(self.text, |byte| byte == b':'),
            Kind::Home => any(self.text, |byte| (byte == b'/') | (byte == b'\\')),
            Kind::Number => self.digits > 0,
            Kind::Fixed => any(self.text, |byte| byte == b'='),
            Kind::Value => any(self.text, quotes),
            Kind::Tool | Kind::Parameter | Kind::Slot | Kind::End => true,
        }
    }
}

/// Whether some byte is such a one: a loop of nothing but comparisons looks at many at once.
fn any(text: &str, is_such: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(false, |found, byte| found | is_such(byte))
}

impl Way {
    /// Whether each of its steps may stand in a text with marks of these slots.
    fn may_stand(&self, marked: &Slots, looks: Looks<'_>) -> bool {
        let may_be = |kinds: &Vec<Kind>| kinds.iter().any(|kind| looks.allow(*kind));
        self.needs.iter().all(|slot| marked.has(*slot)) && self.kinds.iter().all(may_be)
    }
}

impl Wording {
    /// Collects the steps of rules.
    pub(super) fn new(rules: &[Rule], reports: &[Step; 2]) -> Self {
        let mut wording = Self::default();
        wording.reports = reports.each_ref().map(|step| wording.slot(step));
        for (rule, entry) in rules.iter().enumerate() {
            for (when, condition) in entry.when.iter().enumerate().filter(|(_, when)| when.is_about_wording()) {
                let mut slots = |steps: &[Step]| -> Vec<usize> { steps.iter().map(|step| wording.slot(step)).collect() };
                let (order, together) = (slots(&condition.order), slots(&condition.together));
                let (unless, after) = (slots(&condition.unless_between), slots(&condition.unless_after));
                let comment = slots(&condition.comment);
                let needs = needs(&condition.order, &order).chain(needs(&condition.together, &together)).collect();
                let kinds = condition.order.iter().chain(&condition.together).filter(|step| step.phrases.is_empty());
                let kinds = kinds.map(|step| step.kinds.clone()).collect();
                wording.add_looks(condition);
                wording.ways.push(Way { sense: Sense { rule, when }, needs, kinds, order, together, unless, after, comment });
            }
        }
        wording.group();
        wording.key(rules);
        wording
    }

    /// Finds the phrases that are of the same steps.
    fn group(&mut self) {
        let mut known: FxHashMap<Vec<usize>, usize> = FxHashMap::default();
        self.phrases.finish(|slots| {
            *known.entry(slots.to_vec()).or_insert_with(|| {
                let slots = slots.iter().copied().collect();
                self.groups.push(Group { slots, ways: Ways::default(), decides: false });
                self.groups.len() - 1
            })
        });
    }

    /// Says when to try each way: where the step stands that is the rarest of those that it needs, in the examples of rules that are about
    /// something else.
    fn key(&mut self, rules: &[Rule]) {
        let mut counts = vec![0_usize; self.known.len()];
        let ordinary = rules.iter().filter(|rule| !rule.when.iter().any(When::is_about_wording));
        for text in ordinary.flat_map(|rule| &rule.examples).filter_map(|example| example.tool.description()) {
            for mark in self.marks(&words::prose(text)) {
                self.slots(&mark).iter().for_each(|slot| counts[slot] += 1);
            }
        }
        let mut keyed = vec![Ways::default(); self.known.len()];
        for (number, way) in self.ways.iter_mut().enumerate() {
            way.needs.sort_by_key(|slot| counts[*slot]);
            match way.needs.first() {
                Some(rarest) => keyed[*rarest].add(number),
                None if !(way.order.is_empty() && way.together.is_empty()) => self.unkeyed.add(number),
                None => {}
            }
        }
        for group in &mut self.groups {
            group.slots.iter().for_each(|slot| group.ways.add_all(&keyed[slot]));
            group.decides = group.ways != Ways::default();
        }
    }

    /// Says what the way that is added next looks for besides steps.
    fn add_looks(&mut self, when: &When) {
        let way = self.ways.len();
        if !when.hidden.is_empty() {
            self.hidden.add(way);
        }
        if !(when.tag.is_empty() && when.marker.is_empty() && when.comment.is_empty()) {
            self.markup.add(way);
        }
        if when.encoded.is_some() || !when.disguised.is_empty() {
            self.encoded.add(way);
        }
    }

    /// The number of a step; the same step in several rules has one.
    fn slot(&mut self, step: &Step) -> usize {
        let next = self.known.len();
        let slot = *self.known.entry(step.text.clone()).or_insert(next);
        if slot == next {
            for pattern in &step.phrases {
                self.phrases.add(pattern, slot);
            }
        }
        slot
    }

    /// Every place of a text where a phrase of a step stands, in order.
    pub(crate) fn marks(&self, words: &[Word]) -> Vec<Mark> {
        self.phrases.marks(words)
    }

    /// The steps that the phrase of a mark is of.
    pub(crate) fn slots(&self, mark: &Mark) -> &Slots {
        &self.groups[mark.group].slots
    }

    /// The ways that may find something in a text with these marks, in order, and the slots that the marks are of – none where nobody
    /// asks.
    pub(crate) fn possible(&self, marks: &[Mark], looks: Looks<'_>) -> (Ways, Slots) {
        let (mut keyed, mut marked) = (self.unkeyed, Slots::default());
        for group in marks.iter().map(|mark| &self.groups[mark.group]).filter(|group| group.decides) {
            keyed.add_all(&group.ways);
        }
        let mut ways = self.encoded;
        if !marks.is_empty() && (looks.markup || keyed != Ways::default()) {
            marks.iter().for_each(|mark| marked.add_all(self.slots(mark)));
            let possible = |way: &usize| self.ways[*way].may_stand(&marked, looks);
            keyed.iter().filter(possible).for_each(|way| ways.add(way));
        }
        for (_, more) in [(looks.hidden, &self.hidden), (looks.markup, &self.markup)].into_iter().filter(|(wanted, _)| *wanted) {
            ways.add_all(more);
        }
        (ways, marked)
    }
}

/// The slots of steps that are phrases and nothing else.
fn needs(steps: &[Step], slots: &[usize]) -> impl Iterator<Item = usize> {
    steps.iter().zip(slots).filter(|(step, _)| step.kinds.is_empty()).map(|(_, slot)| *slot)
}
