//! A regular expression of a policy: it must match the whole text, in time linear in its length.

use regex::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// An anchored regular expression, in the syntax of the `regex` crate (RE2's, near enough).
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// Compiled when it is first needed; nothing matches one that cannot be.
    regex: OnceLock<Option<Regex>>,
}

/// The most memory that one compiled pattern may take, in bytes: a few thousand states.
pub const SIZE_LIMIT: usize = 1 << 20;
/// The deepest that groups may nest.
const NEST_LIMIT: u32 = 100;

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When it is no regular expression, or too large a one.
    pub fn parse(text: &str) -> Result<Self, String> {
        // By itself first: `a)|(b` must not become well-formed by the group around it.
        let syntax = regex_automata::util::syntax::Config::new().nest_limit(NEST_LIMIT);
        regex_automata::util::syntax::parse_with(text, &syntax).map_err(|error| last_line(&error.to_string()))?;
        let built = RegexBuilder::new(&anchored(text)).size_limit(SIZE_LIMIT).nest_limit(NEST_LIMIT + 1).build();
        let regex = built.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                format!("the pattern takes more than {SIZE_LIMIT} bytes when compiled: shorten it")
            }
            _ => "a comment of `(?x)` runs to the end of the pattern: end it with a line break".to_owned(),
        })?;
        Ok(Self { text: text.to_owned(), regex: Some(regex).into() })
    }

    /// Takes a pattern of our own making, which is one unless it is too large: [`Pattern::parse`] tells.
    pub(super) fn ours(text: String) -> Self {
        Self { text, regex: OnceLock::new() }
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let compile = || Self::parse(&self.text).ok()?.regex.into_inner().flatten();
        self.regex.get_or_init(compile).as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// The pattern as it is matched.
    #[must_use]
    pub fn anchored(&self) -> String {
        anchored(&self.text)
    }
}

fn anchored(text: &str) -> String {
    format!(r"\A(?:{text})\z")
}

/// The line that says what is wrong; those above it draw where.
fn last_line(said: &str) -> String {
    said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_texts() {
        let check = |pattern: &str, text: &str, matches: bool| {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(text), matches, "{pattern} {text:?}");
        };
        check("a|b", "a", true);
        check("a|b", "ab", false);
        check("a|b", "xb", false);
        check("a", "a\n", false);
        check("(?m)^a$", "a\nb", false);
        check("(?s:.*)rm(?s:.*)", "x\nrm -rf", true);
        check("(?i)usd", "USD", true);
        check("", "", true);
        check("", "a", false);
        check("(?x) a # b\n", "a", true);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["(", "a)|(b", "(?x) a # b", "\\", "(?=a)", "(a)\\1", "[z-a]", "a{5000}{5000}"] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
        assert!(Pattern::parse(&"(".repeat(300)).is_err());
    }
}
