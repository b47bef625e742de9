//! Automata of regular expressions, and a text that some of them accept and others do not.

use super::Undecided;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::rc::Rc;

/// The most memory that one automaton may take, in bytes.
const LARGEST: usize = 4 << 20;
/// How many automata are kept; a policy repeats its patterns from tool to tool.
const MOST_KEPT: usize = 64;
/// The most states of all automata together that are visited.
const MOST_STATES: usize = 50_000;
/// Every text: what is not UTF-8 is none.
const ANY: &str = r"\A(?s:.)*\z";

type Dfa = dense::DFA<Vec<u32>>;

/// Automata that were built, by their patterns.
#[derive(Default)]
pub(super) struct Automata {
    built: RefCell<FxHashMap<String, Option<Rc<Dfa>>>>,
}

/// A pattern, and whether a text is to match it.
pub(super) struct Wanted {
    /// Anchored at both ends.
    pub(super) pattern: String,
    /// Whether it matches.
    pub(super) matches: bool,
}

/// A state of everything at once: one of each automaton, and how far along the excluded texts.
type State = (Vec<StateID>, usize);

impl Automata {
    /// A shortest text that matches and does not match as wanted, other than these.
    ///
    /// # Errors
    /// When an automaton, or all of them together, would be too large.
    pub(super) fn text(&self, wanted: &[Wanted], excluded: &[&str]) -> Result<Option<String>, Undecided> {
        let any = Wanted { pattern: ANY.to_owned(), matches: true };
        let machines: Vec<(Rc<Dfa>, bool)> = wanted
            .iter()
            .chain([&any])
            .map(|wanted| Ok((self.dfa(&wanted.pattern).ok_or(Undecided::Pattern)?, wanted.matches)))
            .collect::<Result<_, _>>()?;
        let trie = Trie::of(excluded);
        let start: Vec<StateID> = machines
            .iter()
            .map(|(dfa, _)| dfa.start_state_forward(&Input::new("").anchored(Anchored::Yes)).map_err(|_| Undecided::Pattern))
            .collect::<Result<_, _>>()?;
        let bytes = bytes(&machines, excluded);
        let mut seen: FxHashSet<State> = FxHashSet::default();
        // Each state with the one before it and the byte between them.
        let mut queue: Vec<(State, usize, u8)> = vec![((start, Trie::ROOT), usize::MAX, 0)];
        let mut next = 0;
        while next < queue.len() {
            let (states, node) = queue[next].0.clone();
            let accepted = machines
                .iter()
                .zip(&states)
                .all(|((dfa, matches), state)| dfa.is_match_state(dfa.next_eoi_state(*state)) == *matches);
            if accepted && !trie.ends_at(node) {
                return Ok(Some(spell(&queue, next)));
            }
            for byte in &bytes {
                let to: Vec<StateID> =
                    machines.iter().zip(&states).map(|((dfa, _), state)| dfa.next_state(*state, *byte)).collect();
                if machines.iter().zip(&to).any(|((dfa, _), state)| dfa.is_quit_state(*state)) {
                    return Err(Undecided::Pattern);
                }
                // What must match never will.
                if machines.iter().zip(&to).any(|((dfa, matches), state)| *matches && dfa.is_dead_state(*state)) {
                    continue;
                }
                let state = (to, trie.next(node, *byte));
                if seen.insert(state.clone()) {
                    queue.push((state, next, *byte));
                }
            }
            if queue.len() > MOST_STATES {
                return Err(Undecided::Patterns);
            }
            next += 1;
        }
        Ok(None)
    }

    fn dfa(&self, pattern: &str) -> Option<Rc<Dfa>> {
        if let Some(known) = self.built.borrow().get(pattern) {
            return known.clone();
        }
        let limits = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .accelerate(false)
            .dfa_size_limit(Some(LARGEST))
            .determinize_size_limit(Some(LARGEST));
        let built = dense::Builder::new().configure(limits).build(pattern).ok().map(Rc::new);
        let mut kept = self.built.borrow_mut();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(pattern.to_owned(), built.clone());
        built
    }
}

/// One byte of each kind that the automata and the excluded texts tell apart, the plainest of each.
fn bytes(machines: &[(Rc<Dfa>, bool)], excluded: &[&str]) -> Vec<u8> {
    let spelled: FxHashSet<u8> = excluded.iter().flat_map(|text| text.bytes()).collect();
    let plain = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(b' '..=b'~').chain(0..=255);
    let mut seen = FxHashSet::default();
    let kind = |byte: u8| -> (Vec<u8>, Option<u8>) {
        (machines.iter().map(|(dfa, _)| dfa.byte_classes().get(byte)).collect(), spelled.contains(&byte).then_some(byte))
    };
    plain.filter(|byte| seen.insert(kind(*byte))).collect()
}

/// The text that leads to a state.
fn spell(queue: &[(State, usize, u8)], mut at: usize) -> String {
    let mut bytes = Vec::new();
    while let Some((_, before, byte)) = queue.get(at).filter(|(_, before, _)| *before != usize::MAX) {
        bytes.push(*byte);
        at = *before;
    }
    bytes.reverse();
    // One of the automata accepts nothing that is not UTF-8.
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The excluded texts, as a tree of their bytes.
struct Trie {
    nodes: Vec<(FxHashMap<u8, usize>, bool)>,
}

impl Trie {
    const ROOT: usize = 0;
    /// Off the tree.
    const OFF: usize = usize::MAX;

    fn of(texts: &[&str]) -> Self {
        let mut nodes = vec![(FxHashMap::default(), false)];
        for text in texts {
            let mut node = Self::ROOT;
            for byte in text.bytes() {
                let fresh = nodes.len();
                let next = *nodes[node].0.entry(byte).or_insert(fresh);
                if next == fresh {
                    nodes.push((FxHashMap::default(), false));
                }
                node = next;
            }
            nodes[node].1 = true;
        }
        Self { nodes }
    }

    fn next(&self, node: usize, byte: u8) -> usize {
        self.nodes.get(node).and_then(|(next, _)| next.get(&byte).copied()).unwrap_or(Self::OFF)
    }

    fn ends_at(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|(_, ends)| *ends)
    }
}
