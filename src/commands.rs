//! One function per subcommand: open what it needs, call the library, print.

use crate::cli::Cli;
use crate::exit::Exit;

/// Runs the command that was asked for.
///
/// # Errors
/// Whatever keeps the command from doing anything at all; what only concerns one target is reported instead.
pub fn run(_cli: Cli) -> anyhow::Result<Exit> {
    Ok(Exit::Done)
}

/// Whether an error is only a reader that went away (`toolgrade … | head`).
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe))
}
