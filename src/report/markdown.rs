//! The report as Markdown: a table a server, for pull requests and wikis. Nothing a server says becomes a link, an image, a
//! mention or markup.

use super::{Report, tally};
use crate::failure::Failure;
use crate::sanitize;
use crate::verdict::{GradedServer, GradedTool};
use std::io::{self, Write};

/// Prints a section for each server, riskiest tools first, and what failed.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for server in &report.servers {
        section(server, out)?;
    }
    if report.servers.is_empty() {
        writeln!(out, "No server was read.\n")?;
    }
    not_scanned(&report.failures, out)?;
    writeln!(out, "{}", tally::line(&report.servers))
}

/// Prints what failed, if something did.
pub(super) fn not_scanned(failures: &[Failure], out: &mut dyn Write) -> io::Result<()> {
    if failures.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Not scanned\n")?;
    for failure in failures {
        writeln!(out, "- {}: {}: {}", code(&failure.target), failure.stage, text(&failure.message))?;
    }
    writeln!(out)
}

fn section(server: &GradedServer, out: &mut dyn Write) -> io::Result<()> {
    let about = &server.server;
    let version = about.version.as_deref().map(|version| format!(" {}", text(version))).unwrap_or_default();
    writeln!(out, "## {}{version}\n", text(&about.name))?;
    let protocol = about.protocol.as_deref().map(|protocol| format!(" · MCP {}", text(protocol))).unwrap_or_default();
    let isolation = about.isolation.as_deref().map(|isolation| format!(" · isolation: {}", text(isolation))).unwrap_or_default();
    let source = code(&about.source.text());
    match server.letter() {
        Some(letter) => writeln!(out, "Grade **{letter}** · {} · {source}{protocol}{isolation}\n", tally::line([server]))?,
        None => writeln!(out, "**No tools** · {source}{protocol}{isolation}\n")?,
    }
    if !about.complete {
        writeln!(out, "**The list did not end: tools may be missing.**\n")?;
    }
    if server.tools.is_empty() {
        return Ok(());
    }
    writeln!(out, "| Class | Severity | Score | Tool | Tokens | Signals |")?;
    writeln!(out, "|---|---|---|---|--:|---|")?;
    for tool in server.riskiest() {
        writeln!(out, "{}", row(tool))?;
    }
    writeln!(out)
}

fn row(tool: &GradedTool) -> String {
    let verdict = &tool.verdict;
    format!(
        "| {} | {} | {}/5 | {} | {} | {} |",
        verdict.class,
        verdict.severity,
        verdict.score,
        code(tool.tool.name()),
        tally::thousands(tool.tokens),
        signals(tool)
    )
}

/// The signals in one cell; a verdict that is not sure says so first.
pub(super) fn signals(tool: &GradedTool) -> String {
    let unsure = tool.verdict.is_unsure().then(|| "**check by hand**".to_owned());
    let signals = tool.verdict.signals.iter().map(|signal| text(&signal.text));
    unsure.into_iter().chain(signals).collect::<Vec<_>>().join(" · ")
}

/// Text as code, where nothing is markup. What could end a code span or a table cell goes into a `<code>` as entities.
pub(super) fn code(text: &str) -> String {
    let safe = sanitize::line(text);
    if !safe.contains(['`', '|', '\\']) && safe.trim() == safe && !safe.is_empty() {
        return format!("`{safe}`");
    }
    let entities: String = safe
        .chars()
        .map(
            |character| {
                if character.is_ascii_punctuation() { format!("&#{};", u32::from(character)) } else { character.to_string() }
            },
        )
        .collect();
    format!("<code>{entities}</code>")
}

/// Text as text, never at the start of a line: punctuation escaped, addresses broken so that they are not linked, `@` swapped for its full-width form so
/// that nobody is notified.
pub(super) fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in sanitize::line(text).chars() {
        match character {
            '@' => safe.push('＠'),
            ':' => safe.push_str("&#58;"),
            '.' if ends_in_www(&safe) => safe.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '!' | '|' | '~' | '&' | '$' => {
                safe.push('\\');
                safe.push(character);
            }
            _ => safe.push(character),
        }
    }
    safe
}

fn ends_in_www(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 3 && bytes[bytes.len() - 3..].eq_ignore_ascii_case(b"www")
}

#[cfg(test)]
mod tests {
    use super::{code, text};

    #[test]
    fn text_stays_text() {
        for (hostile, safe) in [
            ("High parameter count (46 properties)", "High parameter count (46 properties)"),
            ("![x](https://evil.example/a.png)", r"\!\[x\](https&#58;//evil.example/a.png)"),
            ("www.evil.example @octocat a@b.example", "www&#46;evil.example ＠octocat a＠b.example"),
            ("<img src=x onerror=alert(1)> | **b** `c`", r"\<img src=x onerror=alert(1)\> \| \*\*b\*\* \`c\`"),
            ("one\n\n# two", r"one  \# two"),
        ] {
            assert_eq!(text(hostile), safe);
        }
    }

    #[test]
    fn code_stays_code() {
        for (hostile, safe) in [
            ("drop_table", "`drop_table`"),
            ("npm:@a/b@1.0 **x**", "`npm:@a/b@1.0 **x**`"),
            ("a`b<", "<code>a&#96;b&#60;</code>"),
            ("a\\|b", "<code>a&#92;&#124;b</code>"),
            ("a\u{202e}", "<code>a&#92;u&#123;202e&#125;</code>"),
        ] {
            assert_eq!(code(hostile), safe);
        }
    }
}
