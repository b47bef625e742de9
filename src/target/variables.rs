//! Fills in `${VAR}` as the clients that read these configs do.

use crate::redact::Secrets;

/// Looks a variable up; the caller's environment outside of tests.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A variable that has no value, and no default.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unset(pub(super) String);

/// Values that tell where things are, not what is secret: masking them would only hide paths.
const PLAIN: [&str; 8] = ["HOME", "USER", "PWD", "PATH", "TMPDIR", "TEMP", "USERPROFILE", "LANG"];

/// The text with `${VAR}`, `${env:VAR}`, `${VAR:-default}` and `{env:VAR}` filled in; every other `$` is literal.
/// What was filled in is added to `secrets`.
pub(super) fn fill(text: &str, lookup: Lookup<'_>, secrets: &mut Secrets) -> Result<String, Unset> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, open)) = next_reference(rest) {
        let Some(length) = rest[at + open..].find('}') else { break };
        let inner = &rest[at + open..at + open + length];
        filled.push_str(&rest[..at]);
        filled.push_str(&value(inner, lookup, secrets)?);
        rest = &rest[at + open + length + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Where the next reference starts, and how long its opening is.
fn next_reference(text: &str) -> Option<(usize, usize)> {
    // opencode writes `{env:VAR}`, which is also a part of `${env:VAR}`.
    let dollar = text.find("${").map(|at| (at, 2));
    let bare = text.find("{env:").map(|at| (at, 1));
    [dollar, bare].into_iter().flatten().min()
}

fn value(inner: &str, lookup: Lookup<'_>, secrets: &mut Secrets) -> Result<String, Unset> {
    let (name, default) = match inner.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    let name = name.strip_prefix("env:").unwrap_or(name);
    let known = match name {
        // VS Code and Cursor: the folder that is open, the user's home.
        "workspaceFolder" | "userHome" => {
            let folder = if name == "userHome" { std::env::home_dir() } else { std::env::current_dir().ok() };
            return folder.map(|folder| folder.to_string_lossy().into_owned()).ok_or_else(|| Unset(inner.to_owned()));
        }
        "pathSeparator" | "/" => return Ok(std::path::MAIN_SEPARATOR_STR.to_owned()),
        _ => lookup(name),
    };
    match (known, default) {
        // As in a shell, `:-` stands in for an empty value too.
        (Some(value), None) => Ok(remember(name, value, secrets)),
        (Some(value), Some(_)) if !value.is_empty() => Ok(remember(name, value, secrets)),
        (_, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(Unset(name.to_owned())),
    }
}

fn remember(name: &str, value: String, secrets: &mut Secrets) -> String {
    if !PLAIN.contains(&name) {
        secrets.add(name, &value);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_filled_and_the_rest_is_literal() {
        let lookup = |name: &str| match name {
            "TOKEN" => Some("abcd".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, expected) in [
            ("Bearer ${TOKEN}!", Ok("Bearer abcd!")),
            ("${env:TOKEN}${TOKEN}", Ok("abcdabcd")),
            ("{env:TOKEN}", Ok("abcd")),
            ("${NONE:-http://x/${y}", Ok("http://x/${y")),
            ("${NONE:-}", Ok("")),
            ("${EMPTY:-d}-${EMPTY}", Ok("d-")),
            ("$TOKEN { } ${open", Ok("$TOKEN { } ${open")),
            ("a ${NONE} b", Err("NONE")),
            ("${input:key}", Err("input:key")),
        ] {
            let filled = fill(text, &lookup, &mut Secrets::default());
            let expected = expected.map(str::to_owned).map_err(|name| Unset(name.to_owned()));
            assert_eq!(filled, expected, "for {text}");
        }
    }

    #[test]
    fn what_is_filled_in_is_secret() {
        let mut secrets = Secrets::default();
        let filled = fill("x ${TOKEN}", &|_| Some("abcd-efgh".to_owned()), &mut secrets).unwrap();
        assert_eq!(secrets.mask(&filled), "x ${TOKEN}");
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[${}a:é-]*") {
            let _ = fill(&text, &|name| (name == "a").then(|| "b".to_owned()), &mut Secrets::default());
        }
    }
}
