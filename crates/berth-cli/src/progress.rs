//! What a job is doing, as it happens: lines on standard error for people, JSON lines for others.

use std::time::{Duration, Instant};

use berth_core::job::{Job, JobEvent, JobState, StepState};
use berth_core::plan::Purpose;
use berth_core::progress::{Layer, LayerState, Progress};
use serde_json::json;

use crate::output::text::size;
use crate::output::{Output, clean, steps};

/// How often a line that is written over changes.
const REDRAW: Duration = Duration::from_millis(100);

/// Longest text of a line that is written over: a longer one would wrap and could not be.
const WIDTH: usize = 76;

/// Follows one job.
pub struct Follower {
    out: Output,
    /// Whether events are printed as JSON lines.
    lines: bool,
    states: Vec<StepState>,
    undoing: bool,
    /// Whether what its steps print is what people asked for.
    acts: bool,
    live: Live,
}

impl Follower {
    /// Follows a job; `lines` prints JSON lines with `--json`, otherwise nothing is printed then.
    pub fn new(out: Output, lines: bool) -> Self {
        Self {
            out,
            lines,
            states: Vec::new(),
            undoing: false,
            acts: false,
            live: Live {
                out,
                shown: false,
                drawn: None,
            },
        }
    }

    /// Tells of an event of the job.
    pub fn event(&mut self, event: &JobEvent) {
        match event {
            JobEvent::Changed { job } => self.changed(job),
            JobEvent::Progress { step, progress, .. } => {
                if self.lines {
                    self.out
                        .line(&json!({ "event": "progress", "step": step, "progress": progress }));
                }
                match progress {
                    Progress::Line { text } if self.acts => {
                        self.live.clear();
                        self.out.remark(&clean(text));
                    }
                    _ => self.live.draw(progress),
                }
            }
        }
    }

    /// Takes away what would be written over.
    pub fn end(&mut self) {
        self.live.clear();
    }

    fn changed(&mut self, job: &Job) {
        self.acts = job.plan.purpose == Purpose::Act;
        // A verification does nothing that could be undone.
        let undoes = job.plan.purpose != Purpose::Verify;
        if undoes && job.state == JobState::Undoing && !self.undoing {
            self.undoing = true;
            self.live.clear();
            if self.lines {
                self.out.line(&json!({ "event": "undoing" }));
            }
            self.out.remark("Undoing…");
        }
        self.states.resize(job.steps.len(), StepState::Waiting);
        for (index, record) in job.steps.iter().enumerate() {
            if self.states[index] == record.state {
                continue;
            }
            self.states[index] = record.state;
            let Some(step) = job.plan.steps.get(index) else {
                continue;
            };
            let title = steps::title(step);
            if self.lines {
                self.out.line(&json!({
                    "event": "step",
                    "step": index,
                    "state": record.state,
                    "title": title,
                }));
            }
            let (number, count) = (index + 1, job.plan.steps.len());
            let line = match record.state {
                StepState::Running => format!("[{number}/{count}] {title}…"),
                StepState::Failed => format!("[{number}/{count}] {title}: failed"),
                StepState::Undone if undoes => format!("[{number}/{count}] {title}: undone"),
                StepState::UndoFailed => format!("[{number}/{count}] {title}: could not be undone"),
                StepState::Waiting | StepState::Done | StepState::Undoing | StepState::Undone => {
                    continue;
                }
            };
            self.live.clear();
            self.out.remark(&line);
        }
    }
}

/// One line on a terminal that is written over.
struct Live {
    out: Output,
    shown: bool,
    drawn: Option<Instant>,
}

impl Live {
    fn draw(&mut self, progress: &Progress) {
        if !self.out.is_live() || self.drawn.is_some_and(|at| at.elapsed() < REDRAW) {
            return;
        }
        let text: String = clean(&text(progress))
            .replace(['\n', '\t'], " ")
            .chars()
            .take(WIDTH)
            .collect();
        self.out.part(&format!("\r\x1b[2K  {text}"));
        self.shown = true;
        self.drawn = Some(Instant::now());
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.out.part("\r\x1b[2K");
        }
        self.drawn = None;
    }
}

fn text(progress: &Progress) -> String {
    match progress {
        Progress::Layers { layers } => layers_text(layers),
        Progress::Count { done, total } => format!("{done} of {total}"),
        Progress::Bytes { done, total: 0 } => size(*done),
        Progress::Bytes { done, total } => format!("{} of {}", size(*done), size(*total)),
        Progress::Line { text } => text.clone(),
    }
}

fn layers_text(layers: &[Layer]) -> String {
    let done = layers
        .iter()
        .filter(|layer| layer.state == LayerState::Done)
        .count();
    let (current, total) = layers
        .iter()
        .filter(|layer| layer.state == LayerState::Downloading)
        .fold((0, 0), |(current, total), layer| {
            (current + layer.current, total + layer.total)
        });
    let mut text = format!("{done} of {} layers", layers.len());
    if total > 0 {
        const MIB: u64 = 1024 * 1024;
        text.push_str(&format!(
            ", {} of {} MiB",
            current / MIB,
            total.div_ceil(MIB)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_summed() {
        let layer = |state, current, total| Layer {
            id: "abc".to_owned(),
            state,
            current,
            total,
        };
        let layers = [
            layer(LayerState::Done, 0, 0),
            layer(LayerState::Downloading, 3 << 20, 10 << 20),
            layer(LayerState::Downloading, 1 << 20, 1 << 20),
            layer(LayerState::Waiting, 0, 0),
        ];
        assert_eq!(layers_text(&layers), "1 of 4 layers, 4 of 11 MiB");
    }
}
