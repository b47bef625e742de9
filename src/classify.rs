//! Grades JSON Lines of tools: one line out for each line in, in order, in flat memory.

use crate::grade;
use crate::listing::Server;
use crate::report::safe_json;
use crate::tool::Tool;
use crate::verdict::{Class, Severity, Verdict};
use serde::Serialize;
use serde_json::Value;
use std::io::{self, BufRead, Read as _, Write};

/// Lines held at once: enough to keep every core busy and most servers whole.
const BATCH: usize = 8192;
/// Bytes held at once: the values of a line take many times its length in memory.
const BATCH_BYTES: usize = 32 << 20;
/// Longest line, in bytes: as long as the longest message a server may send.
const LONGEST_LINE: u64 = 16 << 20;

/// One line of input: a tool, or why it is none.
struct Line {
    number: usize,
    bytes: usize,
    server: Option<String>,
    tool: Result<Tool, String>,
}

/// Grades every line of `input`. Lines of one server that follow one another are judged as one server. Returns how many lines
/// were no tool; each of them is answered with its number and what is wrong.
///
/// # Errors
/// When the input cannot be read or the output not written.
pub fn classify(input: &mut dyn BufRead, out: &mut dyn Write, brief: bool) -> io::Result<usize> {
    let mut lines: Vec<Line> = Vec::new();
    let (mut number, mut wrong, mut held) = (0, 0, 0);
    loop {
        let line = read_line(input, &mut number)?;
        let ended = line.is_none();
        held += line.as_ref().map_or(0, |line| line.bytes);
        lines.extend(line);
        if lines.len() >= BATCH || held >= BATCH_BYTES || ended {
            // The last server of a batch may go on in the next one, unless it fills a batch by itself.
            let last = lines.last().map(|line| line.server.clone());
            let keep = lines.iter().rev().take_while(|line| Some(&line.server) == last.as_ref()).count();
            let done = if ended || keep == lines.len() { lines.len() } else { lines.len() - keep };
            wrong += write_batch(&lines[..done], out, brief)?;
            lines.drain(..done);
            held = lines.iter().map(|line| line.bytes).sum();
        }
        if ended {
            return Ok(wrong);
        }
    }
}

/// The next line that is not blank, or `None` at the end.
fn read_line(input: &mut dyn BufRead, number: &mut usize) -> io::Result<Option<Line>> {
    loop {
        let mut bytes = Vec::new();
        *number += 1;
        if input.take(LONGEST_LINE).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        let cut = bytes.len() as u64 == LONGEST_LINE && !bytes.ends_with(b"\n");
        if cut {
            skip_line(input)?;
        }
        if bytes.iter().any(|byte| !byte.is_ascii_whitespace()) {
            let parsed = if cut { Err("the line is longer than 16 MiB".to_owned()) } else { parse(&bytes) };
            return Ok(Some(match parsed {
                Ok((server, tool)) => Line { number: *number, bytes: bytes.len(), server, tool },
                Err(error) => Line { number: *number, bytes: 0, server: None, tool: Err(error) },
            }));
        }
    }
}

/// Skips the rest of a line that is too long.
fn skip_line(input: &mut dyn BufRead) -> io::Result<()> {
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

/// A tool object, or an object with `tool` and, if known, `server`; more keys are ignored.
fn parse(bytes: &[u8]) -> Result<(Option<String>, Result<Tool, String>), String> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))?;
    let server = value["server"].as_str().map(str::to_owned);
    let tool = match value.get_mut("tool") {
        Some(tool) if !tool.is_string() => tool.take(),
        _ => value,
    };
    Ok((server, Tool::try_from(tool).map_err(|error| format!("no tool: {error}"))))
}

/// Grades lines on every core, server by server, and writes their answers in order.
fn write_batch(lines: &[Line], out: &mut dyn Write, brief: bool) -> io::Result<usize> {
    let groups: Vec<&[Line]> = lines.chunk_by(|a, b| a.server == b.server).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = groups.len().div_ceil(threads).max(1);
    let answers: Vec<io::Result<Vec<u8>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = groups.chunks(share).map(|share| scope.spawn(move || answer(share, brief))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    for answer in answers {
        out.write_all(&answer?)?;
    }
    Ok(lines.iter().filter(|line| line.tool.is_err()).count())
}

fn answer(groups: &[&[Line]], brief: bool) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for group in groups {
        let server = group[0].server.as_deref();
        let tools: Vec<&Tool> = group.iter().filter_map(|line| line.tool.as_ref().ok()).collect();
        let mut verdicts = grade::verdicts(&Server::named(server.unwrap_or_default()), &tools).into_iter();
        for line in *group {
            match &line.tool {
                Err(error) => safe_json::line(&mut out, &Wrong { line: line.number, error })?,
                Ok(tool) => {
                    let Some(verdict) = verdicts.next() else { continue };
                    let (name, class, severity) = (tool.name(), verdict.class, verdict.severity);
                    if brief {
                        safe_json::line(&mut out, &Brief { server, name, class, severity })?;
                    } else {
                        safe_json::line(&mut out, &Full { server, name, verdict })?;
                    }
                }
            }
        }
    }
    Ok(out)
}

#[derive(Serialize)]
struct Wrong<'a> {
    line: usize,
    error: &'a str,
}

#[derive(Serialize)]
struct Brief<'a> {
    server: Option<&'a str>,
    name: &'a str,
    class: Class,
    severity: Severity,
}

#[derive(Serialize)]
struct Full<'a> {
    server: Option<&'a str>,
    name: &'a str,
    #[serde(flatten)]
    verdict: Verdict,
}
