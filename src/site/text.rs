//! What pages say in words: lists in English, what each class means, JSON that hides nothing.

use crate::policy::plan::Standing;
use crate::sanitize;
use crate::verdict::{Class, Verdict};

/// How much of a description a list shows.
const BRIEF: usize = 180;

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The start of a stranger's text on one line, cut between words.
pub(super) fn brief(text: &str) -> String {
    // What follows is cut off: no character becomes less than one when it is spelled out.
    let mut start = String::with_capacity(BRIEF + 32);
    for word in text.split_whitespace() {
        if !start.is_empty() {
            start.push(' ');
        }
        start.push_str(word);
        if start.len() > 4 * BRIEF {
            break;
        }
    }
    let line = sanitize::line(&start);
    let Some((cut, _)) = line.char_indices().nth(BRIEF) else { return line };
    let kept = &line[..cut];
    let kept = kept.rsplit_once(' ').map_or(kept, |(kept, _)| kept);
    format!("{} …", kept.trim_end())
}

/// A text as it is, but for the end of one that is very long.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A tenth of a percent of a context, as text.
pub(super) fn context_share(tokens: usize, context: usize) -> String {
    let tenths = (tokens * 1000 + context / 2) / context;
    if tokens > 0 && tenths == 0 { "less than 0.1".to_owned() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

/// How sure a class is, in words.
pub(super) fn confidence(verdict: &Verdict) -> &'static str {
    match verdict.confidence {
        _ if verdict.is_unsure() => "not sure",
        value if value >= 0.9 => "very sure",
        _ => "fairly sure",
    }
}

/// What one call can do, after “One call can”.
pub(super) fn can(class: Class) -> &'static str {
    match class {
        Class::Read => "only look, search or compute: nothing lasting changes",
        Class::Write => "create or change something; another call can put it back",
        Class::Execute => "run or trigger something: how far it reaches depends on its arguments",
        Class::Destructive => "remove something for good: no other call brings it back",
        Class::Financial => "move money, or change what somebody has to pay",
    }
}

/// What to do about a class by default, and how.
pub(super) fn stance(class: Class) -> (&'static str, &'static str) {
    match class {
        Class::Read => ("Allow it", "A wrong call costs a little time and some tokens, so it may stay allowed."),
        Class::Write => {
            ("Cap it", "One wrong call can be put back, a thousand hardly: keep it usable, with a limit on how often.")
        }
        Class::Execute => {
            ("Cap it", "Keep it usable under a tight limit, and constrain the arguments that decide how far it reaches.")
        }
        Class::Destructive => ("Block it", "Hide it, so that no agent plans with it, until someone needs it."),
        Class::Financial => ("Ask a person first", "Block it until a person has approved the very call."),
    }
}

/// What is recommended for one tool, and why.
pub(super) fn recommendation(class: Class, standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Free => stance(Class::Read),
        Standing::Limited => stance(if class == Class::Execute { class } else { Class::Write }),
        Standing::Checked => {
            ("Keep it in bounds", "Keep it usable: its arguments are checked before each call, and calls are counted.")
        }
        Standing::Approval => stance(Class::Financial),
        Standing::Refused => {
            ("Refuse it", "It runs what its caller writes: refuse it until someone allows it by name, knowing what it can reach.")
        }
        Standing::Hidden => stance(Class::Destructive),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded() {
        for (tokens, text) in [(0, "0.0"), (1, "less than 0.1"), (11_066, "5.5"), (200_000, "100.0")] {
            assert_eq!(context_share(tokens, 200_000), text);
        }
    }

    #[test]
    fn a_brief_text_is_one_line() {
        assert_eq!(brief(" a\n\n b "), "a b");
        assert!(brief(&"word ".repeat(100)).ends_with("word …"));
        assert_eq!(brief(&"削".repeat(500)).chars().count(), BRIEF + 2);
    }
}
