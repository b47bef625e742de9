//! The command line, as clap types.

use clap::Parser;

/// Tells what the tools of an MCP server can do to you, and writes the rules that keep it in bounds.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {}
