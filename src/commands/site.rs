//! `toolgrade site`

use crate::cli::SiteArgs;
use crate::exit::Exit;

pub(super) fn run(_args: &SiteArgs) -> anyhow::Result<Exit> {
    anyhow::bail!("`site` is not built yet")
}
