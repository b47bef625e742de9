//! The program itself in front of the scripted server: what it passes on, and what it leaves when it is interrupted.

use crate::hostile::program;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn scan(scenario: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolgrade"));
    command.args(["scan", "--format", "json", "--env", "GIVEN=passed on", "--"]).arg(program()).args(scenario);
    command
        .env("AWS_SECRET_ACCESS_KEY", "quiet-secret-1")
        .env("GITHUB_TOKEN", "quiet-secret-2")
        .env("NODE_OPTIONS", "--quiet-secret-3");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_callers_secrets_do_not_reach_the_server() {
    let output = scan(&["environment"]).output().unwrap();
    let text = text(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("\"GIVEN\"") && text.contains("\"PATH\""), "{text}");
    assert!(!text.contains("quiet-secret"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_every_process() {
    use nix::sys::signal::{Signal, kill};
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().to_str().unwrap();
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let child = scan(&["silent", mark]).spawn().unwrap();
        // The program and its server both carry the mark in their arguments.
        wait_until(|| running(mark) == 2);
        kill(nix::unistd::Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = text(&output);
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert!(text.contains("\"reason\": \"interrupted\""), "{text}");
        wait_until(|| running(mark) == 0);
    }
}

/// Processes with this argument. A zombie has none.
#[cfg(target_os = "linux")]
fn running(argument: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let arguments = processes.filter_map(|process| std::fs::read_to_string(process.path().join("cmdline")).ok());
    arguments.filter(|arguments| arguments.split('\0').any(|known| known == argument)).count()
}

#[cfg(target_os = "linux")]
#[track_caller]
fn wait_until(is_so: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < until, "waited in vain");
        std::thread::sleep(Duration::from_millis(10));
    }
}
