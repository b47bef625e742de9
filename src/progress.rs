//! A spinner on standard error while servers are visited; silent when nobody watches.

use crate::sanitize;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::Duration;

/// Shown from [`Progress::start`] until it is dropped, then gone without a trace.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Starts a spinner that says `message`. Silent with `quiet`, in CI, and when standard error is no terminal.
    #[must_use]
    pub fn start(message: &str, quiet: bool) -> Self {
        let watched = !quiet && std::env::var_os("CI").is_none() && std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            None,
            if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
        );
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:.dim}") {
            bar.set_style(style);
        }
        bar.set_message(sanitize::line(message));
        if watched {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self(bar)
    }

    /// Starts a bar over `total` steps, `done` of which are over, with rate and time left. Silent as [`Progress::start`] is.
    #[must_use]
    pub fn bar(total: usize, done: usize, quiet: bool) -> Self {
        let progress = Self::start("", quiet);
        progress.0.set_length(total as u64);
        progress.0.set_position(done as u64);
        // What earlier runs did says nothing about the rate of this one.
        progress.0.reset_eta();
        let template = "{bar:24} {pos}/{len} {msg} · {per_sec} · {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            progress.0.set_style(style);
        }
        progress
    }

    /// Says how many steps there are and how many are over.
    pub fn advance(&self, total: usize, done: usize) {
        self.0.set_length(total as u64);
        self.0.set_position(done as u64);
    }

    /// Prints something while the spinner is out of the way.
    pub fn suspend(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// Changes what the spinner says.
    pub fn say(&self, message: &str) {
        self.0.set_message(sanitize::line(message));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
