//! Exit statuses: what scripts and CI jobs rely on.

use std::process::ExitCode;

/// How a run ended. Where several hold, [`Exit::worst`] says which one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done: everything asked for was reported.
    Done,
    /// An error: nothing, or not everything, could be done at all.
    Error,
    /// A target failed or its list did not end; everything else was still reported.
    Incomplete,
    /// Something is at or above `--fail-on`.
    Found,
}

impl Exit {
    /// The process's exit status. (2, wrong usage, is clap's; 4 is for changes against a lock.)
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Incomplete => 3,
            Self::Found => 10,
        }
    }

    /// Joins two outcomes: 1 over 3 over 10 over 0.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        let rank = |exit: Self| match exit {
            Self::Done => 0,
            Self::Found => 1,
            Self::Incomplete => 2,
            Self::Error => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
