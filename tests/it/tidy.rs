//! The shape of the source tree: what each part may do, and what no part does. A failure names the file and the line.

use std::fs;
use std::path::Path;
use toolgrade::{attacks, rules};

/// Modules that are functions of their arguments: no clock, no network, no database, no environment.
const PURE: [&str; 12] =
    ["actions", "evidence", "fnv", "grade", "grammar", "policy", "rules", "sanitize", "slug", "tokens", "verdict", "words"];

/// What pure modules do without.
const IMPURE: [&str; 10] =
    ["std::env", "std::fs", "std::net", "std::process", "std::time", "jiff", "nix::", "reqwest", "rusqlite", "tokio"];

/// Where the clock is read, and what for.
const CLOCK: [&str; 9] = [
    // The time of a visit: everything that is recorded carries this one.
    "src/commands/scan.rs",
    // How long a publication took.
    "src/commands/site.rs",
    // How long a server may take to end.
    "src/mcp/process.rs",
    // When a visit is late.
    "src/mcp/room.rs",
    // How long a catalogue is waited for that is locked or lost.
    "src/store/sqlite.rs",
    "src/store/postgres/session.rs",
    // When a lease ends, and a visit was, where the database has no clock.
    "src/store/database.rs",
    // Whose turn it is, how long a visit took, and how fast a registry is asked.
    "src/crawl.rs",
    "src/registry/client.rs",
];

/// Where the caller's environment is read, and what for.
const ENVIRONMENT: [&str; 9] = [
    // What a started server sees of it, and where programs are.
    "src/mcp/process.rs",
    // Where programs and the user's home are, and what a program that fetches sees.
    "src/sandbox.rs",
    "src/sandbox/run.rs",
    // Whether somebody watches.
    "src/progress.rs",
    // `--env KEY`, and the variables that configs name.
    "src/target/given.rs",
    "src/target/config.rs",
    "src/target/variables.rs",
    // What an address of a database leaves out.
    "src/store/postgres/address.rs",
    // Where the user's clients keep their configs.
    "src/clients/machine.rs",
];

/// A text file of the repository.
struct File {
    path: String,
    text: String,
}

