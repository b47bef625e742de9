//! Scans of the scripted server in `examples/hostile_server.rs`, over stdio.

use crate::outcome;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use toolgrade::scan::{Options, Scan, scan};
use toolgrade::target::{CommandTarget, Target};
use toolgrade::tool::{Definition, Tool};

/// Time that no scenario needs.
const LONG: Duration = Duration::from_secs(60);

/// Time enough to get to where a server hangs.
const SHORT: Duration = Duration::from_millis(1500);

#[track_caller]
fn check(scenario: &str, expected: &str) {
    let scan = scan_one(&[scenario], LONG);
    assert_eq!(outcome::text(&scan), expected, "for {scenario}");
}

/// A server that hangs costs its time and little more.
#[track_caller]
fn check_hanging(scenario: &str, expected: &str) {
    let begin = Instant::now();
    let scan = scan_one(&[scenario], SHORT);
    assert_eq!(outcome::text(&scan), expected, "for {scenario}");
    assert!(begin.elapsed() < SHORT + Duration::from_secs(5), "took {:?}", begin.elapsed());
}

fn scan_one(args: &[&str], timeout: Duration) -> Scan {
    scan(vec![Target::Command(hostile(args))], &Options { timeout, ..Options::default() })
}

fn hostile(args: &[&str]) -> CommandTarget {
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    CommandTarget { command: program().to_str().unwrap().to_owned(), args, ..CommandTarget::default() }
}

/// `cargo test` builds examples next to the tests.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples/hostile_server");
    assert!(program.exists(), "build it with `cargo build --example hostile_server`");
    program
}

#[test]
fn pages_are_read_to_the_end() {
    check("paged", "hostile 2025-11-25 complete: 250 tools: tool-0 … tool-249\n");
}

#[test]
fn a_list_without_end_is_cut() {
    check(
        "cursor-loop",
        "hostile 2025-11-25 cut: 1 tools: again\n\
         ! list cursor-loop: the list's cursor repeats: kept 1 tools, there may be more\n",
    );
    check(
        "empty-loop",
        "hostile 2025-11-25 cut: 0 tools: \n\
         ! list cursor-loop: the list's cursor repeats: kept 0 tools, there may be more\n",
    );
    check(
        "endless",
        "hostile 2025-11-25 cut: 1000 tools: t0 … t999\n\
         ! list too-many-pages: the list did not end after 1000 pages: kept 1000 tools\n",
    );
    check(
        "many",
        "hostile 2025-11-25 cut: 100000 tools: t0-0 … t4-19999\n\
         ! list too-many-tools: the list did not end after 100000 tools: kept those\n",
    );
}

#[test]
fn a_server_that_hangs_is_left() {
    check_hanging(
        "silent",
        "! initialize timeout: no answer to `initialize` within 1.5 s: check its arguments and credentials, or give it longer \
         (`--timeout`)\n",
    );
    check_hanging(
        "hang-after-initialize",
        "hostile 2025-11-25 cut: 0 tools: \n\
         ! list timeout: `tools/list` did not end within 1.5 s: give it longer (`--timeout`)\n",
    );
    check_hanging(
        "hang-in-list",
        "hostile 2025-11-25 cut: 1 tools: first\n\
         ! list timeout: `tools/list` did not end within 1.5 s: give it longer (`--timeout`)\n",
    );
    check_hanging("ignores-the-end", "hostile 2025-11-25 complete: 1 tools: only\n");
}

#[test]
fn a_server_that_ends_is_explained() {
    let exited = "check its arguments, and the credentials it needs (`--env K=V`)";
    let stderr = "the end of its standard error:\nthread 'main' panicked";
    check(
        "crash-on-initialize",
        &format!("! initialize exited: the server exited with status 101 before it answered `initialize`: {exited}\n{stderr}\n"),
    );
    check(
        "crash-on-list",
        &format!(
            "hostile 2025-11-25 cut: 0 tools: \n\
             ! list exited: the server exited with status 101 before it answered `tools/list`: {exited}\n{stderr}\n"
        ),
    );
    check(
        "crash-in-list",
        &format!(
            "hostile 2025-11-25 cut: 1 tools: first\n\
             ! list exited: the server exited with status 101 before it answered `tools/list`: {exited}\n{stderr}\n"
        ),
    );
}

