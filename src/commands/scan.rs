//! `toolgrade scan`

use crate::cli::ScanArgs;
use crate::exit::Exit;

pub(super) fn run(_args: &ScanArgs) -> anyhow::Result<Exit> {
    anyhow::bail!("`scan` is not built yet")
}
