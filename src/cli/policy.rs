//! The command line of `toolgrade policy` and what stands below it.

use super::{GenerateArgs, StarterArgs, VisitArgs};
use crate::store::Location;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::path::PathBuf;

const CHECK: &str = "\
Examples:
  toolgrade policy check policy.json
  toolgrade policy check policy.json recorded.json --prove
  toolgrade policy check policy.json -- npx -y @modelcontextprotocol/server-filesystem /tmp

Exit status: 0 nothing dangerous · 1 not a policy · 3 the target's list is not complete · 10 a tool of class Execute or above is open.";

const REPLAY: &str = "\
Examples:
  toolgrade policy test policy.json calls.jsonl
  tail -n 1000 calls.jsonl | toolgrade policy test policy.json -

A line: {\"tool\": \"pay\", \"arguments\": {\"amount\": 5}, \"at\": \"2026-01-31T12:00:00Z\", \"identity\": \"alice\"}
Exit status: 0 every line was decided · 1 not a policy · 3 a line was no call; the others were decided.";

const DIFF: &str = "\
Examples:
  toolgrade policy diff before.json after.json
  toolgrade policy diff before.json after.json recorded.json --format json
  toolgrade policy diff policy.json seen.db --server github          what would change if it were written anew
  toolgrade policy diff seen.db seen.db --as-of 2026-01-31           what has changed since then

Where A or B is a catalogue, as filled by `scan --catalogue`, the starter policy of its servers is compared.";

/// `toolgrade policy`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, disable_help_subcommand = true, after_help = super::generate::EXAMPLES)]
pub struct PolicyArgs {
    /// What to do with a policy that is there.
    #[command(subcommand)]
    pub command: Option<PolicyCommand>,

    /// What to write one for.
    #[command(flatten)]
    pub generate: GenerateArgs,
}

/// What is done with policies that are there.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Validate a policy, and say what it leaves open on a server
    #[command(after_help = CHECK)]
    Check(CheckArgs),
    /// Decide recorded calls, in their order, one line out for each line in
    #[command(name = "test", after_help = REPLAY)]
    Replay(ReplayArgs),
    /// Say which calls became possible and which impossible from one policy to another
    #[command(after_help = DIFF)]
    Diff(Box<DiffArgs>),
}

/// A server whose tools a policy is for, where one is given.
#[derive(Debug, Args)]
pub struct CoverArgs {
    /// The server the policy is for, as `scan` takes it: a URL, a client's config, a recorded tools/list, …
    #[arg(value_name = "TARGET", conflicts_with = "command")]
    pub target: Option<String>,

    /// A server to start, with its arguments: everything after `--`, never run through a shell
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,

    /// How it is reached.
    #[command(flatten)]
    pub visit: VisitArgs,
}

/// `toolgrade policy check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The policy: policy.json version "1", or `-` for standard input
    #[arg(value_name = "POLICY")]
    pub policy: PathBuf,

    /// The server.
    #[command(flatten)]
    pub cover: CoverArgs,

    /// Say for each tool whether any arguments get a call through, with arguments that do
    #[arg(long, help_heading = "Output")]
    pub prove: bool,

    /// How to print what was found
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text, help_heading = "Output")]
    pub format: FindingsFormat,
}

/// `toolgrade policy test`
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The policy: policy.json version "1"
    #[arg(value_name = "POLICY")]
    pub policy: PathBuf,

    /// The calls as JSON Lines, or `-` for standard input
    #[arg(value_name = "CALLS.jsonl")]
    pub calls: PathBuf,
}

/// `toolgrade policy diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The policy before, or a catalogue
    #[arg(value_name = "A")]
    pub before: Location,

    /// The policy after, or a catalogue
    #[arg(value_name = "B")]
    pub after: Location,

    /// Take only this server from a catalogue, by its slug (repeatable)
    #[arg(long, value_name = "SLUG", help_heading = "Catalogues")]
    pub server: Vec<String>,

    /// Take the catalogue A as it was at this time: `2026-01-31`, or `2026-01-31T12:00:00Z`
    #[arg(long, value_name = "TIME", help_heading = "Catalogues")]
    pub as_of: Option<AsOf>,

    /// What is to be in the policy of a catalogue.
    #[command(flatten)]
    pub rules: StarterArgs,

    /// The server.
    #[command(flatten)]
    pub cover: CoverArgs,

    /// How to print the difference
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text, help_heading = "Output")]
    pub format: FindingsFormat,
}

/// What `--as-of` takes: a time, or a day that begins in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf(pub Timestamp);

impl std::str::FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = || text.parse::<Timestamp>().ok();
        let day = || Some(text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
        time().or_else(day).map(Self).ok_or_else(|| "write a day, `2026-01-31`, or a time, `2026-01-31T12:00:00Z`".to_owned())
    }
}

/// Formats of `policy check` and `policy diff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}