#[test]
fn errors_are_told_in_the_servers_words() {
    check(
        "error-in-list",
        "hostile 2025-11-25 cut: 1 tools: first\n\
         ! list server-error: the server answered `tools/list` with error -32603: out of memory\n",
    );
    check(
        "error-on-list",
        "hostile 2025-11-25 cut: 0 tools: \n\
         ! list server-error: the server answered `tools/list` with error -32603: no token xoxb-***\n",
    );
    check("refuses", "! initialize server-error: the server answered `initialize` with error -32000: give me a key\n");
}

#[test]
fn secrets_do_not_reach_messages() {
    let mut target = hostile(&["stderr", "--token", "another-secret"]);
    target.env = BTreeMap::from([("HOSTILE_KEY".to_owned(), "quiet words".to_owned())]);
    let scan = scan(vec![Target::Command(target)], &Options { timeout: LONG, ..Options::default() });
    let failure = &scan.failures[0];
    assert!(failure.target.ends_with("hostile_server stderr --token ***"), "{}", failure.target);
    assert_eq!(
        failure.message,
        "the server exited with status 1 before it answered `initialize`: check its arguments, and the credentials it needs \
         (`--env K=V`)\nthe end of its standard error:\nError: HOSTILE_KEY is wrong: ${HOSTILE_KEY}"
    );
}

#[test]
fn noise_is_skipped() {
    check(
        "banner",
        "hostile 2025-11-25 complete: 1 tools: only\n\
         . it wrote 7 lines that are no JSON-RPC where only messages belong; they were skipped\n",
    );
    check("early", "hostile 2025-11-25 complete: 1 tools: only\n");
    check("asks", "hostile 2025-11-25 complete: 1 tools: only\n");
    check("noisy-stderr", "hostile 2025-11-25 complete: 1 tools: only\n");
    check("string-ids", "hostile 2025-11-25 complete: 1 tools: only\n");
    check("no-newline", "hostile 2025-11-25 complete: 1 tools: last\n");
}

#[test]
fn memory_is_bounded() {
    check("oversize", "! initialize oversize: the server sent a line of more than 16 MiB before it answered `initialize`\n");
    check("flood", "! initialize oversize: the server sent output of more than 32 MiB before it answered `initialize`\n");
}

#[test]
fn a_list_without_tools_is_a_failure() {
    let no_tools = "! list no-tools: the server lists no tools: it may need credentials (`--env`, `--header`) or other arguments to \
                    show any\n";
    check("no-tools", &format!("hostile 2025-11-25 complete: 0 tools: \n{no_tools}"));
    check("no-such-method", &format!("hostile 2025-11-25 complete: 0 tools: \n{no_tools}"));
    let no_list =
        "hostile 2025-11-25 cut: 0 tools: \n! list bad-reply: the server's reply to `tools/list` has no list of `tools`\n";
    check("no-list", no_list);
    check("null-result", no_list);
}

#[test]
fn malformed_tools_cost_no_other_one() {
    let bad = |number: usize, why: &str| {
        format!("! parse malformed-tool: entry {number} of the list is no tool ({why}): the others were read\n")
    };
    let (object, name) = ("not a JSON object", "no `name`");
    let failures = [bad(2, object), bad(3, object), bad(4, name), bad(5, name), bad(6, name), bad(7, object)].concat();
    check("malformed", &format!("hostile 2025-11-25 complete: 3 tools: good fine bare\n{failures}"));
    let scan = scan_one(&["many-malformed"], LONG);
    assert_eq!(scan.failures.len(), 11);
    assert_eq!(scan.failures[10].message, "4990 more entries of the list are no tools");
}

#[test]
fn odd_tools_are_kept_as_sent() {
    check("escapes", "a\\u{1b}[2Jb 2025-11-25 complete: 1 tools: x\\u{1b}[2J\\u{202e}<script>alert(1)</script>\n");
    check("half-emoji", "hostile 2025-11-25 complete: 1 tools: cut\n");
    let scan = scan_one(&["odd-schemas"], LONG);
    let tools: Vec<String> = scan.listings[0].tools.iter().map(|tool| tool.json().to_owned()).collect();
    assert_eq!(
        tools,
        [
            r#"{"name":"a","inputSchema":null,"annotations":{"readOnlyHint":"yes"},"outputSchema":true,"x-own":1e+400}"#,
            r#"{"name":"b","inputSchema":{"type":7},"description":null}"#
        ]
    );
}

