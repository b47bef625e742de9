//! `toolgrade doctor`

use crate::exit::Exit;
use crate::sandbox::doctor::examine;
use crate::sanitize;
use std::io::{self, Write as _};

pub(super) fn run() -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    let mut exit = Exit::Done;
    for finding in examine() {
        let (mark, state) = match &finding.state {
            Ok(state) => ("yes", state),
            Err(why) => {
                exit = Exit::Incomplete;
                ("no", why)
            }
        };
        writeln!(out, "{:11} {mark:4} {}", finding.name, sanitize::line(state))?;
        writeln!(out, "{:16} {}", "", finding.purpose)?;
    }
    out.flush()?;
    Ok(exit)
}
