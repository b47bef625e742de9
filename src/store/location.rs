//! Where a catalogue is: a file, or a database at an address. An address is shown without the user, the password and the options.

use super::postgres::Address;
use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

/// Where a catalogue is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// The address of a database, as it was typed: it may hold a password.
    Address(String),
}

impl Location {
    /// The path, where it is a file.
    #[must_use]
    pub fn file(&self) -> Option<&std::path::Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Address(_) => None,
        }
    }
}

/// The scheme of an address; a path has none. What stands before it in a path's place is `./`.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once("://")?;
    // A single letter is a drive of Windows.
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|character| character.is_ascii_alphanumeric() || "+.-".contains(character));
    is_scheme.then_some(scheme)
}

impl<T: AsRef<OsStr> + ?Sized> From<&T> for Location {
    fn from(typed: &T) -> Self {
        let typed = typed.as_ref();
        match typed.to_str() {
            Some(text) if scheme(text).is_some() => Self::Address(text.to_owned()),
            _ => Self::File(typed.into()),
        }
    }
}

impl From<std::ffi::OsString> for Location {
    fn from(typed: std::ffi::OsString) -> Self {
        Self::from(&typed)
    }
}

impl From<&Self> for Location {
    fn from(location: &Self) -> Self {
        location.clone()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Address(text) => match Address::parse(text) {
                Ok(address) => f.write_str(address.shown()),
                // What cannot be read may be a password anywhere.
                Err(_) => write!(f, "{}://***", scheme(text).unwrap_or_default()),
            },
        }
    }
}

/// As it is shown: a password does not reach a log by `{:?}`.
impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
