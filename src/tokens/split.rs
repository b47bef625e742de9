//! Splits text into the pieces that tokens never cross.

use regex::Regex;
use std::sync::LazyLock;

/// The pattern of `o200k_base`, but for its `\s+(?!\S)`: no look-ahead here, so [`pieces`] does that by hand.
static PIECE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+",
    ];
    Regex::new(&pattern.join("|")).expect("a constant pattern")
});

thread_local! {
    /// One for each thread: they would wait for each other at every piece, for what a search keeps in mind.
    static OWN: Regex = PIECE.clone();
}

/// The pieces of a text, in order; together they are the text.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = OWN.with(|piece| piece.find_at(text, at))?;
        let piece = &text[at..];
        let piece = leave_last_space(&piece[..found.end() - at], &piece[found.end() - at..]);
        at += piece.len();
        Some(piece)
    })
}

/// White space before a word leaves its last character to that word, unless it ends a line or is all there is.
fn leave_last_space<'a>(piece: &'a str, rest: &str) -> &'a str {
    let mut characters = piece.char_indices();
    match characters.next_back() {
        Some((last, character))
            if last > 0 && !rest.is_empty() && character.is_whitespace() && !matches!(character, '\r' | '\n') =>
        {
            // A piece that ends in a space is all white space: no other branch of the pattern ends in one.
            &piece[..last]
        }
        _ => piece,
    }
}
