//! The end of a server's standard error, kept for the message that says why it failed.

use std::collections::VecDeque;

/// What is kept, in bytes and in lines.
const BYTES: usize = 8 << 10;
const LINES: usize = 20;

/// The last bytes written.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    bytes: VecDeque<u8>,
    is_cut: bool,
}

impl Tail {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend(chunk);
        let excess = self.bytes.len().saturating_sub(BYTES);
        self.is_cut |= excess > 0;
        self.bytes.drain(..excess);
    }

    /// The last lines, without colours and other controls; empty when nothing was said.
    pub(crate) fn text(&self) -> String {
        let bytes: Vec<u8> = self.bytes.iter().copied().collect();
        let text = plain(&String::from_utf8_lossy(&bytes));
        let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        // The first line of a cut text is most likely half a line, with half of a secret that would not be recognised.
        if self.is_cut && lines.len() > 1 {
            lines.remove(0);
        }
        lines.retain(|line| !line.is_empty());
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }
}

/// The text without escape sequences and control characters other than the line feed.
fn plain(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // CSI: parameters up to a letter. OSC: up to BEL or ESC. Others: one character.
            '\u{1b}' => match characters.next() {
                Some('[') => while characters.next().is_some_and(|next| !('@'..='~').contains(&next)) {},
                Some(']') => while characters.next().is_some_and(|next| next != '\u{7}' && next != '\u{1b}') {},
                _ => {}
            },
            '\r' if characters.peek() != Some(&'\n') => kept.push('\n'),
            '\n' | '\t' => kept.push(character),
            _ if character.is_control() => {}
            _ => kept.push(character),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept_without_colours() {
        let mut tail = Tail::default();
        tail.push(b"\x1b[31mError:\x1b[0m no \x07key\r\n\n\x1b]0;title\x07set API_KEY\n");
        assert_eq!(tail.text(), "Error: no key\nset API_KEY");
        for number in 0..10_000 {
            tail.push(format!("line {number}\n").as_bytes());
        }
        assert!(tail.bytes.len() <= BYTES);
        assert_eq!(tail.text().lines().count(), LINES);
        assert!(tail.text().ends_with("line 9999"));
    }
}
