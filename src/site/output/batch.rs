//! Some files that belong together: noted in the journal first, written then.

use super::manifest::{self, is_ours};
use super::{Content, Output};
use anyhow::{Context as _, bail};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// How many bytes wait to be written at once.
const WAITING: usize = 1 << 18;

/// The files of one place of the manifest.
pub(in crate::site) struct Batch<'o> {
    output: &'o Output,
    place: usize,
    source: u128,
    /// What waits, one text behind the other, and where each ends.
    text: String,
    waiting: Vec<(String, usize)>,
    lines: String,
}

impl<'o> Batch<'o> {
    pub(super) fn new(output: &'o Output, place: usize, source: u128) -> Self {
        let text = output.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        Self { output, place, source, text, waiting: Vec::new(), lines: String::new() }
    }

    /// Takes one file, its path `/`-separated and relative; `put` appends its text.
    pub(in crate::site) fn add(&mut self, path: &str, put: impl FnOnce(&mut String) -> anyhow::Result<()>) -> anyhow::Result<()> {
        if !is_ours(path) {
            bail!("`{path}` is no path of a site");
        }
        put(&mut self.text)?;
        self.waiting.push((path.to_owned(), self.text.len()));
        if self.text.len() > WAITING { self.write() } else { Ok(()) }
    }

    /// Writes what waits, and what this place has of the manifest.
    pub(in crate::site) fn finish(mut self) -> anyhow::Result<()> {
        self.write()?;
        if self.text.capacity() <= 2 * WAITING {
            self.output.spare.lock().unwrap_or_else(PoisonError::into_inner).push(self.text);
        }
        self.output.put(self.place, self.lines)
    }

    fn write(&mut self) -> anyhow::Result<()> {
        let mut changed = Vec::new();
        let mut noted = String::new();
        let mut start = 0;
        for (path, end) in &self.waiting {
            let bytes = &self.text.as_bytes()[start..*end];
            start = *end;
            let content = Content { source: self.source, length: bytes.len() as u64 };
            manifest::add(&mut self.lines, path, content);
            let tally = &self.output.tally;
            tally.files.fetch_add(1, Ordering::Relaxed);
            tally.bytes.fetch_add(content.length, Ordering::Relaxed);
            let known = self.output.known(path);
            if known.is_some_and(|known| known.kept.swap(true, Ordering::Relaxed)) {
                bail!("two pages want to be `{path}`");
            }
            let target = self.output.directory.join(path);
            if known.is_some() && content.is_length_of(&target) && fs::read(&target).is_ok_and(|there| there == bytes) {
                continue;
            }
            noted.extend([path, "\n"]);
            changed.push((target, bytes, known.is_none()));
        }
        let cannot = || format!("cannot write to `{}`", self.output.directory.display());
        if !noted.is_empty() {
            // First the manifest, then the files: one that is cut short is known as ours.
            let mut journal = self.output.journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.write_all(noted.as_bytes()).with_context(cannot)?;
        }
        for (target, bytes, is_new) in changed {
            match put(&target, bytes, is_new) {
                Ok(()) => {}
                Err(error) if is_new && error.kind() == io::ErrorKind::AlreadyExists => {
                    bail!("`{}` was not written by toolgrade: move it away, or choose another directory", target.display())
                }
                Err(error) => return Err(error).with_context(|| format!("cannot write `{}`", target.display())),
            }
            self.output.tally.changed.fetch_add(1, Ordering::Relaxed);
        }
        self.text.clear();
        self.waiting.clear();
        Ok(())
    }
}

/// Writes a file; a new one must not be there yet.
fn put(target: &Path, bytes: &[u8], is_new: bool) -> io::Result<()> {
    let open = || if is_new { File::create_new(target) } else { File::create(target) };
    let mut file = match open() {
        // Its directory is missing: so it is the first file there.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(directory) = target.parent() {
                fs::create_dir_all(directory)?;
            }
            open()
        }
        opened => opened,
    }?;
    file.write_all(bytes)
}
