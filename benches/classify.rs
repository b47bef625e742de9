//! What grading costs, as a ratio to what parsing the same lines on the same threads costs, and how much memory it takes however
//! long the input is: `cargo bench --bench classify [-- LINES.jsonl]`.
//!
//! The lines are the corpus of the tests, or a file of your own, read again and again: no answer is remembered from one time to the
//! next. First parsing and grading take turns, then all lines are graded in one pass.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on should say where")]

use serde_json::Value;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Measurements of each kind, one after the other in turn; the median counts.
const ROUNDS: usize = 9;

/// Tools that are graded in a round, at least.
const ROUND: usize = 40_000;

/// Tools that are graded in one pass, at least: as many as the largest catalogue has.
const PASS: usize = 515_000;

/// The most that grading may cost, in times of what parsing costs.
const RATIO_BAR: f64 = 2.0;

/// The most memory that the pass may take, in MB.
const MEMORY_BAR: f64 = 200.0;

fn main() {
    let lines = lines();
    let count = lines.iter().filter(|byte| **byte == b'\n').count();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let times = ROUND.div_ceil(count);
    println!("classify: {count} tools, {:.0} bytes each, {threads} threads", lines.len() as f64 / count as f64);

    let (mut parsing, mut grading) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        parsing.push(measure(|| parse(&lines, times, threads)));
        grading.push(measure(|| grade(&lines, times)));
    }
    let (parsing, grading) = (median(parsing), median(grading));
    let ratio = ratio(grading.cpu, parsing.cpu);
    let line = |what: &str, took: Took| {
        let count = count * times;
        println!("  {what:<9} {:>8.0} tools/s  {:>6.1} µs of CPU a tool", rate(count, took.wall), each(count, took.cpu));
    };
    line("parse", parsing);
    line("classify", grading);
    println!("  ratio     {ratio:>8.2}, {} the bar of {RATIO_BAR}", verdict(ratio <= RATIO_BAR));

    let times = PASS.div_ceil(count);
    let took = measure(|| grade(&lines, times));
    println!("in one pass: {} tools, {:.1} s", count * times, took.wall.as_secs_f64());
    if let Some(memory) = peak_memory() {
        println!("  peak memory {memory:>6.0} MB, {} the bar of {MEMORY_BAR} MB", verdict(memory <= MEMORY_BAR));
    }
}

/// The lines to measure with: a file that is named, or the corpus of the tests.
fn lines() -> Vec<u8> {
    // Cargo adds an option of its own.
    let named = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let path = named.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/corpus.jsonl"), PathBuf::from);
    let mut lines = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if lines.last().is_some_and(|byte| *byte != b'\n') {
        lines.push(b'\n');
    }
    lines
}

/// Parses all lines so many times, shared among threads as grading shares them.
fn parse(lines: &[u8], times: usize, threads: usize) {
    let all: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    std::thread::scope(|scope| {
        for share in all.chunks(all.len().div_ceil(threads)) {
            scope.spawn(move || {
                for line in (0..times).flat_map(|_| share) {
                    black_box(serde_json::from_slice::<Value>(line).unwrap());
                }
            });
        }
    });
}

/// Grades all lines so many times in one pass, and counts the answers.
fn grade(lines: &[u8], times: usize) {
    let mut input = BufReader::with_capacity(1 << 16, Repeated { lines, times, at: 0 });
    let mut answers = Count::default();
    let wrong = toolgrade::classify::classify(&mut input, &mut answers, false).unwrap();
    assert_eq!(wrong, 0);
    assert_eq!(answers.0, times * lines.lines().count());
}

/// Lines that are read again and again.
struct Repeated<'a> {
    lines: &'a [u8],
    times: usize,
    at: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.lines.len() {
            (self.at, self.times) = (0, self.times - 1);
        }
        let count = if self.times == 0 { 0 } else { (&self.lines[self.at..]).read(buffer)? };
        self.at += count;
        Ok(count)
    }
}

/// How many lines were written.
#[derive(Default)]
struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.iter().filter(|byte| **byte == b'\n').count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The most memory that this process has had, in MB, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

/// What a piece of work took: from start to end, and on all cores together.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    cpu: Duration,
}

fn measure(work: impl FnOnce()) -> Took {
    let (start, cpu) = (Instant::now(), cpu());
    work();
    Took { wall: start.elapsed(), cpu: self::cpu() - cpu }
}

#[cfg(unix)]
fn cpu() -> Duration {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_PROCESS_CPUTIME_ID).unwrap().into()
}

/// Without such a clock, the time since the start stands in.
#[cfg(not(unix))]
fn cpu() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed()
}

fn median(mut took: Vec<Took>) -> Took {
    took.sort_by_key(|took| took.cpu);
    took[took.len() / 2]
}

fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

fn each(count: usize, took: Duration) -> f64 {
    took.as_secs_f64() * 1e6 / count as f64
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn verdict(holds: bool) -> &'static str {
    if holds { "within" } else { "ABOVE" }
}
