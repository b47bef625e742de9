//! Room for large replies: of the visits of a crawl, one at a time may hold a large list in memory.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// What a visit may read without asking for room, in bytes. Real servers send up to 0.6 MiB.
const SMALL: usize = 2 << 20;

/// How long a visit waits for room: the time it has is its own, and whoever holds the room may do so on purpose.
const PATIENCE: Duration = Duration::from_secs(5);

static ROOM: Semaphore = Semaphore::const_new(1);

tokio::task_local! {
    /// The room that the visit of this task has, until the task is over with what it read.
    static HELD: Mutex<Option<SemaphorePermit<'static>>>;
}

/// Runs a visit and what becomes of its outcome; both share the room for large replies with other tasks that do so.
pub(crate) async fn sharing_room<F: Future>(visit: F) -> F::Output {
    HELD.scope(Mutex::new(None), visit).await
}

/// Waits for room before a visit holds more than is small. Elsewhere than in a crawl there is room.
pub(super) async fn ask(bytes: usize) {
    let held = |held: &Mutex<Option<SemaphorePermit<'static>>>| held.lock().unwrap_or_else(PoisonError::into_inner).is_some();
    if bytes <= SMALL || HELD.try_with(held).unwrap_or(true) {
        return;
    }
    if let Ok(Ok(permit)) = timeout(PATIENCE, ROOM.acquire()).await {
        let _ = HELD.try_with(|held| *held.lock().unwrap_or_else(PoisonError::into_inner) = Some(permit));
    }
}
