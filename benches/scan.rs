//! What a scan costs beside the server it starts: `cargo bench --bench scan`, after `tests/run` has installed the server.
//!
//! Pairs of runs take turns: a bare handshake and `tools/list` in this process, then the program scanning the same server.
//! What the program itself uses is read while it is a zombie – ended, not yet waited for – from its own CPU clock, which
//! counts all its threads to the nanosecond and, unlike `wait4`, none of its children. Its peak memory is `VmHWM`, polled
//! until it ends.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on should say where")]

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("scan: only Linux tells what a process has used without its children");
}

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
    use nix::time::ClockId;
    use nix::unistd::Pid;
    use serde_json::{Value, json};
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    /// Pairs of runs; medians count.
    const PAIRS: usize = 10;

    /// The most CPU that a scan may take itself.
    const CPU_BAR: Duration = Duration::from_millis(50);

    /// The most memory that a scan may take itself, in KiB.
    const MEMORY_BAR: u64 = 30 * 1024;

    struct Used {
        wall: Duration,
        cpu: Duration,
        memory: u64,
    }

    pub(super) fn main() {
        let server = server();
        let tools = handshake(&server);
        scan(&server, tools);
        let (mut bare, mut scans) = (Vec::new(), Vec::new());
        for _ in 0..PAIRS {
            let start = Instant::now();
            assert_eq!(handshake(&server), tools);
            bare.push(start.elapsed());
            scans.push(scan(&server, tools));
        }
        let bare = median(&bare);
        let wall = median(&scans.iter().map(|used| used.wall).collect::<Vec<_>>());
        let cpu = median(&scans.iter().map(|used| used.cpu).collect::<Vec<_>>());
        let memory = median(&scans.iter().map(|used| used.memory).collect::<Vec<_>>());
        let verdict = |holds: bool| if holds { "within" } else { "ABOVE" };
        println!("scan: server-memory, {tools} tools, medians of {PAIRS} pairs");
        println!("  bare handshake  {:>7.1} ms", millis(bare));
        println!(
            "  scan            {:>7.1} ms, {:.2} times the handshake",
            millis(wall),
            wall.as_secs_f64() / bare.as_secs_f64()
        );
        println!("  its own CPU     {:>7.1} ms, {} the bar of {} ms", millis(cpu), verdict(cpu <= CPU_BAR), CPU_BAR.as_millis());
        println!(
            "  its peak memory {:>7.1} MiB, {} the bar of {} MiB",
            memory as f64 / 1024.0,
            verdict(memory <= MEMORY_BAR),
            MEMORY_BAR / 1024
        );
    }

    /// The server's script, where `tests/run` puts it: beside the program, in the target directory.
    fn server() -> PathBuf {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let script = target.join("live/npm/node_modules/@modelcontextprotocol/server-memory/dist/index.js");
        assert!(script.exists(), "`{}` is missing: run `tests/run` first", script.display());
        script
    }

    /// The least that lists a server's tools; how many there are.
    fn handshake(server: &Path) -> usize {
        let mut child =
            Command::new("node").arg(server).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut to = child.stdin.take().unwrap();
        let mut from = BufReader::new(child.stdout.take().unwrap()).lines();
        let info = json!({ "name": "bench", "version": "0" });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info });
        writeln!(to, "{}", json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params })).unwrap();
        from.next().unwrap().unwrap();
        writeln!(to, "{}", json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).unwrap();
        writeln!(to, "{}", json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" })).unwrap();
        let answer: Value = serde_json::from_str(&from.next().unwrap().unwrap()).unwrap();
        drop(to);
        child.wait().unwrap();
        answer["result"]["tools"].as_array().unwrap().len()
    }

    fn scan(server: &Path, tools: usize) -> Used {
        let start = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_toolgrade"))
            .args(["scan", "--quiet", "--format", "csv", "--", "node"])
            .arg(server)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = Pid::from_raw(child.id().try_into().unwrap());
        let mut memory = 0;
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT | WaitPidFlag::WNOHANG;
        while waitid(Id::Pid(pid), flags).unwrap() == WaitStatus::StillAlive {
            memory = memory.max(peak_memory(pid).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(1));
        }
        let wall = start.elapsed();
        let cpu = nix::time::clock_gettime(ClockId::pid_cpu_clock_id(pid).unwrap()).unwrap().into();
        let rows = BufReader::new(child.stdout.take().unwrap()).lines().count();
        assert!(child.wait().unwrap().success() && rows > tools, "{rows} rows");
        Used { wall, cpu, memory }
    }

    /// The most memory a process has had, in KiB.
    fn peak_memory(pid: Pid) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    fn median<T: Copy + Ord>(values: &[T]) -> T {
        let mut values = values.to_vec();
        values.sort();
        values[values.len() / 2]
    }

    fn millis(duration: Duration) -> f64 {
        duration.as_secs_f64() * 1e3
    }
}
