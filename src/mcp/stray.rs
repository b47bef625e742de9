//! Ends processes that left their group: found by a mark in their environment, as CI systems find what a job left behind.

use std::hash::{BuildHasher as _, RandomState};

/// The variable that carries the mark. Children inherit it whatever session or parent they move to.
pub(super) const VARIABLE: &str = "TOOLGRADE_VISIT";

/// A mark no other process has.
pub(crate) fn mark() -> String {
    // Two hashers, each with random keys of its own.
    let half = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", half(), half())
}

/// Kills every process that carries the mark. Only Linux shows the environment of other processes in files.
#[cfg(target_os = "linux")]
pub(super) fn kill_marked(mark: &str) {
    use nix::sys::signal::{Signal, kill};
    let wanted = format!("{VARIABLE}={mark}");
    // A process may fork while the list is read; a few rounds catch its child, and a fork bomb does not hold us for ever.
    for _ in 0..10 {
        let found = marked(wanted.as_bytes());
        if found.is_empty() {
            return;
        }
        for pid in found {
            // It may have ended in the meantime.
            let _ = kill(nix::unistd::Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn kill_marked(_mark: &str) {}

#[cfg(target_os = "linux")]
fn marked(wanted: &[u8]) -> Vec<i32> {
    let own = std::process::id();
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|process| process.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| u32::try_from(*pid) != Ok(own))
        .filter(|pid| {
            // Unreadable for processes of other users, empty for those that ended.
            std::fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|entry| entry == wanted))
        })
        .collect()
}
