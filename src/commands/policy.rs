//! `toolgrade policy`

use crate::cli::PolicyArgs;
use crate::exit::Exit;

pub(super) fn run(_args: &PolicyArgs) -> anyhow::Result<Exit> {
    anyhow::bail!("`policy` is not built yet")
}
