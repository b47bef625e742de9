//! Byte-pair merges: how many tokens a piece becomes.

use fst::Map;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Longest piece looked up as a whole: the longest token there is, in bytes.
const LONGEST_TOKEN: usize = 128;

/// What `next` holds for a part that was merged into the one before it.
const GONE: usize = 0;

/// Tokens in one piece: 1 when it is a token itself, else what is left when no two neighbours merge any more.
///
/// Merges go by rank, then from the left. A heap keeps this O(n log n): a piece can be a megabyte of one letter.
pub(super) fn count(ranks: &Map<&[u8]>, piece: &[u8]) -> usize {
    if piece.len() < 2 || (piece.len() <= LONGEST_TOKEN && ranks.contains_key(piece)) {
        return usize::from(!piece.is_empty());
    }
    let end = piece.len();
    // A part is known by where it starts; `next[start]` is where it ends and the next one starts.
    let mut next: Vec<usize> = (1..=end).collect();
    let mut previous: Vec<usize> = (0..end).map(|start| start.saturating_sub(1)).collect();
    let pair = |start: usize, stop: usize| ranks.get(&piece[start..stop]).map(|rank| Reverse((rank, start, stop)));
    let mut heap: BinaryHeap<_> = (0..end - 1).filter_map(|start| pair(start, start + 2)).collect();
    let mut parts = end;
    while let Some(Reverse((_, start, stop))) = heap.pop() {
        let middle = next[start];
        if middle == GONE || middle == end || next[middle] != stop {
            continue; // One of the two has merged since.
        }
        next[start] = stop;
        next[middle] = GONE;
        parts -= 1;
        if stop < end {
            previous[stop] = start;
            heap.extend(pair(start, next[stop]));
        }
        if start > 0 {
            heap.extend(pair(previous[start], stop));
        }
    }
    parts
}
