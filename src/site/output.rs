//! Every byte that reaches the disk: writes what changed, takes away what it wrote before and no longer would.

use anyhow::{Context as _, bail};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Lists, a path a line, what was written. Only what stands in it is ever removed or replaced.
const MANIFEST: &str = ".toolgrade-site";

/// Held by the one that writes. It stays: whoever removed it might take it from under the next one.
const LOCK: &str = ".toolgrade-site.lock";

/// A directory that a site is written to.
pub(super) struct Output {
    directory: PathBuf,
    before: BTreeSet<String>,
    written: BTreeSet<String>,
    journal: File,
    changed: usize,
    /// Given back when it is dropped, or its process ends.
    _lock: File,
}

/// What a publication did to the directory.
pub(super) struct Changes {
    /// Files of the site, all told.
    pub(super) files: usize,
    /// Files whose bytes changed, new ones included.
    pub(super) changed: usize,
    /// Files that went away.
    pub(super) removed: usize,
}

impl Output {
    /// Opens a directory, made when missing.
    pub(super) fn open(directory: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(directory).with_context(|| format!("cannot make the directory `{}`", directory.display()))?;
        let lock = lock(directory)?;
        let manifest = directory.join(MANIFEST);
        let before = if manifest.exists() {
            let text = fs::read_to_string(&manifest).with_context(|| format!("cannot read `{}`", manifest.display()))?;
            text.lines().filter(|line| is_ours(line)).map(str::to_owned).collect()
        } else {
            BTreeSet::new()
        };
        let journal = File::options()
            .append(true)
            .create(true)
            .open(&manifest)
            .with_context(|| format!("cannot write to `{}`", directory.display()))?;
        Ok(Self { directory: directory.to_owned(), before, written: BTreeSet::new(), journal, changed: 0, _lock: lock })
    }

    /// Writes one file, `/`-separated and relative, unless it has these bytes already.
    pub(super) fn write(&mut self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        if !is_ours(path) {
            bail!("`{path}` is no path of a site");
        }
        if !self.written.insert(path.to_owned()) {
            bail!("two pages want to be `{path}`");
        }
        let target = self.directory.join(path);
        if !self.before.contains(path) {
            if target.symlink_metadata().is_ok() {
                bail!("`{}` was not written by toolgrade: move it away, or choose another directory", target.display());
            }
            // First the manifest, then the file: one that is cut short is still known as ours.
            writeln!(self.journal, "{path}").with_context(|| format!("cannot write to `{}`", self.directory.display()))?;
        } else if is_same(&target, bytes) {
            return Ok(());
        }
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot make the directory `{}`", parent.display()))?;
        }
        fs::write(&target, bytes).with_context(|| format!("cannot write `{}`", target.display()))?;
        self.changed += 1;
        Ok(())
    }

    /// Removes what earlier publications wrote and this one did not.
    pub(super) fn finish(mut self) -> anyhow::Result<Changes> {
        let mut removed = 0;
        for path in self.before.difference(&self.written) {
            let target = self.directory.join(path);
            match fs::remove_file(&target) {
                Ok(()) => removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("cannot remove `{}`", target.display())),
            }
            remove_empty(&self.directory, target.parent());
        }
        let list: String = self.written.iter().flat_map(|path| [path.as_str(), "\n"]).collect();
        self.journal.flush()?;
        let manifest = self.directory.join(MANIFEST);
        if !is_same(&manifest, list.as_bytes()) {
            let fresh = self.directory.join(format!("{MANIFEST}.new"));
            fs::write(&fresh, list)
                .and_then(|()| fs::rename(&fresh, &manifest))
                .with_context(|| format!("cannot write `{}`", manifest.display()))?;
        }
        Ok(Changes { files: self.written.len(), changed: self.changed, removed })
    }
}

/// Keeps a second publication out: each would take the other's files for a stranger's, and leave half of both.
fn lock(directory: &Path) -> anyhow::Result<File> {
    let file = File::options().append(true).create(true).open(directory.join(LOCK));
    let file = file.with_context(|| format!("cannot write to `{}`", directory.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another `toolgrade site` is writing to `{}`: wait for it, or choose another directory", directory.display())
        }
        // Some network file systems know no locks.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock `{}`", directory.display())),
    }
}

/// Removes directories that lost their last file, up to the site's own.
fn remove_empty(top: &Path, mut directory: Option<&Path>) {
    while let Some(empty) = directory.filter(|directory| *directory != top && directory.starts_with(top)) {
        // It is not empty, most of the time.
        if fs::remove_dir(empty).is_err() {
            return;
        }
        directory = empty.parent();
    }
}

fn is_same(path: &Path, bytes: &[u8]) -> bool {
    let is_as_long = path.metadata().is_ok_and(|about| about.len() == bytes.len() as u64);
    is_as_long && fs::read(path).is_ok_and(|old| old == bytes)
}

/// Whether a path is made of slugs and so stays inside the directory.
fn is_ours(path: &str) -> bool {
    let is_slug = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
    };
    path.split('/').all(is_slug)
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn a_path_stays_inside() {
        for inside in ["index.html", "tools/a/b-1.html", "servers/x..y.json"] {
            assert!(is_ours(inside), "{inside}");
        }
        for outside in ["", "/etc/passwd", "../x", "a//b", "a/../b", ".toolgrade-site", "a/.b", "A", "a b", "a\\b", "c:/x"] {
            assert!(!is_ours(outside), "{outside}");
        }
    }
}
