//! Every byte that reaches the disk: writes what changed, takes away what was written before and no longer would be.
//!
//! The manifest says what is ours, a line a file: what it was made from, as a number; its length; its path. A path alone is of a
//! publication that did not end. The first line names what the whole site was made from. So what was made from the same needs not be
//! made again, and what was made from something else is compared with what is there.

mod batch;
mod manifest;

pub(super) use batch::Batch;

use anyhow::{Context as _, bail};
use manifest::{Fresh, Line, MANIFEST};
use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Held by the one that writes. It stays: whoever removed it might take it from under the next one.
const LOCK: &str = ".toolgrade-site.lock";

/// A directory that a site is written to, by several threads.
pub(super) struct Output {
    directory: PathBuf,
    /// What earlier publications wrote, by the hash of its path. The hash is seeded anew each time, so no name can be made to
    /// meet another's.
    before: HashMap<u64, Known>,
    seed: RandomState,
    journal: Mutex<File>,
    fresh: Mutex<Fresh>,
    /// What texts were put together in, for the next ones: memory that is asked for anew each time costs more than it holds.
    spare: Mutex<Vec<String>>,
    tally: Tally,
    /// Given back when it is dropped, or its process ends.
    _lock: File,
}

/// A file that an earlier publication wrote.
struct Known {
    content: Option<Content>,
    /// Whether this publication has it too.
    kept: AtomicBool,
}

/// Where what a file is made from was not asked.
pub(super) const UNKNOWN: u128 = 0;

/// What a file has in it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Content {
    /// What it was made from.
    source: u128,
    /// In bytes.
    length: u64,
}

impl Content {
    /// Whether a file is there and as long.
    fn is_length_of(&self, path: &Path) -> bool {
        path.symlink_metadata().is_ok_and(|about| about.is_file() && about.len() == self.length)
    }
}

#[derive(Default)]
struct Tally {
    files: AtomicUsize,
    changed: AtomicUsize,
    bytes: AtomicU64,
}

/// What a publication did to the directory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changes {
    /// Files of the site, all told.
    pub(super) files: usize,
    /// Their bytes.
    pub(super) bytes: u64,
    /// Files whose bytes changed, new ones included.
    pub(super) changed: usize,
    /// Files that went away.
    pub(super) removed: usize,
}

/// A directory, locked, before it is known whether there is anything to write.
pub(super) struct Opened {
    directory: PathBuf,
    lock: File,
}

impl Opened {
    /// Opens a directory, made when missing.
    pub(super) fn new(directory: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(directory).with_context(|| format!("cannot make the directory `{}`", directory.display()))?;
        Ok(Self { directory: directory.to_owned(), lock: lock(directory)? })
    }

    /// When the last publication was of this state, ended, and all its files are there in their length: what there is.
    pub(super) fn is_of(&self, state: u128) -> anyhow::Result<Option<Changes>> {
        let Some(text) = manifest::read(&self.directory)? else { return Ok(None) };
        let Some(files) = text.strip_prefix(&manifest::head(state)) else { return Ok(None) };
        let all = AtomicBool::new(true);
        let bytes = AtomicU64::new(0);
        let look = |part: &str| {
            let mut sum = 0;
            for line in part.lines() {
                let Some(Line { path, content: Some(content) }) = Line::parse(line) else {
                    return all.store(false, Ordering::Relaxed);
                };
                if !content.is_length_of(&self.directory.join(path)) {
                    return all.store(false, Ordering::Relaxed);
                }
                sum += content.length;
            }
            bytes.fetch_add(sum, Ordering::Relaxed);
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let mut rest = files;
            for left in (1..=threads).rev() {
                let (part, after) = manifest::split(rest, rest.len() / left);
                rest = after;
                scope.spawn(move || look(part));
            }
        });
        let changes = Changes { files: files.lines().count(), bytes: bytes.into_inner(), ..Changes::default() };
        Ok(all.into_inner().then_some(changes))
    }

    /// Gets ready to write a state.
    pub(super) fn begin(self, state: u128) -> anyhow::Result<Output> {
        let seed = RandomState::new();
        let before = manifest::known(&self.directory, |path, content| {
            (seed.hash_one(path), Known { content, kept: AtomicBool::new(false) })
        })?;
        let cannot = || format!("cannot write to `{}`", self.directory.display());
        let manifest = self.directory.join(MANIFEST);
        let mut journal = File::options().append(true).create(true).open(&manifest).with_context(cannot)?;
        // From now on the old manifest tells no state that is there.
        writeln!(journal, "{}", manifest::WRITING).with_context(cannot)?;
        let fresh = Fresh::new(&self.directory, state).with_context(cannot)?;
        Ok(Output {
            directory: self.directory,
            before,
            seed,
            journal: Mutex::new(journal),
            fresh: Mutex::new(fresh),
            spare: Mutex::new(Vec::new()),
            tally: Tally::default(),
            _lock: self.lock,
        })
    }
}

