//! One function per subcommand: open what it needs, call the library, print.

mod classify;
mod crawl;
mod doctor;
mod eval;
mod history;
mod inside;
mod policy;
mod rules;
mod scan;
mod site;

use crate::cli::{Cli, Command};
use crate::exit::Exit;

/// Runs the command that was asked for.
///
/// # Errors
/// Whatever keeps the command from doing anything at all; what only concerns one target is reported instead.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Crawl(args) => crawl::run(&args),
        Command::Doctor => doctor::run(),
        Command::History(args) => history::run(&args),
        Command::Classify(args) => classify::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Policy(args) => policy::run(&args),
        Command::Site(args) => site::run(&args),
        Command::Inside(args) => inside::run(args),
    }
}

/// Whether an error is only a reader that went away (`toolgrade … | head`).
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe))
}
