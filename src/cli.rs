//! The command line, as clap types grouped by help headings; no logic.

mod crawl;
mod generate;
mod policy;

pub use crawl::{CrawlArgs, HistoryArgs, Log};
pub use generate::{GenerateArgs, LimitArg, ProfileArg, StarterArgs};
pub use policy::{AsOf, CheckArgs, CoverArgs, DiffArgs, FindingsFormat, PolicyArgs, PolicyCommand, ReplayArgs};

use crate::store::Location;
use crate::target::{Header, Variable};
use crate::verdict::{Class, Severity};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Tells what the tools of an MCP server can do to you, and writes the rules that keep it in bounds.
///
/// toolgrade connects to a server, lists its tools, and puts each in one class – Read, Write, Execute, Destructive,
/// Financial – with the words of its definition that decided. No model, no API key, nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 110, after_help = EXIT_STATUS)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_STATUS: &str = "Exit status: 0 done · 1 an error · 2 wrong usage · 3 incomplete (a target failed or its list did not end; \
everything else was still reported) · 10 something at or above --fail-on. 3 wins over 10, 10 over 0.";

const EXAMPLES: &str = "\
Examples:
  toolgrade scan -- npx -y @modelcontextprotocol/server-filesystem /tmp
  toolgrade scan https://mcp.example.com/mcp --header 'Authorization: Bearer …'
  toolgrade scan npm:@modelcontextprotocol/server-memory pypi:mcp-server-time
  toolgrade scan .mcp.json --fail-on destructive
  toolgrade scan --installed --list
  toolgrade scan --installed
  toolgrade scan recorded.json --format json > report.json";

