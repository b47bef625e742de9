//! Hidden characters: what a text carries that the eye does not see, or takes for something else.

use super::Found;
use super::passages::Passage;
use crate::rules::Hidden;

/// The emoji that are spelled with tag characters: the flags of England, Scotland and Wales.
const FLAGS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// Words of two scripts that are no accident in a sentence: one may be a unit or a formula.
const MIXED: usize = 3;

/// Calls `found` for every run of hidden characters; runs of tags and of variation selectors are decoded.
pub(super) fn find(kinds: &[Hidden], passage: &Passage<'_>, mut found: impl FnMut(Found)) {
    let look_alike = kinds.contains(&Hidden::LookAlikes) && passage.source.chars().any(is_foreign);
    if !look_alike && !passage.source.chars().any(may_hide) {
        return;
    }
    let (places, text): (Vec<usize>, Vec<char>) = passage.source.char_indices().unzip();
    let byte = |at: usize| places.get(at).copied().unwrap_or(passage.source.len());
    let mut found =
        |start: usize, end: usize, fill: String| found(Found { start: byte(start), end: byte(end), fill: Some(fill) });
    if look_alike {
        look_alikes(&text, if passage.name { 1 } else { MIXED }, &mut found);
    }
    let mut at = 0;
    while at < text.len() {
        let Some(kind) = kind(&text, at).filter(|kind| kinds.contains(kind)) else {
            at += 1;
            continue;
        };
        let mut end = at + 1;
        while end < text.len() && self::kind(&text, end).is_some() {
            end += 1;
        }
        let fill = decoded(&text[at..end]).unwrap_or_else(|| name(kind).to_owned());
        found(at, end, fill);
        at = end;
    }
}

/// Whether a character hides something in some place.
fn may_hide(character: char) -> bool {
    matches!(
        character,
        '\u{1b}' | '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{200b}'..='\u{200d}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}'
    )
}

/// What a character hides, if it hides something where it stands.
fn kind(text: &[char], at: usize) -> Option<Hidden> {
    let here = text[at];
    if here.is_ascii() {
        return (here == '\u{1b}').then_some(Hidden::Escapes);
    }
    let before = at.checked_sub(1).map(|before| text[before]);
    let after = text.get(at + 1).copied();
    match here {
        // One soft hyphen is a typesetter's.
        '\u{ad}' => (text.iter().filter(|c| **c == here).count() > 1).then_some(Hidden::ZeroWidth),
        '\u{e0000}'..='\u{e007f}' => (!in_flag(text, at)).then_some(Hidden::Tags),
        '\u{200b}' | '\u{2060}'..='\u{2064}' => Some(Hidden::ZeroWidth),
        '\u{feff}' => (at > 0).then_some(Hidden::ZeroWidth),
        '\u{200c}' | '\u{200d}' => (!joins(before, after)).then_some(Hidden::ZeroWidth),
        '\u{202d}' | '\u{202e}' => Some(Hidden::Bidi),
        '\u{202a}'..='\u{202c}' | '\u{2066}'..='\u{2069}' => (!text.iter().any(|c| is_right_to_left(*c))).then_some(Hidden::Bidi),
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => varies_nothing(here, before, after).then_some(Hidden::Variations),
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => {
            (!before.is_some_and(|c| matches!(c, '\u{1100}'..='\u{11ff}' | '가'..='힣'))).then_some(Hidden::Fillers)
        }
        _ => None,
    }
}

/// Joiners join emoji, and letters of scripts that need them: never Latin ones.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    let joined =
        |c: char| c >= '\u{2190}' && !is_selector_run(c) || matches!(c, '\u{600}'..='\u{109f}' | '\u{1780}'..='\u{18af}');
    before.is_some_and(joined) && after.is_none_or(|c| joined(c) || c.is_whitespace() || c.is_ascii_punctuation())
}

fn is_selector_run(character: char) -> bool {
    matches!(character, '\u{e0000}'..='\u{e01ef}')
}

fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// One selector after a symbol, a digit or an ideograph chooses its look; a second one, or one after a letter, does not.
fn varies_nothing(here: char, before: Option<char>, after: Option<char>) -> bool {
    let is_selector = |c: char| matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
    if before.is_none_or(is_selector) || after.is_some_and(is_selector) {
        return true;
    }
    let base = before.unwrap_or(' ');
    match here {
        '\u{fe0e}' | '\u{fe0f}' => base.is_alphabetic() && base < '\u{2000}' || base.is_whitespace(),
        _ => base < '\u{1000}',
    }
}

/// Whether a tag character belongs to a flag.
fn in_flag(text: &[char], at: usize) -> bool {
    let is_tag = |c: &char| matches!(c, '\u{e0020}'..='\u{e007f}');
    let start = text[..at].iter().rposition(|c| !is_tag(c));
    let Some(start) = start.filter(|&start| text[start] == '\u{1f3f4}') else { return false };
    let tags: Vec<char> = text[start + 1..].iter().copied().take_while(is_tag).collect();
    let spelled: String = tags.iter().filter_map(|c| untagged(*c)).collect();
    tags.last() == Some(&'\u{e007f}') && FLAGS.contains(&spelled.as_str())
}

fn untagged(tag: char) -> Option<char> {
    char::from_u32(u32::from(tag).checked_sub(0xe0000)?).filter(|c| matches!(c, ' '..='~'))
}

/// What a run spells: tags are ASCII moved up, each variation selector is a byte.
fn decoded(run: &[char]) -> Option<String> {
    let tags: String = run.iter().filter_map(|c| untagged(*c)).collect();
    if !tags.trim().is_empty() {
        return Some(tags);
    }
    let byte = |c: &char| match u32::from(*c) {
        code @ 0xfe00..=0xfe0f => u8::try_from(code - 0xfe00).ok(),
        code @ 0xe0100..=0xe01ef => u8::try_from(code - 0xe0100 + 16).ok(),
        _ => None,
    };
    let bytes: Vec<u8> = run.iter().filter_map(byte).collect();
    let text = String::from_utf8(bytes).ok()?;
    (text.len() > 1 && text.chars().all(|c| !c.is_control() || c == '\n')).then_some(text)
}

/// Words that mix Latin letters with Greek or Cyrillic ones, where there are at least so many.
fn look_alikes(text: &[char], least: usize, found: &mut impl FnMut(usize, usize, String)) {
    let mut start = 0;
    let mut mixed = Vec::new();
    for word in text.split(|c| !c.is_alphabetic()) {
        if word.iter().copied().any(is_foreign) && word.iter().any(char::is_ascii_alphabetic) {
            mixed.push((start, start + word.len()));
        }
        start += word.len() + 1;
    }
    if mixed.len() >= least {
        mixed.iter().for_each(|&(start, end)| found(start, end, name(Hidden::LookAlikes).to_owned()));
    }
}

/// Greek and Cyrillic letters.
fn is_foreign(character: char) -> bool {
    matches!(character, '\u{370}'..='\u{52f}')
}

fn name(kind: Hidden) -> &'static str {
    match kind {
        Hidden::Tags => "tag characters",
        Hidden::ZeroWidth => "zero-width characters",
        Hidden::Bidi => "direction overrides",
        Hidden::Variations => "variation selectors",
        Hidden::Fillers => "blank letters",
        Hidden::Escapes => "terminal escapes",
        Hidden::LookAlikes => "look-alike letters",
    }
}
