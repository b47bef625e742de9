//! The command line of `toolgrade policy TARGET…`, which writes policies.

use super::{InstalledArgs, VisitArgs};
use crate::policy::format::{FORMATS, Format};
use crate::policy::overrides::Rate;
use crate::policy::profile::Profile;
use crate::store::Location;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  toolgrade policy recorded.json -o policy.json
  toolgrade policy -- npx -y @modelcontextprotocol/server-filesystem /tmp
  toolgrade policy .mcp.json --format claude-code --explain why.md -o .claude/settings.local.json
  toolgrade policy recorded.json --profile read-only --allow create_order --limit create_order=5/hour
  toolgrade policy recorded.json --overrides overrides.toml --format codex
  toolgrade policy --catalogue seen.db github stripe --format intercept
  toolgrade policy check policy.json recorded.json
  toolgrade policy ./check                      a target of that name

What each profile does, what each format holds and loses, and the overrides: docs/policy-formats.md";

/// `toolgrade policy TARGET…`
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// A URL, a client's config, a recorded tools/list, a .jsonl of tools, or `-` for one of these on standard input; with
    /// `--catalogue`, a server's slug
    #[arg(value_name = "TARGET", required_unless_present_any = ["command", "installed", "catalogue"])]
    pub targets: Vec<String>,

    /// A server to start, with its arguments: everything after `--`, never run through a shell
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,

    /// What is installed here.
    #[command(flatten)]
    pub installed: InstalledArgs,

    /// How they are reached.
    #[command(flatten)]
    pub visit: VisitArgs,

    /// Read the servers from this catalogue instead: those with the given slugs, or all
    #[arg(long, value_name = "DB", conflicts_with_all = ["command", "installed", "header", "env"])]
    pub catalogue: Option<Location>,

    /// What is to be in it.
    #[command(flatten)]
    pub rules: StarterArgs,

    /// What reads the policy
    #[arg(long, default_value = FORMATS[0].id, value_parser = formats(), help_heading = "Output")]
    pub format: &'static Format,

    /// Write why each line is there, with the rules and the words that made them, to this Markdown file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub explain: Option<PathBuf>,

    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

/// What a starter policy is to be like.
#[derive(Debug, Args)]
pub struct StarterArgs {
    /// How far the policy goes
    #[arg(long, value_enum, default_value_t = ProfileArg::Guarded, help_heading = "Rules")]
    pub profile: ProfileArg,

    /// Let this tool be called; its bounds stay (repeatable)
    #[arg(long, value_name = "TOOL", help_heading = "Rules")]
    pub allow: Vec<String>,

    /// Show this tool, and refuse every call (repeatable)
    #[arg(long, value_name = "TOOL", help_heading = "Rules")]
    pub deny: Vec<String>,

    /// Neither show nor call this tool (repeatable)
    #[arg(long, value_name = "TOOL", help_heading = "Rules")]
    pub hide: Vec<String>,

    /// Let this tool be called so often: `create_order=5/hour` (repeatable)
    #[arg(long, value_name = "TOOL=N/WINDOW", help_heading = "Rules")]
    pub limit: Vec<LimitArg>,

    /// Take such choices, and values to fill in, from this TOML file; those of the command line win
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub overrides: Option<PathBuf>,
}

/// Values of `--profile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    /// Tools that read, and no others
    ReadOnly,
    /// What can be put back is limited; the rest is for a person to open
    Guarded,
    /// Everything can be called; what cannot be put back, once a minute
    Open,
}

/// What `--limit` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitArg {
    /// The tool.
    pub tool: String,
    /// How often.
    pub rate: Rate,
}

/// Reads the name of a format.
fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.id).help(format.about));
    // Only their names come this far.
    PossibleValuesParser::new(values).map(|id| Format::find(&id).unwrap_or(&FORMATS[0]))
}

impl From<ProfileArg> for Profile {
    fn from(profile: ProfileArg) -> Self {
        match profile {
            ProfileArg::ReadOnly => Self::ReadOnly,
            ProfileArg::Guarded => Self::Guarded,
            ProfileArg::Open => Self::Open,
        }
    }
}

impl std::str::FromStr for LimitArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A tool's name may hold a `=`, a limit none.
        let (tool, rate) = text.rsplit_once('=').ok_or("write TOOL=N/WINDOW, such as `create_order=5/hour`")?;
        Ok(Self { tool: tool.to_owned(), rate: rate.parse()? })
    }
}
