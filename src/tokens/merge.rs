//! Byte-pair merges: how many tokens a piece becomes.

use fst::Map;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Longest piece looked up as a whole: the longest token there is, in bytes.
const LONGEST_TOKEN: usize = 128;

/// What `next` holds for a part that was merged into the one before it.
const GONE: u32 = 0;

/// Tokens in one piece: 1 when it is a token itself, else what is left when no two neighbours merge any more.
///
/// Merges go by rank, then from the left. A heap keeps this O(n log n): a piece can be a megabyte of one letter.
pub(super) fn count(ranks: &Map<&[u8]>, piece: &[u8]) -> usize {
    if piece.len() < 2 || (piece.len() <= LONGEST_TOKEN && ranks.contains_key(piece)) {
        return usize::from(!piece.is_empty());
    }
    // Positions and ranks as u32 halve what a huge piece takes; no definition comes near 4 GB.
    let Ok(end) = u32::try_from(piece.len()) else { return piece.len() };
    // A part is known by where it starts; `next[start]` is where it ends and the next one starts.
    let mut next: Vec<u32> = (1..=end).collect();
    let mut previous: Vec<u32> = (0..end).map(|start| start.saturating_sub(1)).collect();
    let pair = |start: u32, stop: u32| {
        let rank = ranks.get(&piece[start as usize..stop as usize])?;
        u32::try_from(rank).ok().map(|rank| Reverse((rank, start, stop)))
    };
    let mut heap: BinaryHeap<Reverse<(u32, u32, u32)>> = (0..end - 1).filter_map(|start| pair(start, start + 2)).collect();
    let mut parts = piece.len();
    while let Some(Reverse((_, start, stop))) = heap.pop() {
        let middle = next[start as usize];
        if middle == GONE || middle == end || next[middle as usize] != stop {
            continue; // One of the two has merged since.
        }
        next[start as usize] = stop;
        next[middle as usize] = GONE;
        parts -= 1;
        if stop < end {
            previous[stop as usize] = start;
            heap.extend(pair(start, next[stop as usize]));
        }
        if start > 0 {
            heap.extend(pair(previous[start as usize], stop));
        }
    }
    parts
}