impl Output {
    /// Begins the files that stand at this place of the manifest: each place once, and none left out.
    pub(super) fn batch(&self, place: usize, source: u128) -> Batch<'_> {
        Batch::new(self, place, source)
    }

    /// Keeps the files of a place when all of them are there, in their length and made from the same; says whether it did.
    pub(super) fn keep(&self, place: usize, source: u128, paths: impl Iterator<Item = String>) -> anyhow::Result<bool> {
        let mut lines = String::new();
        let mut kept = Vec::new();
        for path in paths {
            let Some(known @ Known { content: Some(content), .. }) = self.known(&path) else { return Ok(false) };
            if content.source != source || !content.is_length_of(&self.directory.join(&path)) {
                return Ok(false);
            }
            manifest::add(&mut lines, &path, *content);
            kept.push((known, content.length));
        }
        for (known, length) in &kept {
            known.kept.store(true, Ordering::Relaxed);
            self.tally.bytes.fetch_add(*length, Ordering::Relaxed);
        }
        self.tally.files.fetch_add(kept.len(), Ordering::Relaxed);
        self.put(place, lines)?;
        Ok(true)
    }

    /// Takes the lines that a place has of the manifest.
    fn put(&self, place: usize, lines: String) -> anyhow::Result<()> {
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.put(place, lines).with_context(|| format!("cannot write to `{}`", self.directory.display()))
    }

    fn known(&self, path: &str) -> Option<&Known> {
        self.before.get(&self.seed.hash_one(path))
    }

    /// Removes what earlier publications wrote and this one did not.
    pub(super) fn finish(self) -> anyhow::Result<Changes> {
        let manifest = self.directory.join(MANIFEST);
        let mut removed = 0;
        if self.before.values().any(|known| !known.kept.load(Ordering::Relaxed)) {
            let file = File::open(&manifest).with_context(|| format!("cannot read `{}`", manifest.display()))?;
            for line in BufReader::new(file).lines() {
                let line = line?;
                let Some(Line { path, .. }) = Line::parse(&line) else { continue };
                if self.known(path).is_some_and(|known| !known.kept.swap(true, Ordering::Relaxed)) {
                    removed += usize::from(remove(&self.directory, path)?);
                }
            }
        }
        let fresh = self.fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
        fresh.finish(&manifest).with_context(|| format!("cannot write `{}`", manifest.display()))?;
        let Tally { files, changed, bytes } = self.tally;
        Ok(Changes { files: files.into_inner(), bytes: bytes.into_inner(), changed: changed.into_inner(), removed })
    }
}

/// Removes a file and the directories it leaves empty; says whether it was there.
fn remove(top: &Path, path: &str) -> anyhow::Result<bool> {
    let target = top.join(path);
    let was_there = match fs::remove_file(&target) {
        Ok(()) => true,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => false,
        Err(error) => return Err(error).with_context(|| format!("cannot remove `{}`", target.display())),
    };
    let mut directory = target.parent();
    while let Some(empty) = directory.filter(|directory| *directory != top && directory.starts_with(top)) {
        // It is not empty, most of the time.
        if fs::remove_dir(empty).is_err() {
            break;
        }
        directory = empty.parent();
    }
    Ok(was_there)
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
