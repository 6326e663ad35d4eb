//! From a step to whoever watches: redacted, throttled, and kept in the job's log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::{EventSink, JobEvent, LogLine};
use crate::input::SecretValues;
use crate::port::Ports;
use crate::progress::{Progress, Watch};
use crate::redact::{forms, without_forms};
use crate::secret::Secret;

/// How often counts and layers are told; a person cannot read faster.
const PACE: Duration = Duration::from_millis(100);
/// How many log lines are written in one transaction.
const BATCH: usize = 64;

/// Reports for one job.
#[derive(Clone)]
pub struct Reporter {
    shared: Arc<Shared>,
}

struct Shared {
    ports: Ports,
    events: EventSink,
    job: String,
    needles: Mutex<Vec<Secret>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    lines: Vec<LogLine>,
    written: Option<Instant>,
    told: Option<Instant>,
    held: Option<(u32, Progress)>,
}

impl Reporter {
    pub fn new(ports: Ports, events: EventSink, job: String, secrets: &SecretValues) -> Self {
        let state = Mutex::new(State::default());
        Self {
            shared: Arc::new(Shared {
                ports,
                events,
                job,
                needles: Mutex::new(forms(secrets.values())),
                state,
            }),
        }
    }

    /// A watch for a step.
    pub fn watch(&self, step: u32, cancel: CancellationToken) -> Watch {
        let reporter = self.clone();
        Watch::new(move |progress| reporter.take(step, progress), cancel)
    }

    /// A secret that the job has come to know is taken out of texts from now on.
    pub fn hide(&self, secret: &Secret) {
        let mut all = self.needles();
        all.extend(forms([secret]));
        all.sort_by_key(|needle| std::cmp::Reverse(needle.expose().len()));
    }

    fn needles(&self) -> std::sync::MutexGuard<'_, Vec<Secret>> {
        let needles = &self.shared.needles;
        needles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the given secrets out of a text.
    pub fn redact(&self, text: &str) -> String {
        without_forms(text, &self.needles())
    }

    /// Writes and tells what was held back.
    pub fn flush(&self) {
        let mut state = self
            .shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.write(&mut state);
        if let Some((step, progress)) = state.held.take() {
            self.tell(step, progress);
        }
    }

    fn take(&self, step: u32, progress: Progress) {
        let mut state = self
            .shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Progress::Line { text } = progress {
            let text = self.redact(&text);
            let at = self.shared.ports.host.now();
            state.lines.push(LogLine {
                step,
                at,
                text: text.clone(),
            });
            if state.lines.len() >= BATCH || state.written.is_none_or(|at| at.elapsed() > PACE) {
                self.write(&mut state);
            }
            return self.tell(step, Progress::Line { text });
        }
        if state.told.is_some_and(|at| at.elapsed() < PACE) {
            // The last one is told at the end of the step, so that nothing ends at 97 %.
            state.held = Some((step, progress));
        } else {
            state.told = Some(Instant::now());
            state.held = None;
            self.tell(step, progress);
        }
    }

    fn write(&self, state: &mut State) {
        state.written = Some(Instant::now());
        let lines = std::mem::take(&mut state.lines);
        if lines.is_empty() {
            return;
        }
        // A log that cannot be written must not stop an installation; what matters is persisted
        // with the job itself.
        if let Err(error) = self.shared.ports.store.append_log(&self.shared.job, &lines) {
            tracing::warn!(%error, "a job's log could not be written");
        }
    }

    fn tell(&self, step: u32, progress: Progress) {
        (self.shared.events)(JobEvent::Progress {
            job: self.shared.job.clone(),
            step,
            progress,
        });
    }
}
