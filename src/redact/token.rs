//! Tokens by their look: well-known prefixes, and long random runs.

use super::{MASK, pieces};

/// Masks the parts of a word that are tokens by their look.
pub(super) fn mask(word: &str) -> String {
    let mut masked = String::with_capacity(word.len());
    for piece in pieces(word, |character: char| !character.is_ascii_alphanumeric() && !"_-.+".contains(character)) {
        match token_prefix(piece) {
            Some(prefix) => {
                masked.push_str(prefix);
                masked.push_str(MASK);
            }
            None if looks_random(piece) => masked.push_str(MASK),
            None => masked.push_str(piece),
        }
    }
    masked
}

/// How well-known tokens begin, and how long they are at least.
const PREFIXES: [(&str, usize); 40] = [
    ("sk_live_", 12),
    ("sk_test_", 12),
    ("rk_live_", 12),
    ("rk_test_", 12),
    ("whsec_", 16),
    ("sk-", 16),
    ("ghp_", 12),
    ("gho_", 12),
    ("ghu_", 12),
    ("ghs_", 12),
    ("ghr_", 12),
    ("github_pat_", 16),
    ("glpat-", 12),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xoxa-", 10),
    ("xoxs-", 10),
    ("xoxe-", 10),
    ("xapp-", 10),
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 30),
    ("ya29.", 20),
    ("eyJ", 20),
    ("npm_", 36),
    ("pypi-AgE", 20),
    ("hf_", 20),
    ("dop_v1_", 20),
    ("shpat_", 16),
    ("shpss_", 16),
    ("SG.", 30),
    ("sntrys_", 20),
    ("lin_api_", 16),
    ("figd_", 16),
    ("pplx-", 16),
    ("tvly-", 16),
    ("gsk_", 20),
    ("r8_", 20),
    ("ntn_", 20),
    ("secret_", 24),
];

fn token_prefix(word: &str) -> Option<&'static str> {
    PREFIXES.iter().find(|(prefix, least)| word.starts_with(prefix) && word.len() >= *least).map(|(prefix, _)| *prefix)
}

/// 32 hexadecimal digits, or 32 characters of base64 with capitals, small letters and digits well mixed.
fn looks_random(word: &str) -> bool {
    word.split(['.', '=']).any(|part| {
        let count = |is: fn(&u8) -> bool| part.bytes().filter(is).count();
        let digits = count(u8::is_ascii_digit);
        part.len() >= 32
            && ((digits > 0 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
                || (digits >= 3 && count(u8::is_ascii_uppercase) >= 3 && count(u8::is_ascii_lowercase) >= 3))
    })
}
