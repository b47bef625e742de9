//! Long runs: where something holds of many places in a row. Most of a text is not even looked at.

use std::ops::Range;

/// Every longest run of at least `least` of so many places of which all are such.
pub(super) fn runs(places: usize, least: usize, is_such: impl Fn(usize) -> bool) -> impl Iterator<Item = Range<usize>> {
    // A run that is that long cannot pass between two looks that are so far apart.
    let mut at = least - 1;
    std::iter::from_fn(move || {
        while at < places {
            if !is_such(at) {
                at += least;
                continue;
            }
            let start = (0..at).rev().find(|&before| !is_such(before)).map_or(0, |before| before + 1);
            let end = (at + 1..places).find(|&after| !is_such(after)).unwrap_or(places);
            at = end + least;
            if end - start >= least {
                return Some(start..end);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn long_runs_are_found_and_short_ones_left_out() {
        let of = |text: &str, least| -> Vec<_> { runs(text.len(), least, |at| text.as_bytes()[at] == b'x').collect() };
        assert_eq!(of("xxx-xx-xxxx", 3), [0..3, 7..11]);
        assert_eq!(of("-xxx", 3), std::iter::once(1..4).collect::<Vec<_>>());
        assert_eq!(of("x-x", 1), [0..1, 2..3]);
        assert!(of("", 1).is_empty() && of("xx", 3).is_empty());
    }
}
