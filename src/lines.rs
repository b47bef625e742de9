//! Lines of JSON Lines input: one at a time, numbered, each of bounded length.

use std::io::{self, BufRead, Read as _};

/// Longest line, in bytes: as long as the longest message a server may send.
const LONGEST: u64 = 16 << 20;

/// The next line that is not blank, or `None` at the end; `number` becomes its number, counted from 1. A line that is too long
/// is skipped and told of.
///
/// # Errors
/// When the input cannot be read.
pub fn next(input: &mut dyn BufRead, number: &mut usize) -> io::Result<Option<Result<Vec<u8>, String>>> {
    loop {
        let mut bytes = Vec::new();
        *number += 1;
        if input.take(LONGEST).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        let cut = bytes.len() as u64 == LONGEST && !bytes.ends_with(b"\n");
        if cut {
            skip(input)?;
        }
        if bytes.iter().any(|byte| !byte.is_ascii_whitespace()) {
            return Ok(Some(if cut { Err("the line is longer than 16 MiB".to_owned()) } else { Ok(bytes) }));
        }
    }
}

/// Skips the rest of a line that is too long.
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