const CRAWL_EXAMPLES: &str = "\
Examples:
  toolgrade crawl --catalogue catalogue.db https://registry.example.com
  toolgrade crawl --catalogue catalogue.db servers.jsonl --max-age 7d
  toolgrade crawl --catalogue catalogue.db recorded/*.json tools.jsonl
  toolgrade crawl --catalogue catalogue.db .mcp.json --log json
  toolgrade crawl --catalogue catalogue.db --installed
  toolgrade crawl --catalogue postgres://crawler@db.example.com/tools https://registry.example.com    on many machines at once";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Connect to servers, list their tools, grade them, print the risk table
    #[command(after_help = EXAMPLES)]
    Scan(ScanArgs),
    /// Fill a catalogue from registries, lists of servers and configs; goes on where it was interrupted
    #[command(after_help = CRAWL_EXAMPLES)]
    Crawl(Box<CrawlArgs>),
    /// Tell what this machine can do for a crawl: sandbox, Node, Python, containers – and why not
    Doctor,
    /// Show the visits to a server of a catalogue, and what it listed at a time
    History(HistoryArgs),
    /// Grade tools as JSON Lines: one tool a line in, one verdict a line out
    Classify(ClassifyArgs),
    /// Measure the classifier against labelled tools
    Eval(EvalArgs),
    /// List the rules, or print one rule's page
    Rules(RulesArgs),
    /// Write a starter policy for a server's tools; check, test and compare policies
    Policy(Box<PolicyArgs>),
    /// Publish a catalogue as a static site
    Site(SiteArgs),
    /// Forbid this process what a sandbox leaves, and become a program: toolgrade starts itself so, inside
    #[command(hide = true)]
    Inside(InsideArgs),
}

/// Which servers, and how they are reached.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// A URL, npm:NAME, pypi:NAME, a client's config, a registry's server.json, a recorded tools/list, a .jsonl of tools, or `-` for one of these on standard input
    #[arg(value_name = "TARGET", required_unless_present_any = ["command", "installed"])]
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
}

/// The servers of this machine's clients.
#[derive(Clone, Debug, Default, Args)]
pub struct InstalledArgs {
    /// Every server that the MCP clients of this machine are configured with
    ///
    /// Reads the configs of all known clients – docs/clients.md lists them – and starts each different server once, as the clients
    /// would. Servers that are disabled are left alone, and so are those that a project's own files name.
    #[arg(long, conflicts_with_all = ["targets", "command", "header", "env"], help_heading = "Installed servers")]
    pub installed: bool,

    /// Visit the servers of project files too, such as `.mcp.json` in this folder
    ///
    /// A repository can bring such a file: look at it first.
    #[arg(long, requires = "installed", conflicts_with_all = ["targets", "command"], help_heading = "Installed servers")]
    pub projects: bool,
}

/// How servers are reached.
#[derive(Clone, Debug, Args)]
pub struct VisitArgs {
    /// Seconds for one whole target, from its start to its last page
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400), help_heading = "Connection")]
    pub timeout: u64,

    /// Send this HTTP header (repeatable)
    ///
    /// It goes to the URLs that were typed; only where none was typed, to those of a config.
    #[arg(long, value_name = "K: V", help_heading = "Connection")]
    pub header: Vec<Header>,

    /// Set this variable in the server's environment (repeatable); `K` alone passes the caller's value on
    ///
    /// A started server sees PATH, HOME, the locale and what its runtime needs, and nothing else of the caller's environment.
    /// It is set for the command that was typed; only where none was typed, for those of a config.
    #[arg(long, value_name = "K=V", help_heading = "Connection")]
    pub env: Vec<Variable>,

    /// Run started servers in a sandbox: no network, a read-only system, an empty home
    ///
    /// Packages (`npm:`, `pypi:`) run in one anyway, and in a crawl every server does; `none` runs them without.
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, default_missing_value = "on", help_heading = "Isolation")]
    pub sandbox: Option<SandboxChoice>,

    /// Let servers in the sandbox reach the network
    #[arg(long, help_heading = "Isolation")]
    pub allow_network: bool,

    /// Keep fetched packages in this directory; they are removed otherwise
    #[arg(long, value_name = "DIR", help_heading = "Isolation")]
    pub keep_packages: Option<PathBuf>,

    /// No progress and no hints; errors are still said
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,
}

/// What `--sandbox` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SandboxChoice {
    /// Everything that is started runs in the best sandbox there is
    On,
    /// … in Landlock alone: it needs no namespaces, other processes are seen, and UDP passes
    Landlock,
    /// … in a container, where it is a package
    Container,
    /// Nothing does
    None,
}

/// `toolgrade inside`
#[derive(Debug, Args)]
pub struct InsideArgs {
    /// A directory that may be read (repeatable)
    #[arg(long, value_name = "DIR")]
    pub read: Vec<PathBuf>,

    /// A directory that may be written (repeatable)
    #[arg(long, value_name = "DIR")]
    pub write: Vec<PathBuf>,

    /// Leave it its network
    #[arg(long)]
    pub network: bool,

    /// A socket that leads to the package registry
    #[arg(long, value_name = "SOCKET")]
    pub gate: Option<PathBuf>,

    /// There is no other layer
    #[arg(long)]
    pub alone: bool,

    /// The program, with its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// `toolgrade scan`
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// The servers.
    #[command(flatten)]
    pub target: TargetArgs,

    /// Only list clients, configs and servers; start and ask nothing
    #[arg(long, requires = "installed", conflicts_with_all = ["targets", "command", "explain", "fail_on", "catalogue"], help_heading = "Installed servers")]
    pub list: bool,

    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Output")]
    pub format: Format,

    /// Show under each tool the words that decided, and the rule they belong to
    #[arg(long, help_heading = "Output")]
    pub explain: bool,

    /// Exit with 10 when a tool is at or above this class or severity (read … financial, low … critical)
    #[arg(long, value_name = "CLASS-OR-SEVERITY", help_heading = "Output")]
    pub fail_on: Option<Threshold>,

    /// Record what was seen in this catalogue (an SQLite file, made when missing, or `postgres://…`)
    #[arg(long, value_name = "DB", help_heading = "Output")]
    pub catalogue: Option<Location>,
}

/// Formats of `scan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A risk table for people, riskiest first
    Table,
    /// One JSON document
    Json,
    /// One JSON object a server, a line each
    Jsonl,
    /// One row a tool
    Csv,
    /// A table for pull requests and wikis
    Markdown,
    /// SARIF 2.1.0 for code scanning: one result a tool and rule
    Sarif,
}

/// What `--fail-on` takes: the least class or severity that fails, in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// This class or one above it in precedence.
    Class(Class),
    /// This severity or a worse one.
    Severity(Severity),
}

impl Threshold {
    /// Whether a class is at or above the threshold.
    #[must_use]
    pub fn reached_by(self, class: Class) -> bool {
        match self {
            Self::Class(least) => class >= least,
            Self::Severity(least) => class.severity() >= least,
        }
    }
}

impl std::str::FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let class = Class::ALL.into_iter().find(|class| class.name().eq_ignore_ascii_case(text)).map(Self::Class);
        let severity =
            || Severity::ALL.into_iter().find(|severity| severity.name().eq_ignore_ascii_case(text)).map(Self::Severity);
        class.or_else(severity).ok_or_else(|| {
            "expected a class (read, write, execute, destructive, financial) or a severity (low, medium, high, critical)"
                .to_owned()
        })
    }
}

/// `toolgrade classify`
#[derive(Debug, Args)]
pub struct ClassifyArgs {
    /// JSON Lines of tools, or `{"server": …, "tool": {…}}`; standard input when absent
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,

    /// Only server, name, class and severity
    #[arg(long)]
    pub brief: bool,
}

/// `toolgrade eval`
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Labelled tools: JSON Lines of `{"server","class","alt":[…],"tool"}`
    #[arg(value_name = "GOLD.jsonl", required = true)]
    pub gold: Vec<PathBuf>,

    /// Also write how sure each way to decide is, as counted on these labels
    #[arg(long, value_name = "CONFIDENCE.json")]
    pub fit: Option<PathBuf>,

    /// How to print the measurement
    #[arg(long, value_enum, default_value_t = EvalFormat::Text)]
    pub format: EvalFormat,
}

/// Formats of `eval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvalFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// `toolgrade rules`
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// A rule's id: print its page
    pub id: Option<String>,
}

/// `toolgrade site`
#[derive(Debug, Args)]
pub struct SiteArgs {
    /// The catalogue to publish, as filled by `scan --catalogue`
    #[arg(long, value_name = "DB")]
    pub catalogue: Location,

    /// The directory to write; made when missing
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,

    /// The address the site will be served from, for links that must be absolute
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,

    /// What gets a page: every tool, or – for hosts that count files – every server, with its tools as sections
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = PagesArg::Tool)]
    pub pages: PagesArg,

    /// Show the site at a port of this machine until it is interrupted; 0 takes any port that is free
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "8080", require_equals = true)]
    pub serve: Option<u16>,

    /// Say nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// `--pages`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PagesArg {
    /// A page for every tool.
    Tool,
    /// A page for every server.
    Server,
}

impl From<PagesArg> for crate::site::Pages {
    fn from(pages: PagesArg) -> Self {
        match pages {
            PagesArg::Tool => Self::Tool,
            PagesArg::Server => Self::Server,
        }
    }
}
