//! The command line of `toolgrade crawl` and `toolgrade history`.

use super::{InstalledArgs, VisitArgs};
use crate::store::Location;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use std::time::Duration;

/// `toolgrade crawl`
#[derive(Debug, Args)]
pub struct CrawlArgs {
    /// A registry's base URL or saved document, JSON Lines of targets, or any target of `scan`; without one, what is queued
    ///
    /// A registry is read page by page, later only what changed since. The same command goes on where it was interrupted.
    #[arg(id = "targets", value_name = "SOURCE")]
    pub sources: Vec<String>,

    /// A server to start, with its arguments: everything after `--`, never run through a shell
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,

    /// What is installed here.
    #[command(flatten)]
    pub installed: InstalledArgs,

    /// The catalogue to fill (an SQLite file, made when missing, or `postgres://…`); it holds the queue as well
    #[arg(long, value_name = "DB")]
    pub catalogue: Location,

    /// Visit again what was visited longer ago than this (`30m`, `12h`, `7d`, `2w`; `0s`: everything)
    #[arg(long, value_name = "AGE", default_value = "1d", value_parser = age, help_heading = "What is visited")]
    pub max_age: Duration,

    /// Read registries from their start, not only what changed
    #[arg(long, help_heading = "What is visited")]
    pub whole: bool,

    /// Let URLs of registries and lists lead to loopback, private and link-local addresses
    ///
    /// URLs that were typed, and those of client configs, may lead there anyway.
    #[arg(long, help_heading = "What is visited")]
    pub allow_private: bool,

    /// Fill required variables, headers and parts of URLs that nobody gave with inert values, so that servers list their tools
    #[arg(long, help_heading = "What is visited")]
    pub placeholders: bool,

    /// Visits at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096), help_heading = "Pace")]
    pub concurrency: u16,

    /// Visits at once to one host
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Pace")]
    pub per_host: u16,

    /// Seconds between the starts of two visits to one host
    #[arg(long, value_name = "SECONDS", default_value_t = 0.25, value_parser = seconds, help_heading = "Pace")]
    pub pace: f64,

    /// Further tries of what may pass: timeouts, servers in trouble, too many requests
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=10), help_heading = "Pace")]
    pub retries: u32,

    /// Seconds after which the visits of a worker that was killed are given to others
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600), help_heading = "Pace")]
    pub lease: u64,

    /// How to tell what happens on standard error: for people, or one JSON object a line
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Log::Text, help_heading = "Output")]
    pub log: Log,

    /// How servers are reached.
    #[command(flatten)]
    pub visit: VisitArgs,
}

/// Formats of what a crawl tells on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// A progress bar, and a closing summary
    Text,
    /// JSON Lines: `enumerated`, `awaited`, `started`, `visited`, `summary`
    Json,
}

/// `toolgrade history`
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The server, by its slug: the name of its page on the site
    #[arg(value_name = "SERVER")]
    pub server: String,

    /// The catalogue, as filled by `scan --catalogue` or `crawl`
    #[arg(long, value_name = "DB")]
    pub catalogue: Location,

    /// Print as JSON what the server had listed by this time (RFC 3339, as the visits are printed)
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
}

/// A length of time such as `90s`, `30m`, `12h`, `7d`, `2w`.
fn age(text: &str) -> Result<Duration, String> {
    let bad = || format!("`{text}` is no length of time: write a number with s, m, h, d or w, as in `7d`");
    let (number, unit) = text.split_at(text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len()));
    let number: u64 = number.parse().map_err(|_| bad())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(bad()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(bad)
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (0.0..=3600.0).contains(&seconds) { Ok(seconds) } else { Err("expected 0 to 3600 seconds".to_owned()) }
}