#[test]
fn json_that_cannot_be_read_is_told_at_once() {
    check(
        "bomb",
        "hostile 2025-11-25 cut: 0 tools: \n\
         ! list malformed-json: the server sent a message that cannot be read: EOF while parsing a list at line 1 column 100033\n",
    );
}

#[test]
fn revisions_are_noted() {
    check("old", "hostile 2024-11-05 complete: 1 tools: only\n");
    check(
        "future",
        "hostile 2099-01-01 complete: 1 tools: only\n\
         . it speaks an unknown revision of the protocol, `2099-01-01`\n",
    );
    check(
        "bad-introduction",
        "hostile_server - complete: 1 tools: only\n\
         . it does not say which revision of the protocol it speaks\n",
    );
}

#[test]
fn sessionless_servers_are_asked_again() {
    check("modern", "modern 2026-07-28 complete: 1 tools: only\n");
    check("modern-dumb", "hostile_server 2026-07-28 complete: 1 tools: only\n");
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("started");
    let scan = scan_one(&["first-silent", mark.to_str().unwrap()], Duration::from_secs(4));
    assert_eq!(outcome::text(&scan), "hostile 2025-11-25 complete: 1 tools: only\n");
}

#[test]
fn the_callers_environment_stays_with_the_caller() {
    // cargo gives these to its tests; they stand for the caller's secrets.
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok() && std::env::var("CARGO_PKG_NAME").is_ok());
    let mut target = hostile(&["environment"]);
    target.env = BTreeMap::from([("GIVEN".to_owned(), "yes".to_owned())]);
    let scan = scan(vec![Target::Command(target)], &Options { timeout: LONG, ..Options::default() });
    let tools: Vec<Tool> = scan.listings[0].tools.iter().map(Definition::tool).collect();
    let names: Vec<&str> = tools.iter().map(Tool::name).collect();
    assert!(names.contains(&"PATH") && names.contains(&"GIVEN"), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("CARGO_MANIFEST") || name.starts_with("CARGO_PKG")), "{names:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_left_behind() {
    let begin = Instant::now();
    let scan = scan_one(&["grandchild"], LONG);
    let tool = scan.listings[0].tools.iter().next().unwrap().tool();
    let pid = tool.name();
    // A zombie is over; only its new parent has not looked yet.
    let is_over = || {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .map_or(true, |stat| stat.rsplit(')').next().unwrap().starts_with(" Z"))
    };
    let until = Instant::now() + Duration::from_secs(5);
    while !is_over() {
        assert!(Instant::now() < until, "process {pid} is still there");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn what_cannot_be_started_is_told() {
    let missing = CommandTarget { command: "no-such-program-here".to_owned(), ..CommandTarget::default() };
    let folder = CommandTarget { command: "/".to_owned(), ..CommandTarget::default() };
    let mut nowhere = hostile(&["paged"]);
    nowhere.cwd = Some("/no/such/folder".into());
    let targets = [missing, folder, nowhere].map(Target::Command).to_vec();
    assert_eq!(
        outcome::text(&scan(targets, &Options { timeout: LONG, ..Options::default() })),
        "! spawn not-found: `no-such-program-here` was not found: install it, or give the full path of the program\n\
         ! spawn not-executable: `/` may not be executed: check its permissions\n\
         ! spawn not-found: the working directory `/no/such/folder` does not exist: create it or correct `cwd`\n"
    );
}

#[test]
fn targets_keep_their_order() {
    let scenarios = ["paged", "crash-on-initialize", "old", "no-tools", "cursor-loop", "escapes"];
    let targets = scenarios.iter().map(|scenario| Target::Command(hostile(&[scenario]))).collect();
    let scan = scan(targets, &Options { timeout: LONG, ..Options::default() });
    let protocols: Vec<_> =
        scan.listings.iter().map(|listing| (listing.tools.len(), listing.server.protocol.as_deref().unwrap())).collect();
    let (now, old) = ("2025-11-25", "2024-11-05");
    assert_eq!(protocols, [(250, now), (1, old), (0, now), (1, now), (1, now)]);
    let reasons: Vec<&str> = scan.failures.iter().map(|failure| failure.reason.as_str()).collect();
    assert_eq!(reasons, ["exited", "no-tools", "cursor-loop"]);
}
