//! A server's letter: how much of how dangerous a thing it offers. Monotone: no tool that comes or gets worse improves it.

use crate::verdict::{Severity, Verdict};

/// What a tool of each score, 1 to 5, adds to what a server exposes: a worse tool outweighs several milder ones.
const POINTS: [u32; 5] = [0, 1, 4, 10, 20];
/// Points from which breadth alone gives each letter from C on: thirty writing tools, eight that destroy give an E.
const BREADTH: [(u32, char); 4] = [(30, 'C'), (60, 'D'), (80, 'E'), (240, 'F')];

/// The letter of a server with tools of these verdicts: the worse of what its worst tool deserves (score 1 A, 2 B, 3 C, 4 and 5 D) and
/// what all of them together do (`BREADTH`). A server that says something hidden to the model, and one that has no tools, get F:
/// nothing read is no good news.
#[must_use]
pub fn letter<'v>(verdicts: impl IntoIterator<Item = &'v Verdict>) -> char {
    let mut exposure = Exposure::default();
    verdicts.into_iter().for_each(|verdict| exposure.add(verdict));
    exposure.letter()
}

/// What the tools of a server expose together, as far as its letter needs it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exposure {
    points: u32,
    worst: Option<u8>,
    says_hidden: bool,
}

impl Exposure {
    /// Adds the tool with this verdict.
    pub fn add(&mut self, verdict: &Verdict) {
        self.points = self.points.saturating_add(POINTS[usize::from(verdict.score.clamp(1, 5)) - 1]);
        self.worst = self.worst.max(Some(verdict.score));
        self.says_hidden |= verdict.signals.iter().any(|signal| signal.severity == Some(Severity::Critical));
    }

    /// Adds other tools of the server.
    pub fn join(&mut self, other: Self) {
        self.points = self.points.saturating_add(other.points);
        self.worst = self.worst.max(other.worst);
        self.says_hidden |= other.says_hidden;
    }

    /// See [`letter`].
    #[must_use]
    pub fn letter(self) -> char {
        let deserved = match self.worst {
            _ if self.says_hidden => return 'F',
            None => 'F',
            Some(0 | 1) => 'A',
            Some(2) => 'B',
            Some(3) => 'C',
            Some(_) => 'D',
        };
        let broad = BREADTH.iter().rev().find(|(least, _)| self.points >= *least).map_or('A', |(_, letter)| *letter);
        deserved.max(broad)
    }
}
