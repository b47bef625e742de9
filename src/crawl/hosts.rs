//! Whose turn it is: how many visits a host gets at once, how fast they follow one another, and when one that is too busy
//! is asked again. The only place that makes a visit wait.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// What bounds the visits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Visits at once, overall.
    pub(super) overall: usize,
    /// Visits at once to one host.
    pub(super) per_host: usize,
    /// Visits at once that start something on this machine.
    pub(super) here: usize,
    /// The least time between the starts of two visits to one host.
    pub(super) pace: Duration,
}

/// Jobs that wait, and the hosts they are for. A host is a text; the empty one is this machine.
pub(super) struct Hosts<J> {
    bounds: Bounds,
    waiting: VecDeque<(String, J)>,
    hosts: HashMap<String, Host>,
    running: usize,
}

#[derive(Default)]
struct Host {
    running: usize,
    not_before: Option<Instant>,
}

impl<J> Hosts<J> {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, waiting: VecDeque::new(), hosts: HashMap::new(), running: 0 }
    }

    pub(super) fn push(&mut self, host: String, job: J) {
        self.waiting.push_back((host, job));
    }

    /// How many wait or run.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.running
    }

    /// The next job that may start now; it counts as running until [`Hosts::finish`].
    pub(super) fn next(&mut self, now: Instant) -> Option<J> {
        if self.running >= self.bounds.overall {
            return None;
        }
        let at = self.waiting.iter().position(|(host, _)| self.is_free(host, now))?;
        let (name, job) = self.waiting.remove(at)?;
        let pace = if name.is_empty() { Duration::ZERO } else { self.bounds.pace };
        let host = self.hosts.entry(name).or_default();
        host.running += 1;
        host.not_before = host.not_before.max(Some(now + pace));
        self.running += 1;
        Some(job)
    }

    /// A job of a host is over; with `rest`, the host is left alone for that long.
    pub(super) fn finish(&mut self, name: &str, rest: Option<Duration>, now: Instant) {
        self.running -= 1;
        if let Some(host) = self.hosts.get_mut(name) {
            host.running -= 1;
            host.not_before = host.not_before.max(rest.map(|rest| now + rest));
        }
        // Only hosts that somebody still has to wait for are remembered.
        if self.hosts.len() > 4 * self.bounds.overall {
            self.hosts.retain(|_, host| host.running > 0 || host.not_before.is_some_and(|at| at > now));
        }
    }

    /// When a job that waits only for its host's pace may start.
    pub(super) fn next_start(&self) -> Option<Instant> {
        if self.running >= self.bounds.overall {
            return None;
        }
        self.waiting
            .iter()
            .filter_map(|(name, _)| self.hosts.get(name).filter(|host| host.running < self.most(name))?.not_before)
            .min()
    }

    fn most(&self, host: &str) -> usize {
        if host.is_empty() { self.bounds.here } else { self.bounds.per_host }
    }

    fn is_free(&self, name: &str, now: Instant) -> bool {
        self.hosts.get(name).is_none_or(|host| host.running < self.most(name) && host.not_before.is_none_or(|at| at <= now))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Hosts};
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn hosts_are_paced_and_do_not_hold_each_other_up() {
        let second = Duration::from_secs(1);
        let mut hosts = Hosts::new(Bounds { overall: 3, per_host: 2, here: 1, pace: second });
        let start = Instant::now();
        for (host, job) in [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("", 5), ("", 6)] {
            hosts.push(host.to_owned(), job);
        }
        // The second of `a` waits for its pace, the second of this machine for the first.
        assert_eq!(
            [hosts.next(start), hosts.next(start), hosts.next(start), hosts.next(start)],
            [Some(1), Some(4), Some(5), None]
        );
        hosts.finish("b", None, start);
        assert_eq!((hosts.next(start), hosts.next_start()), (None, Some(start + second)));
        assert_eq!(hosts.next(start + second), Some(2));
        hosts.finish("", None, start);
        assert_eq!(hosts.next(start + second), Some(6));
        // Two of `a` are enough, and one that is busy is left alone.
        hosts.finish("", None, start);
        assert_eq!(hosts.next(start + 2 * second), None);
        hosts.finish("a", Some(9 * second), start + second);
        assert_eq!((hosts.next(start + 9 * second), hosts.next(start + 10 * second)), (None, Some(3)));
    }
}
