//! `toolgrade classify`

use crate::cli::ClassifyArgs;
use crate::exit::Exit;

pub(super) fn run(_args: &ClassifyArgs) -> anyhow::Result<Exit> {
    anyhow::bail!("`classify` is not built yet")
}
