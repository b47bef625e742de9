//! Parses arguments, runs one command, turns its outcome into an exit status.

use clap::Parser as _;
use std::process::ExitCode;
use toolgrade::{cli::Cli, commands, exit::Exit, sandbox};

fn main() -> ExitCode {
    sandbox::is_program();
    match commands::run(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(error) if commands::is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            anstream::eprintln!("error: {}", toolgrade::sanitize::line(&format!("{error:#}")));
            Exit::Error.into()
        }
    }
}
