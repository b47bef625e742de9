//! `toolgrade rules`

use crate::cli::RulesArgs;
use crate::exit::Exit;

pub(super) fn run(_args: &RulesArgs) -> anyhow::Result<Exit> {
    anyhow::bail!("`rules` is not built yet")
}
