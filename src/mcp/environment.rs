//! The environment of a started server: what `data/environment.txt` lets through, and what the user adds.

use std::ffi::OsString;

const ALLOWED: &str = include_str!("../../data/environment.txt");

/// The variables of the caller that a server may see.
pub(crate) fn scrubbed(caller: impl Iterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    caller.filter(|(name, value)| name.to_str().is_some_and(is_allowed) && !has_password(value)).collect()
}

fn is_allowed(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ALLOWED.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).any(|allowed| {
        match allowed.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == allowed,
        }
    })
}

/// Whether a value is a URL with credentials in it, as in `http://user:password@proxy:8080`.
fn has_password(value: &OsString) -> bool {
    let value = value.to_string_lossy();
    value
        .split("://")
        .skip(1)
        .any(|rest| rest.split(['/', '?', '#', ' ']).next().is_some_and(|authority| authority.contains('@')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_pass() {
        let caller = [
            ("PATH", "/bin"),
            ("Path", "C:\\"),
            ("LC_ALL", "C"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("GITHUB_TOKEN", "x"),
            ("npm_config_registry", "https://registry.example/"),
            ("npm_config_//registry.example/:_authToken", "x"),
            ("NPM_TOKEN", "x"),
            ("https_proxy", "http://proxy:8080"),
            ("HTTPS_PROXY", "http://me:pw@proxy:8080"),
            ("PIP_INDEX_URL", "https://tok@pypi.example/simple"),
            ("LD_PRELOAD", "x.so"),
            ("NODE_OPTIONS", "--require x"),
        ];
        let kept = scrubbed(caller.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        let names: Vec<_> = kept.iter().map(|(name, _)| name.to_str().unwrap()).collect();
        assert_eq!(names, ["PATH", "Path", "LC_ALL", "npm_config_registry", "https_proxy"]);
    }
}
