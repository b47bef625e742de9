//! Encoded text: runs of base64, base32 or hexadecimal that decode to words.

use super::Found;
use super::passages::Passage;
use super::runs::runs;
use std::ops::Range;

/// What of a decoded text the signal shows, in characters.
const SHOWN: usize = 80;
/// Words that make decoded characters a text.
const WORDS: usize = 3;

/// Calls `found` for every run of at least `least` characters that decodes to words.
pub(super) fn find(least: usize, passage: &Passage<'_>, mut found: impl FnMut(Found)) {
    let bytes = passage.source.as_bytes();
    for Range { start, end } in runs(bytes.len(), least, |at| is_base64(bytes[at])) {
        if let Some(text) = decoded(&passage.source[start..end]) {
            found(Found { start, end, fill: Some(text.chars().take(SHOWN).collect()) });
        }
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

fn decoded(run: &str) -> Option<String> {
    [hexadecimal(run), base32(run.trim_end_matches('=')), base64(run.trim_end_matches('='))].into_iter().flatten().find_map(
        |bytes| {
            let text = String::from_utf8(bytes).ok()?;
            let readable = text.chars().all(|c| !c.is_control() || c.is_whitespace());
            (readable && text.split_whitespace().count() >= WORDS).then_some(text)
        },
    )
}

fn hexadecimal(run: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = run.chars().map(|c| c.to_digit(16)).collect();
    let pairs = digits.filter(|digits| digits.len() % 2 == 0)?;
    pairs.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

fn base32(run: &str) -> Option<Vec<u8>> {
    packed(run, 5, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    })
}

fn base64(run: &str) -> Option<Vec<u8>> {
    packed(run, 6, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    })
}

/// The bytes of characters that stand for so many bits each.
fn packed(run: &str, width: u32, value: impl Fn(u8) -> Option<u8>) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(run.len());
    let (mut bits, mut count) = (0_u32, 0);
    for byte in run.bytes() {
        bits = (bits << width | u32::from(value(byte)?)) & 0xff_ffff;
        count += width;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}
