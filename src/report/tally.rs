//! Counts in English: `1 tool`, `5,012 tokens`, `22 tools: 4 Read, 10 Write, …`.

use crate::verdict::{Class, GradedServer, GradedTool};

/// `1 tool`, `2 tools`, `1,000 tools`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// The counting line: tools by class and what they cost.
#[must_use]
pub fn line<'a>(servers: impl IntoIterator<Item = &'a GradedServer, IntoIter: Clone>) -> String {
    tools(servers.into_iter().flat_map(|server| &server.tools))
}

/// As [`line`], of tools.
#[must_use]
pub fn tools<'a>(all: impl Iterator<Item = &'a GradedTool> + Clone) -> String {
    let tools = || all.clone();
    let classes = Class::ALL.map(|class| {
        let number = tools().filter(|tool| tool.verdict.class == class).count();
        format!("{} {class}", thousands(number))
    });
    let tokens = tools().map(|tool| tool.tokens).sum();
    format!("{}: {} · {}", count(tools().count(), "tool"), classes.join(", "), count(tokens, "token"))
}

/// The number with a comma at every thousand.
#[must_use]
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::{count, thousands};

    #[test]
    fn numbers_are_grouped() {
        let shown: Vec<String> = [0, 7, 999, 1000, 12_345, 1_234_567].into_iter().map(thousands).collect();
        assert_eq!(shown, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn one_is_singular() {
        assert_eq!([count(0, "tool"), count(1, "tool"), count(2, "tool")], ["0 tools", "1 tool", "2 tools"]);
    }
}
