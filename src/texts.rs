//! Many texts in few pieces of memory, none of which is ever moved: no allocation for each text, no copy as they become more, and
//! nothing left behind between others' memory when all of them go.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a piece is, in bytes: as long as all before it, within these bounds.
const PIECE: (usize, usize) = (4 << 10, 1 << 20);

/// Pieces of the full length that are kept to be used again: an allocator has a heap for each thread, and each of them would come
/// to hold as much as the longest list.
static SPARE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// How many are kept.
const SPARE_MOST: usize = 48;

/// A list of texts.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    pieces: Vec<Piece>,
    len: usize,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Piece {
    all: String,
    /// Where each of its texts ends.
    ends: Vec<usize>,
}

impl Piece {
    fn new(capacity: usize) -> Self {
        let spare = if capacity == PIECE.1 { spare().pop() } else { None };
        Self { all: spare.unwrap_or_else(|| String::with_capacity(capacity)), ends: Vec::new() }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let mut spare = spare();
        if self.all.capacity() == PIECE.1 && spare.len() < SPARE_MOST {
            self.all.clear();
            spare.push(std::mem::take(&mut self.all));
        }
    }
}

fn spare() -> MutexGuard<'static, Vec<String>> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Texts {
    /// Adds a text at the end.
    pub fn push(&mut self, text: &str) {
        let has_room = |piece: &Piece| piece.all.capacity() - piece.all.len() >= text.len();
        if !self.pieces.last().is_some_and(has_room) {
            let capacity = self.bytes.clamp(PIECE.0, PIECE.1).max(text.len());
            self.pieces.push(Piece::new(capacity));
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.all.push_str(text);
            piece.ends.push(piece.all.len());
        }
        self.len += 1;
        self.bytes += text.len();
    }

    /// Adds others at the end.
    pub fn append(&mut self, others: Self) {
        self.pieces.extend(others.pieces);
        self.len += others.len;
        self.bytes += others.bytes;
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How long they are together, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.pieces.iter().flat_map(|piece| {
            let starts = std::iter::once(0).chain(piece.ends.iter().copied());
            starts.zip(&piece.ends).map(|(start, end)| &piece.all[start..*end])
        })
    }
}

impl<'a> Extend<&'a str> for Texts {
    fn extend<I: IntoIterator<Item = &'a str>>(&mut self, texts: I) {
        texts.into_iter().for_each(|text| self.push(text));
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, Texts};

    #[test]
    fn texts_stay_apart() {
        let mut texts = Texts::default();
        assert!(texts.is_empty() && texts.iter().next().is_none());
        let long = "x".repeat(PIECE.0 + 1);
        let given = ["a", "", "ä€", &long, "", "b"];
        texts.extend(given);
        assert_eq!(texts.iter().collect::<Vec<_>>(), given);
        assert_eq!((texts.len(), texts.bytes()), (6, 7 + long.len()));
        texts.append(texts.clone());
        assert_eq!(texts.iter().collect::<Vec<_>>(), [given, given].concat());
    }

    #[test]
    fn many_texts_take_little_more_than_they_are_long() {
        let mut texts = Texts::default();
        texts.extend(std::iter::repeat_n("a definition of a tool", 100_000));
        let taken: usize = texts.pieces.iter().map(|piece| piece.all.capacity()).sum();
        assert!(taken < texts.bytes() + 2 * PIECE.1, "{taken}");
        // What was used before is empty when it is used again.
        drop(texts);
        let mut texts = Texts::default();
        texts.extend(std::iter::repeat_n("another", 300_000));
        assert!(texts.iter().all(|text| text == "another"));
    }
}
