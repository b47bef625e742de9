//! Puts text into columns: how wide it is on a terminal, padded, wrapped.

use unicode_width::UnicodeWidthStr as _;

/// Columns the text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text with spaces behind it up to `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text with spaces in front of it up to `columns`.
pub(super) fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Breaks text at spaces into lines of at most `columns`; a longer word is broken where it must be. `None` does not break.
pub(super) fn wrap(text: &str, columns: Option<usize>) -> Vec<String> {
    let Some(columns) = columns else { return vec![text.to_owned()] };
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        if width(word) <= columns {
            line.push_str(word);
            continue;
        }
        let mut used = width(&line);
        for character in word.chars() {
            let wide = width(character.encode_utf8(&mut [0; 4]));
            if used + wide > columns && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(character);
            used += wide;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{pad, pad_left, wrap};

    #[test]
    fn columns_count_what_the_terminal_shows() {
        assert_eq!([pad("ab", 4), pad("漢", 4), pad("abcde", 4)], ["ab  ", "漢  ", "abcde"]);
        assert_eq!(pad_left("7", 3), "  7");
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("one two three", Some(7)), ["one two", "three"]);
        assert_eq!(wrap("a abcdefghij k", Some(4)), ["a", "abcd", "efgh", "ij k"]);
        assert_eq!(wrap("漢字漢字", Some(5)), ["漢字", "漢字"]);
        assert_eq!(wrap("one two three", None), ["one two three"]);
        assert!(wrap("", Some(7)).is_empty());
    }
}
