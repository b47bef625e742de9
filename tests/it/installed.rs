//! What `tests/run` installs: real servers, their runtimes and a browser, below the target directory.

use std::path::{Path, PathBuf};

/// A path below `target/live`.
#[track_caller]
pub(crate) fn installed(path: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let found = target.join("live").join(path);
    assert!(found.exists(), "`{}` is missing: run `tests/run`, which installs what the tests need", found.display());
    found
}

/// The arguments that start the program of an npm package with Node.
#[track_caller]
pub(crate) fn node(package: &str) -> Vec<String> {
    let script = installed(&format!("npm/node_modules/{package}/dist/index.js"));
    vec!["node".to_owned(), script.to_str().unwrap().to_owned()]
}
