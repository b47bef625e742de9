//! Hints after a run, made from what it found: what a person could do next.

use super::{Report, tally};

/// Hints in the order of their use, each a sentence. `typed` is whether the targets were, and not found on the machine.
#[must_use]
pub fn hints(report: &Report, explained: bool, typed: bool) -> Vec<String> {
    let failed = |reason: &str| report.failures.iter().filter(|failure| failure.reason == reason).count();
    let mut hints = Vec::new();
    match failed("unauthorized") {
        0 => {}
        number if typed => {
            hints.push(format!("{} for credentials: see `--header 'Authorization: Bearer …'`", asked(number)));
        }
        number => hints.push(format!("{} for credentials: scan it by its URL, with `--header`", asked(number))),
    }
    let starved = report.failures.iter().filter(|failure| failure.reason == "exited" && misses_a_credential(&failure.message));
    match starved.count() {
        0 => {}
        number if typed => {
            hints.push(format!("{} for a variable: see `--env K=V`, or `--env K` to pass yours on", asked(number)));
        }
        number => hints.push(format!("{} for a variable: its client may pass on what its config does not name", asked(number))),
    }
    match failed("timeout") {
        0 => {}
        number => hints.push(format!(
            "{} too slow: see `--timeout SECONDS`",
            if number == 1 { "one server was" } else { "some servers were" }
        )),
    }
    let unsure = report.servers.iter().flat_map(|server| &server.tools).filter(|tool| tool.verdict.is_unsure()).count();
    match unsure {
        0 => {}
        _ if explained => {}
        number => {
            let tools = tally::count(number, "tool");
            hints.push(format!("{tools} to check by hand: `--explain` shows the words that decided"));
        }
    }
    hints
}

fn asked(number: usize) -> String {
    format!("{} asked", tally::count(number, "server"))
}

/// Whether a server's last words sound like a missing key or variable. What it said itself counts, not our advice.
pub(crate) fn misses_a_credential(message: &str) -> bool {
    let Some((_, said)) = message.split_once("standard error:\n") else { return false };
    // A parser's complaint names tokens of another kind.
    let said = said.to_lowercase().replace("unexpected token", "");
    ["api key", "api_key", "apikey", "token", "credential", "secret", "password", "environment variable", "env var"]
        .iter()
        .any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::hints;
    use crate::failure::{Failure, Stage};
    use crate::report::Report;

    #[track_caller]
    fn check(failures: &[(&str, &str)], expected: &[&str]) {
        let failures = failures.iter().map(|(reason, message)| Failure {
            target: "x".to_owned(),
            stage: Stage::Initialize,
            reason: (*reason).to_owned(),
            message: (*message).to_owned(),
        });
        let report = Report { servers: Vec::new(), failures: failures.collect() };
        assert_eq!(hints(&report, false, true), expected);
    }

    #[test]
    fn failures_that_a_flag_can_mend_name_the_flag() {
        check(&[("not-found", "no such program")], &[]);
        check(&[("exited", "it just ended: check the credentials it needs (`--env K=V`)")], &[]);
        check(&[("exited", "the end of its standard error:\nSyntaxError: Unexpected token '}'")], &[]);
        check(
            &[
                ("unauthorized", "401"),
                ("unauthorized", "401"),
                ("exited", "the end of its standard error:\nError: BRAVE_API_KEY is required"),
                ("timeout", "60 s"),
            ],
            &[
                "2 servers asked for credentials: see `--header 'Authorization: Bearer …'`",
                "1 server asked for a variable: see `--env K=V`, or `--env K` to pass yours on",
                "one server was too slow: see `--timeout SECONDS`",
            ],
        );
    }
}
