//! Recent words: texts repeat the words that rules do not know, and to look up what another language means by one takes long. So
//! many of them are remembered, by each thread for itself.

use super::Key;
use crate::languages::Meaning;
use std::cell::RefCell;

/// How many words are remembered. A new one takes the place of an old one.
const MOST: usize = 1024;

thread_local! {
    static WORDS: RefCell<Vec<(Key, Option<Meaning>)>> = const { RefCell::new(Vec::new()) };
}

/// What a word means, looked up unless it is remembered.
pub(super) fn meaning(word: &Key, look_up: impl FnOnce(&Key) -> Option<Meaning>) -> Option<Meaning> {
    WORDS.with_borrow_mut(|words| {
        if words.is_empty() {
            // The word that each place opens with is none, and means nothing.
            words.resize(MOST, (Key::default(), None));
        }
        let (known, meaning) = &mut words[place(word)];
        if known != word {
            (*known, *meaning) = (*word, look_up(word));
        }
        *meaning
    })
}

/// Where a word is remembered: the upper bits of a product depend on all of it.
fn place(word: &Key) -> usize {
    let mixed = word.0.iter().fold(0_u64, |mixed, part| (mixed.rotate_left(5) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (mixed >> (64 - MOST.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_what_it_did_whatever_was_looked_up_since() {
        let words: Vec<String> = (0..4 * MOST).map(|number| format!("word{number}")).collect();
        let looked_up = |key: &Key| Some(Meaning { noun: (key.0[0] >> 32) as u16, verb: key.0[1] as u16, ..Meaning::default() });
        for word in words.iter().chain(&words).chain(&words[..9]).chain(&words[..9]) {
            let key = Key::new(word).unwrap();
            assert_eq!(meaning(&key, looked_up), looked_up(&key), "{word}");
        }
        let key = Key::new("word8").unwrap();
        assert_eq!(meaning(&key, |_| panic!("it is remembered")), looked_up(&key));
    }
}
