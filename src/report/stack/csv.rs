//! The stack view as CSV: one row for each tool of each client; what was found as one row for each server.

use super::Stack;
use crate::installed::Installed;
use crate::report::csv::{HEADINGS, cell, row};
use std::io::{self, Write};

/// Prints a row for each client and tool, riskiest tools first.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(stack: &Stack<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["client"].into_iter().chain(HEADINGS).chain(["unasked"]))?;
    for part in stack.parts() {
        for callable in part.tools {
            let mut record = vec![part.client.id.clone()];
            record.extend(row(callable.server, callable.tool));
            record.push(callable.is_unasked.to_string());
            writer.write_record(record)?;
        }
    }
    writer.flush()
}

/// Prints a row for each server that was found.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_found(installed: &Installed, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["client", "path", "scope", "folder", "name", "state", "kind", "source", "reason"])?;
    for config in &installed.configs {
        for server in &config.servers {
            let source = server.source.as_ref();
            writer.write_record([
                config.client.id.clone(),
                cell(&config.path),
                config.scope.name().to_owned(),
                cell(config.folder.as_deref().unwrap_or_default()),
                cell(&server.name),
                server.state.name().to_owned(),
                source.map_or("", |source| source.kind()).to_owned(),
                cell(&source.map(|source| source.text()).unwrap_or_default()),
                cell(server.state.reason().unwrap_or_default()),
            ])?;
        }
    }
    writer.flush()
}
