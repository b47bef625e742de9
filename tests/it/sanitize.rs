//! Nothing that is printed can move the cursor, hide a word or turn the reading direction.

use proptest::prelude::*;
use toolgrade::sanitize::{block, is_hostile, line};

#[test]
fn hostile_characters_are_spelled_out() {
    for (text, safe) in [
        ("plain text, 漢字, é, 👍", "plain text, 漢字, é, 👍"),
        ("\u{1b}[2J\u{7}\0", "\\u{1b}[2J\\u{7}\\u{0}"),
        ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
        ("a\u{202e}b\u{2066}c\u{200b}d\u{feff}", "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{feff}"),
        ("tag\u{e0041}\u{e0100}", "tag\\u{e0041}\\u{e0100}"),
        ("\u{3164}\u{2800}\u{fe00}", "\\u{3164}\\u{2800}\\u{fe00}"),
        ("\u{e000}\u{378}\u{2028}\u{2029}\u{ad}", "\\u{e000}\\u{378}\\u{2028}\\u{2029}\\u{ad}"),
        ("⚠️", "⚠️"),
    ] {
        assert_eq!(line(text), safe);
    }
}

#[test]
fn line_breaks_become_spaces_in_a_line_and_stay_in_a_block() {
    assert_eq!(line("a\r\nb\tc"), "a  b c");
    assert_eq!(block("a\r\nb\tc"), "a\\u{d}\nb c");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_harmless(text in any::<String>()) {
        prop_assert!(!line(&text).chars().any(is_hostile));
        prop_assert!(!block(&text).chars().any(|character| character != '\n' && is_hostile(character)));
    }

    #[test]
    fn harmless_text_is_left_alone(text in "[ -~а-я漢字é]{0,60}") {
        prop_assert_eq!(line(&text), text.as_str());
        prop_assert_eq!(block(&text), text);
    }
}
