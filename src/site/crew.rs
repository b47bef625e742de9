//! A crew of threads: one feeds jobs, the others do them; what waits in between is bounded, and the first error ends it.

use anyhow::bail;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many jobs wait for each thread.
const WAITING: usize = 4;

/// How a feeder hands over a job.
pub(super) type Feed<'f, J> = &'f mut dyn FnMut(J) -> anyhow::Result<()>;

/// Does every job that `feed` hands over, on as many threads as the machine has cores.
pub(super) fn crew<J: Send>(
    feed: impl FnOnce(Feed<'_, J>) -> anyhow::Result<()>,
    work: impl Fn(J) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<()> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (sender, receiver) = sync_channel::<J>(threads * WAITING);
    let receiver = Mutex::new(receiver);
    let failed = AtomicBool::new(false);
    let failure: Mutex<Option<anyhow::Error>> = Mutex::new(None);
    let toil = || {
        loop {
            let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { return };
            // After a failure jobs are only taken away, so that nobody waits.
            if failed.load(Ordering::Relaxed) {
                continue;
            }
            if let Err(error) = work(job) {
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                failed.store(true, Ordering::Relaxed);
            }
        }
    };
    let fed = thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(toil);
        }
        let fed = feed(&mut |job| {
            if failed.load(Ordering::Relaxed) || sender.send(job).is_err() {
                bail!("stopped");
            }
            Ok(())
        });
        drop(sender);
        fed
    });
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => fed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn every_job_is_done_once() {
        let sum = AtomicUsize::new(0);
        let done = crew(
            |feed| (1..=1000).try_for_each(feed),
            |job| {
                sum.fetch_add(job, Ordering::Relaxed);
                Ok(())
            },
        );
        assert_eq!((done.is_ok(), sum.into_inner()), (true, 500_500));
    }

    #[test]
    fn the_first_error_ends_it() {
        let fail = |job| if job == 7 { bail!("seven") } else { Ok(()) };
        let error = crew(|feed| (0..).try_for_each(feed), fail).map_err(|error| error.to_string());
        assert_eq!(error, Err("seven".to_owned()));
        let error = crew(|_: Feed<'_, ()>| bail!("unfed"), |()| Ok(())).map_err(|error| error.to_string());
        assert_eq!(error, Err("unfed".to_owned()));
    }
}
