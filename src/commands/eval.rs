//! `toolgrade eval`

use crate::cli::EvalArgs;
use crate::exit::Exit;

pub(super) fn run(_args: &EvalArgs) -> anyhow::Result<Exit> {
    anyhow::bail!("`eval` is not built yet")
}
