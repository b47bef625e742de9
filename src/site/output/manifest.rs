//! The list of what was written: read line by line, written in one order whoever is done first.

use super::Content;
use anyhow::{Context as _, bail};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Only what stands in it is ever removed or replaced.
pub(super) const MANIFEST: &str = ".toolgrade-site";

/// Stands in a manifest whose files are being written, or were when a publication was cut short.
pub(super) const WRITING: &str = "# writing";

/// The first line of the manifest of a state.
pub(super) fn head(state: u128) -> String {
    format!("# state {state:032x}\n")
}

/// A line that names a file.
pub(super) struct Line<'l> {
    pub(super) path: &'l str,
    /// Missing where only the intent to write was noted.
    pub(super) content: Option<Content>,
}

impl<'l> Line<'l> {
    /// Reads a line; what names no file of ours is none.
    pub(super) fn parse(line: &'l str) -> Option<Self> {
        let (content, path) = match line.rsplit_once(' ') {
            Some((content, path)) => {
                let (source, length) = content.split_once(' ')?;
                (Some(Content { source: u128::from_str_radix(source, 16).ok()?, length: length.parse().ok()? }), path)
            }
            None => (None, line),
        };
        is_ours(path).then_some(Self { path, content })
    }
}

/// Adds a line.
pub(super) fn add(lines: &mut String, path: &str, content: Content) {
    // Writing to a String cannot fail.
    let _ = writeln!(lines, "{:032x} {} {path}", content.source, content.length);
}

/// The whole manifest of a directory, if it has one.
pub(super) fn read(directory: &Path) -> anyhow::Result<Option<String>> {
    let manifest = directory.join(MANIFEST);
    match fs::read_to_string(&manifest) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", manifest.display())),
    }
}

/// The files that a manifest names, each as `entry` has it; the last word on a file counts.
pub(super) fn known<T>(directory: &Path, entry: impl Fn(&str, Option<Content>) -> (u64, T)) -> anyhow::Result<HashMap<u64, T>> {
    let manifest = directory.join(MANIFEST);
    let mut known = HashMap::new();
    match File::open(&manifest) {
        Ok(file) => {
            for line in BufReader::new(file).lines() {
                let line = line.with_context(|| format!("cannot read `{}`", manifest.display()))?;
                known.extend(Line::parse(&line).map(|line| entry(line.path, line.content)));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", manifest.display())),
    }
    Ok(known)
}

/// Cuts whole lines of about `length` bytes off.
pub(super) fn split(text: &str, length: usize) -> (&str, &str) {
    let end = text.as_bytes()[length..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| length + at + 1);
    text.split_at(end)
}

/// The manifest that is being written.
pub(super) struct Fresh {
    path: PathBuf,
    file: BufWriter<File>,
    /// The place that is written next, and what is ready for later ones.
    next: usize,
    waiting: BTreeMap<usize, String>,
}

impl Fresh {
    pub(super) fn new(directory: &Path, state: u128) -> io::Result<Self> {
        let path = directory.join(format!("{MANIFEST}.new"));
        let mut file = BufWriter::new(File::create(&path)?);
        file.write_all(head(state).as_bytes())?;
        Ok(Self { path, file, next: 0, waiting: BTreeMap::new() })
    }

    /// Takes the lines of a place.
    pub(super) fn put(&mut self, place: usize, lines: String) -> io::Result<()> {
        self.waiting.insert(place, lines);
        while let Some(lines) = self.waiting.remove(&self.next) {
            self.file.write_all(lines.as_bytes())?;
            self.next += 1;
        }
        Ok(())
    }

    /// Puts it in the old one's stead.
    pub(super) fn finish(self, manifest: &Path) -> anyhow::Result<()> {
        if let Some(place) = self.waiting.keys().next() {
            bail!("place {place} of the manifest came, place {} did not", self.next);
        }
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(fs::rename(&self.path, manifest)?)
    }
}

/// Whether a path is made of slugs and so stays inside the directory.
pub(super) fn is_ours(path: &str) -> bool {
    let is_slug = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
    };
    path.split('/').all(is_slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside() {
        for inside in ["index.html", "servers/a/b-1.html", "servers/x..y.json"] {
            assert!(is_ours(inside), "{inside}");
        }
        for outside in ["", "/etc/passwd", "../x", "a//b", "a/../b", ".toolgrade-site", "a/.b", "A", "a b", "a\\b", "c:/x"] {
            assert!(!is_ours(outside), "{outside}");
            assert!(Line::parse(outside).is_none(), "{outside}");
        }
        assert!(Line::parse(WRITING).is_none());
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let content = Content { source: 7, length: 1234 };
        let mut lines = String::new();
        add(&mut lines, "a/b.html", content);
        let read = Line::parse(lines.trim_end());
        assert!(read.is_some_and(|line| line.path == "a/b.html" && line.content == Some(content)));
        assert!(Line::parse("a/b.html").is_some_and(|line| line.content.is_none()));
    }

    #[test]
    fn a_text_is_cut_after_a_line() {
        assert_eq!(split("ab\ncd\n", 0), ("ab\n", "cd\n"));
        assert_eq!(split("ab\ncd\n", 4), ("ab\ncd\n", ""));
        assert_eq!(split("", 0), ("", ""));
    }
}
