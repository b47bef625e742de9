//! The one writer: a thread that owns the catalogue. Visits that end together are committed together.

use crate::store::{Claim, Store, Visited};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Visits committed at once, at most.
const GROUP: usize = 64;

type Reply<T> = oneshot::Sender<anyhow::Result<T>>;

enum Order {
    Claim(usize, Reply<Vec<Claim>>),
    Complete(Box<(Claim, Visited)>, Reply<bool>),
    Renew(Reply<()>),
    Release(Reply<()>),
    Due(Reply<Option<Duration>>),
}

/// Whose leases, and of what.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    pub(super) name: String,
    pub(super) sources: Option<Vec<i64>>,
    pub(super) lease: Duration,
}

/// Asks the writer; cheap to clone.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Order>);

impl Writer {
    /// Starts the thread; it gives the catalogue back once every `Writer` is gone.
    pub(super) fn start(store: Store, worker: Worker) -> (Self, JoinHandle<Store>) {
        let (sender, receiver) = mpsc::channel(2 * GROUP);
        (Self(sender), std::thread::spawn(move || work(store, &worker, receiver)))
    }

    pub(super) async fn claim(&self, most: usize) -> anyhow::Result<Vec<Claim>> {
        self.ask(|reply| Order::Claim(most, reply)).await
    }

    /// Records a visit; false when its lease was lost in the meantime.
    pub(super) async fn complete(&self, claim: Claim, visit: Visited) -> anyhow::Result<bool> {
        self.ask(|reply| Order::Complete(Box::new((claim, visit)), reply)).await
    }

    pub(super) async fn renew(&self) -> anyhow::Result<()> {
        self.ask(Order::Renew).await
    }

    pub(super) async fn release(&self) -> anyhow::Result<()> {
        self.ask(Order::Release).await
    }

    pub(super) async fn due(&self) -> anyhow::Result<Option<Duration>> {
        self.ask(Order::Due).await
    }

    async fn ask<T>(&self, order: impl FnOnce(Reply<T>) -> Order) -> anyhow::Result<T> {
        let gone = || anyhow::anyhow!("the catalogue's writer has ended");
        let (reply, answer) = oneshot::channel();
        self.0.send(order(reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

/// Who asked may have stopped waiting, so what becomes of a reply does not matter.
fn work(mut store: Store, worker: &Worker, mut orders: mpsc::Receiver<Order>) -> Store {
    let sources = worker.sources.as_deref();
    let mut next = None;
    while let Some(order) = next.take().or_else(|| orders.blocking_recv()) {
        match order {
            Order::Claim(most, reply) => drop(reply.send(store.claim(&worker.name, sources, most, worker.lease))),
            Order::Renew(reply) => drop(reply.send(store.renew(&worker.name, worker.lease))),
            Order::Release(reply) => drop(reply.send(store.release(&worker.name))),
            Order::Due(reply) => drop(reply.send(store.due(sources))),
            Order::Complete(visit, reply) => {
                let (mut visits, mut replies) = (vec![*visit], vec![reply]);
                while visits.len() < GROUP {
                    match orders.try_recv() {
                        Ok(Order::Complete(visit, reply)) => {
                            visits.push(*visit);
                            replies.push(reply);
                        }
                        Ok(other) => {
                            next = Some(other);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                complete(&mut store, visits, replies);
            }
        }
    }
    store
}

fn complete(store: &mut Store, visits: Vec<(Claim, Visited)>, replies: Vec<Reply<bool>>) {
    let recorded = store.complete(&visits);
    // Before others hear that there is room again.
    drop(visits);
    match recorded {
        Ok(recorded) => replies.into_iter().zip(recorded).for_each(|(reply, recorded)| drop(reply.send(Ok(recorded)))),
        Err(error) => {
            let message = format!("{error:#}");
            replies.into_iter().for_each(|reply| drop(reply.send(Err(anyhow::anyhow!(message.clone())))));
        }
    }
}
