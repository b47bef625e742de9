//! Lines of JSON Lines input, read one at a time and of bounded length.

use std::io::{self, BufRead, Read as _};

/// Longest line, in bytes: as long as the longest message a server may send.
const LONGEST: u64 = 16 << 20;
/// What is said of a longer one.
pub const TOO_LONG: &str = "the line is longer than 16 MiB";

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A line with something on it: it was appended.
    Line,
    /// A line of white space.
    Blank,
    /// A line that was too long, and was skipped.
    TooLong,
    /// Nothing: the input ended.
    End,
}

/// Reads the next line and appends it to `bytes`.
///
/// # Errors
/// When the input cannot be read.
pub fn read(input: &mut dyn BufRead, bytes: &mut Vec<u8>) -> io::Result<Read> {
    let start = bytes.len();
    if input.take(LONGEST).read_until(b'\n', bytes)? == 0 {
        return Ok(Read::End);
    }
    let line = &bytes[start..];
    let cut = line.len() as u64 == LONGEST && !line.ends_with(b"\n");
    let blank = line.iter().all(u8::is_ascii_whitespace);
    if cut {
        skip(input)?;
    }
    if cut || blank {
        bytes.truncate(start);
    }
    Ok(match (blank, cut) {
        (true, _) => Read::Blank,
        (false, true) => Read::TooLong,
        (false, false) => Read::Line,
    })
}

/// Skips the rest of a line.
fn skip(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (used, found) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(used);
        if found {
            return Ok(());
        }
    }
}
