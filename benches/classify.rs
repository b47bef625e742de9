//! How fast tools are graded, as a ratio to what parsing the same lines costs: `cargo bench --bench classify`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on should say where")]

use serde_json::{Value, json};
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often the recorded servers are repeated, each time as another server.
const TIMES: usize = 300;

/// Measurements of each kind, one after the other in turn; the median counts.
const ROUNDS: usize = 5;

fn main() {
    let lines = lines();
    let count = lines.iter().filter(|byte| **byte == b'\n').count();
    let (mut parsing, mut grading) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        parsing.push(measure(|| {
            for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                black_box(serde_json::from_slice::<Value>(line).unwrap());
            }
        }));
        grading.push(measure(|| {
            let wrong = toolgrade::classify::classify(&mut &lines[..], &mut std::io::sink(), false).unwrap();
            assert_eq!(wrong, 0);
        }));
    }
    let (parsing, grading) = (median(parsing), median(grading));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("classify: {count} tools, {:.1} MB, medians of {ROUNDS} rounds, {cores} cores", lines.len() as f64 / 1e6);
    println!("  parse     {:>8.0} tools/s  {:>6.1} µs of CPU a tool", rate(count, parsing.wall), each(count, parsing.cpu));
    println!("  classify  {:>8.0} tools/s  {:>6.1} µs of CPU a tool", rate(count, grading.wall), each(count, grading.cpu));
    println!("  ratio     {:>8.2} of CPU, {:.2} of time", ratio(grading.cpu, parsing.cpu), ratio(grading.wall, parsing.wall));
}

/// The recorded tools as JSON Lines.
fn lines() -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recorded");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let lists: Vec<Value> = files.iter().map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).collect();
    let mut lines = Vec::new();
    for time in 0..TIMES {
        for (index, list) in lists.iter().enumerate() {
            for tool in list["tools"].as_array().unwrap() {
                writeln!(lines, "{}", json!({ "server": format!("{index}-{time}"), "tool": tool })).unwrap();
            }
        }
    }
    lines
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
    took.sort_by_key(|took| took.wall);
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