/// Every file below a folder of the repository, by its path with `/`, sorted.
fn files(folder: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut pending = vec![root.join(folder)];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(File { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

/// The program's own code; what stands below `#[cfg(test)]` is not.
fn sources() -> Vec<File> {
    let own = |file: File| {
        let text = file.text.split("#[cfg(test)]").next().unwrap().to_owned();
        File { text, ..file }
    };
    files("src").into_iter().filter(|file| file.path.ends_with(".rs")).map(own).collect()
}

/// All Rust of the repository.
fn rust() -> Vec<File> {
    let folders = ["src", "tests", "examples", "benches"];
    folders.into_iter().flat_map(files).filter(|file| file.path.ends_with(".rs")).collect()
}

/// None of the words stands in a line of code, other than in the files that may have it: those whose path starts so.
#[track_caller]
fn only_in(words: &[&str], allowed: &[&str]) {
    let mut wrong = Vec::new();
    for file in sources() {
        if allowed.iter().any(|start| file.path.starts_with(start)) {
            continue;
        }
        for (number, line) in code(&file) {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                wrong.push(format!("{}:{number}: {word}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "may only stand in {allowed:?}:\n{}", wrong.join("\n"));
}

/// Lines with their numbers, comments left out.
fn code(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let lines = file.text.lines().enumerate().map(|(index, line)| (index + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn every_file_says_what_it_is_and_fits_in_the_head() {
    for File { path, text } in rust() {
        assert!(text.starts_with("//! "), "{path}: open it with one `//!` sentence that says what it is");
        let lines = text.lines().count();
        assert!(lines <= 400, "{path}: {lines} lines are more than 400: take a part out");
    }
}

#[test]
fn names_say_what_is_inside() {
    for File { path, .. } in rust() {
        for vague in ["util", "helper", "common", "manager", "types", "constants", "misc"] {
            assert!(!path.contains(vague), "{path}: `{vague}` says nothing");
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    let marks = ["TO", "FIX", "XX", "HA"].into_iter().zip(["DO", "ME", "X", "CK"]).map(|(a, b)| [a, b].concat());
    let marks: Vec<String> = marks.collect();
    for file in rust() {
        for (number, line) in file.text.lines().enumerate() {
            let words = line.split(|character: char| !character.is_ascii_alphanumeric());
            let left = words.into_iter().find(|word| marks.iter().any(|mark| mark == word));
            assert!(left.is_none(), "{}:{}: {line}", file.path, number + 1);
        }
    }
}

#[test]
fn rules_are_data() {
    let mut wrong = Vec::new();
    for file in sources() {
        for rule in rules::all() {
            if file.text.contains(&format!("\"{}\"", rule.id)) {
                wrong.push(format!("{}: \"{}\"", file.path, rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "code that knows a rule by its id:\n{}", wrong.join("\n"));
}

#[test]
fn only_commands_and_reports_print() {
    only_in(&["print!", "println!", "dbg!"], &["src/commands", "src/main.rs", "src/progress.rs", "src/report"]);
}

#[test]
fn only_the_store_knows_the_database() {
    only_in(&["rusqlite", "tokio_postgres", "SELECT ", "INSERT ", "CREATE TABLE"], &["src/store"]);
}

#[test]
fn only_mcp_and_the_sandbox_reach_out() {
    let words = ["reqwest", "std::net::", "TcpStream", "UnixStream", "UdpSocket", "process::Command", "process_wrap"];
    // And one may be looked at on the own machine.
    only_in(&words, &["src/mcp", "src/sandbox", "src/serve.rs"]);
}

#[test]
fn only_the_decision_asks_conditions() {
    // A proof asks them of a single place, and confirms with the decision what it found.
    only_in(&[".truth("], &["src/policy/condition.rs", "src/policy/decide.rs", "src/policy/prove/formula.rs"]);
}

#[test]
fn only_a_few_read_the_clock() {
    only_in(&["SystemTime::now", "Timestamp::now", "Zoned::now", "Instant::now", ".elapsed("], &CLOCK);
}

#[test]
fn only_a_few_read_the_environment() {
    only_in(&["env::var", "env::vars", "env::home_dir", "env::current_dir", "env::temp_dir", "env::args"], &ENVIRONMENT);
}

#[test]
fn verdicts_and_policies_are_functions_of_what_they_are_given() {
    let is_pure = |path: &str| {
        let module = path.trim_start_matches("src/").split(['/', '.']).next().unwrap();
        PURE.contains(&module)
    };
    let pure: Vec<File> = sources().into_iter().filter(|file| is_pure(&file.path)).collect();
    for module in PURE {
        assert!(pure.iter().any(|file| file.path == format!("src/{module}.rs")), "{module} is gone: take it off the list");
    }
    for file in pure {
        for (number, line) in code(&file) {
            let words: Vec<&str> = IMPURE.into_iter().filter(|word| line.contains(word)).collect();
            assert!(words.is_empty(), "{}:{number}: {words:?}", file.path);
        }
    }
}

#[test]
fn lists_of_files_that_may_are_current() {
    for path in CLOCK.into_iter().chain(ENVIRONMENT) {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).is_file(), "{path} is gone: take it off its list");
    }
}

#[test]
fn templates_escape_everything() {
    for file in files("templates") {
        for (number, line) in file.text.lines().enumerate() {
            let bare: String = line.split_whitespace().collect();
            assert!(!bare.contains("|safe") && !bare.contains("|escape("), "{}:{}: {line}", file.path, number + 1);
            assert!(!bare.contains("{%filter") && !bare.contains("{%autoescape"), "{}:{}: {line}", file.path, number + 1);
        }
    }
}

#[test]
fn lists_of_words_are_sorted_and_say_nothing_twice() {
    for file in files("data").into_iter().filter(|file| file.path.ends_with(".toml")) {
        let table: toml::Table = toml::from_str(&file.text).unwrap();
        for (name, list) in table.iter().filter_map(|(name, value)| Some((name, value.as_array()?))) {
            let words: Vec<&str> = list.iter().filter_map(toml::Value::as_str).collect();
            let wrong = words.windows(2).find(|pair| pair[0] >= pair[1]);
            assert!(wrong.is_none(), "{}: `{name}`: {wrong:?} stand in this order: sort them, keep one of two", file.path);
        }
    }
}

#[test]
fn every_data_file_is_read() {
    let markdown = |folder: &str| files(folder).into_iter().filter(|file| file.path.ends_with(".md")).count();
    assert_eq!(rules::all().len(), markdown("rules"));
    assert_eq!(attacks::attacks().len(), markdown("data/attacks"));
    assert_eq!(files("rules").len(), markdown("rules"), "rules/ holds something that is no rule");
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let mut checked = 0;
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies]");
        } else if inside && !line.is_empty() {
            assert!(line.split_once(" # ").is_some_and(|(_, comment)| !comment.is_empty()), "Cargo.toml: {line}");
            checked += 1;
        }
    }
    assert!(checked > 30, "{checked}");
}

#[test]
fn no_rule_says_a_word_twice() {
    for file in files("rules") {
        let front = file.text.strip_prefix("```toml\n").and_then(|text| text.split_once("\n```\n")).unwrap().0;
        let table: toml::Table = toml::from_str(front).unwrap();
        let ways = table.get("when").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_table);
        for (name, list) in ways.flatten().filter_map(|(name, value)| Some((name, value.as_array()?))) {
            let mut seen = std::collections::BTreeSet::new();
            let twice = list.iter().filter_map(toml::Value::as_str).find(|word| !seen.insert(*word));
            assert!(twice.is_none(), "{}: `{name}` says {twice:?} twice", file.path);
        }
    }
}
