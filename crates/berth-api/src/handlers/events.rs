//! One stream of events for whoever looks on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use berth_core::error::Result;
use berth_core::facts::Facts;
use berth_core::job::{EventSink, Job, JobEvent};
use berth_core::port::Store;
use berth_core::settings::Settings;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::{lock, with_store};
use crate::types::AppEvent;

/// Events that a slow listener may be behind before it is told the state as a whole instead.
const BACKLOG: usize = 1024;

/// How often the store is asked whether another process has written, while somebody listens. One
/// question costs some microseconds.
const POLL: Duration = Duration::from_secs(2);

/// Newest jobs that are looked through for changes.
const JOBS: u32 = 50;

/// Where events are sent to.
#[derive(Clone)]
pub(super) struct Hub {
    sender: broadcast::Sender<AppEvent>,
    store: Arc<dyn Store>,
    facts: Arc<watch::Sender<Facts>>,
    seen: Arc<Mutex<Option<Seen>>>,
}

/// The store as it was when it was last looked at.
struct Seen {
    counter: u64,
    settings: Settings,
    jobs: Vec<Job>,
}

impl Hub {
    pub(super) fn new(store: Arc<dyn Store>, facts: Arc<watch::Sender<Facts>>) -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
            store,
            facts,
            seen: Arc::default(),
        }
    }

    /// Sends to everybody who listens; nobody may.
    pub(super) fn send(&self, event: AppEvent) {
        let _ = self.sender.send(event);
    }

    /// What a job runner is given.
    pub(super) fn job_sink(&self) -> EventSink {
        let hub = self.clone();
        Arc::new(move |event| hub.send(AppEvent::Job { event }))
    }

    pub(super) fn subscribe(&self) -> Subscription {
        let mut poll = interval_at(Instant::now() + POLL, POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Subscription {
            receiver: self.sender.subscribe(),
            hub: self.clone(),
            waiting: VecDeque::new(),
            poll,
        }
    }

    /// Tells what other processes did to the store since the last look.
    async fn look(&self) -> Result<()> {
        let counter = with_store(self.store.clone(), |store| store.change_counter()).await?;
        let known = lock(&self.seen).as_ref().map(|seen| seen.counter);
        if known == Some(counter) {
            return Ok(());
        }
        let now = with_store(self.store.clone(), move |store| {
            Ok(Seen {
                counter,
                settings: store.settings()?,
                jobs: store.jobs(JOBS)?,
            })
        })
        .await?;
        let before = {
            let mut seen = lock(&self.seen);
            let settings = now.settings.clone();
            let jobs = now.jobs.clone();
            (seen.replace(now), settings, jobs)
        };
        // The first look only learns what there is: who begins to listen asks for it anyway.
        if let (Some(old), settings, jobs) = before {
            if old.settings != settings {
                self.send(AppEvent::Settings { settings });
            }
            // Oldest first, as they happened.
            for job in jobs.into_iter().rev().filter(|job| !old.jobs.contains(job)) {
                let job = Box::new(job);
                self.send(AppEvent::Job {
                    event: JobEvent::Changed { job },
                });
            }
            self.send(AppEvent::Installations);
        }
        Ok(())
    }

    /// Everything as it is now, for a listener that missed some events.
    async fn state(&self) -> Result<VecDeque<AppEvent>> {
        let (settings, jobs) = with_store(self.store.clone(), |store| {
            Ok((store.settings()?, store.jobs(JOBS)?))
        })
        .await?;
        let facts = Box::new(self.facts.borrow().clone());
        let mut events =
            VecDeque::from([AppEvent::Facts { facts }, AppEvent::Settings { settings }]);
        events.extend(jobs.into_iter().rev().map(|job| AppEvent::Job {
            event: JobEvent::Changed { job: Box::new(job) },
        }));
        events.push_back(AppEvent::Installations);
        Ok(events)
    }
}

/// The events, in their order. Somebody who is too slow to follow gets the state as a whole
/// instead of what was missed.
pub struct Subscription {
    receiver: broadcast::Receiver<AppEvent>,
    hub: Hub,
    waiting: VecDeque<AppEvent>,
    poll: Interval,
}

impl Subscription {
    /// The next event; `None` once Berth is gone. It can be dropped and asked again without
    /// losing one.
    pub async fn next(&mut self) -> Option<AppEvent> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            tokio::select! {
                biased;
                received = self.receiver.recv() => match received {
                    Ok(event) => return Some(event),
                    Err(broadcast::error::RecvError::Closed) => return None,
                    Err(broadcast::error::RecvError::Lagged(missed)) => {
                        tracing::debug!(missed, "a listener was too slow; it gets the whole state");
                        match self.hub.state().await {
                            Ok(events) => self.waiting = events,
                            Err(error) => tracing::warn!(%error, "the state could not be read"),
                        }
                    }
                },
                _ = self.poll.tick() => {
                    if let Err(error) = self.hub.look().await {
                        tracing::warn!(%error, "changes of other processes could not be read");
                    }
                }
            }
        }
    }
}
