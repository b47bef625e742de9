//! `toolgrade inside`: how the program starts itself in a sandbox.

use crate::cli::InsideArgs;
use crate::exit::Exit;
use crate::sandbox::inside::Inside;

pub(super) fn run(args: InsideArgs) -> anyhow::Result<Exit> {
    let InsideArgs { read, write, network, gate, alone, command } = args;
    let status = Inside { readable: read, writable: write, network, gate, alone, command }.run()?;
    Ok(if status == 0 { Exit::Done } else { Exit::Error })
}
