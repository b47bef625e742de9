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

/// What a visit has of it.
enum Room {
    /// It has not asked yet.
    Unasked,
    /// The room is its own, until it is over with what it read.
    Held { _permit: SemaphorePermit<'static> },
    /// It has waited long enough, and goes on without.
    Waited,
}

tokio::task_local! {
    /// The room that the visit of this task has.
    static ROOM_OF_VISIT: Mutex<Room>;
}

/// Runs a visit and what becomes of its outcome; both share the room for large replies with other tasks that do so.
pub(crate) async fn sharing_room<F: Future>(visit: F) -> F::Output {
    ROOM_OF_VISIT.scope(Mutex::new(Room::Unasked), visit).await
}

/// Waits for room before a visit holds more than is small, once. Elsewhere than in a crawl there is room.
pub(super) async fn ask(bytes: usize) {
    let has_asked = |room: &Mutex<Room>| !matches!(*room.lock().unwrap_or_else(PoisonError::into_inner), Room::Unasked);
    if bytes <= SMALL || ROOM_OF_VISIT.try_with(has_asked).unwrap_or(true) {
        return;
    }
    let room = match timeout(PATIENCE, ROOM.acquire()).await {
        Ok(Ok(permit)) => Room::Held { _permit: permit },
        _ => Room::Waited,
    };
    let _ = ROOM_OF_VISIT.try_with(|of_visit| *of_visit.lock().unwrap_or_else(PoisonError::into_inner) = room);
}
