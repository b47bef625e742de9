//! Room for large lists: of the visits of a crawl one at a time may hold one, so that memory does not grow with their number.
//!
//! What a visit reads it holds as text, until it is graded and written. Each may hold a little of it. Who is about to hold more
//! does not read on before the one that does is over, and its clock stands still meanwhile. Nobody has the room for long: the
//! clock of whoever has it runs, and what follows, grading and writing, is work of our own.

use super::Problem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout, timeout_at};

/// What a visit may read without asking for room, in bytes: most real lists are smaller, the largest known is 0.6 MiB.
const SMALL: usize = 256 << 10;

/// How long a visit waits for room, so that servers which take their time on purpose hold up nobody for ever.
const PATIENCE: Duration = Duration::from_secs(120);

static ROOM: Semaphore = Semaphore::const_new(1);

/// What a visit has of the room.
#[derive(Default)]
struct Visit {
    /// The room is its own, until it is over with what it read.
    room: Option<SemaphorePermit<'static>>,
    /// Since when it waits.
    waits_since: Option<Instant>,
    /// How long it has waited before.
    waited: Duration,
}

tokio::task_local! {
    static VISIT: Mutex<Visit>;
}

/// What is asked of the visit of this task; `None` elsewhere than in a crawl, where there is room.
fn of_visit<T>(ask: impl FnOnce(MutexGuard<'_, Visit>) -> T) -> Option<T> {
    VISIT.try_with(|visit| ask(visit.lock().unwrap_or_else(PoisonError::into_inner))).ok()
}

/// Runs a visit and what becomes of its outcome; it shares the room with other tasks that do so.
pub(crate) async fn sharing_room<F: Future>(visit: F) -> F::Output {
    VISIT.scope(Mutex::default(), visit).await
}

/// Waits for room before a visit holds more than is small.
pub(super) async fn ask(bytes: usize) -> Result<(), Problem> {
    if bytes <= SMALL || of_visit(|visit| visit.room.is_some()).unwrap_or(true) {
        return Ok(());
    }
    of_visit(|mut visit| visit.waits_since = Some(Instant::now()));
    let room = timeout(PATIENCE, ROOM.acquire()).await;
    of_visit(|mut visit| {
        let waited = visit.waits_since.take().map(|since| since.elapsed());
        visit.waited += waited.unwrap_or_default();
        visit.room = room.ok().and_then(Result::ok);
        visit.room.is_some().then_some(()).ok_or_else(none)
    })
    .unwrap_or(Ok(()))
}

/// There was no room.
pub(super) fn none() -> Problem {
    let patience = PATIENCE.as_secs();
    Problem::new("no-room", format!("its list is large, and other large ones took more than {patience} s: try again"))
}

/// How long this visit has waited for room.
fn waited() -> Duration {
    let waited = |visit: MutexGuard<'_, Visit>| visit.waited + visit.waits_since.map_or(Duration::ZERO, |since| since.elapsed());
    of_visit(waited).unwrap_or_default()
}

/// What becomes of a part of a visit within a time, in which waiting for room does not count; `None` when it is over.
pub(crate) async fn within<T>(limit: Duration, part: impl Future<Output = T>) -> Option<T> {
    let mut part = std::pin::pin!(part);
    let (begin, before) = (Instant::now(), waited());
    loop {
        let until = begin + limit + (waited() - before);
        if let Ok(done) = timeout_at(until, &mut part).await {
            return Some(done);
        }
        if begin + limit + (waited() - before) <= Instant::now() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    #[test]
    fn the_clock_of_who_waits_for_room_stands_still() {
        let (limit, long) = (Duration::from_millis(50), Duration::from_millis(200));
        let holder = sharing_room(async {
            ask(SMALL + 1).await.unwrap();
            sleep(long).await;
        });
        let visit = sharing_room(async {
            ask(SMALL).await.unwrap();
            sleep(Duration::from_millis(10)).await;
            assert!(within(limit, ask(SMALL + 1)).await.is_some(), "however long that took");
            assert!(waited() > limit);
            within(limit, sleep(long)).await
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let ((), slow) = runtime.block_on(async { tokio::join!(holder, visit) });
        assert_eq!(slow, None, "then it runs again");
    }
}
