//! The word that somebody wants to leave: then a lost database is waited for only briefly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Said once, to whoever waits for a catalogue.
#[derive(Clone, Debug, Default)]
pub struct Hurry(Arc<AtomicBool>);

impl Hurry {
    /// Says it.
    pub fn say(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_said(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
