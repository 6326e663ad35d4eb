//! The layers of a pull, from what the engine says about each.

use std::time::{Duration, Instant};

use berth_core::progress::{Layer, LayerState, Progress, Watch};
use serde::Deserialize;

/// Between two reports of mere bytes. A change of a layer's state is reported at once.
const PAUSE: Duration = Duration::from_millis(100);

/// One line of the engine's answer to a pull.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Line {
    /// What happens.
    pub status: Option<String>,
    /// To which layer; on the first line the tag.
    pub id: Option<String>,
    /// How far it is.
    #[serde(rename = "progressDetail")]
    pub detail: Option<Detail>,
    /// That it failed, in structure.
    #[serde(rename = "errorDetail")]
    pub error_detail: Option<ErrorDetail>,
    /// That it failed, as text. Docker sends both, Podman sometimes this one alone.
    pub error: Option<String>,
}

/// How far a layer is, in bytes. containerd counts seconds while it extracts, and names the unit.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Detail {
    pub current: Option<u64>,
    pub total: Option<u64>,
    pub units: Option<String>,
}

/// Why a pull failed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct ErrorDetail {
    pub code: Option<u16>,
    pub message: Option<String>,
}

/// What an engine's words about a layer mean. They are the protocol here: a line has no other
/// field for it. A word that is not known leaves the layer's state as it is.
fn state(status: &str) -> Option<LayerState> {
    Some(match status {
        "Pulling fs layer" | "Waiting" => LayerState::Waiting,
        "Downloading" | "Verifying Checksum" | "Download complete" => LayerState::Downloading,
        "Extracting" => LayerState::Extracting,
        "Pull complete" | "Already exists" => LayerState::Done,
        _ => return None,
    })
}

/// All layers of one pull.
pub struct Layers<'a> {
    watch: &'a Watch,
    layers: Vec<Layer>,
    reported: Option<Instant>,
    unreported: bool,
}

impl<'a> Layers<'a> {
    /// No layers yet.
    #[must_use]
    pub fn new(watch: &'a Watch) -> Self {
        Self {
            watch,
            layers: Vec::new(),
            reported: None,
            unreported: false,
        }
    }

    /// Takes a line in and reports what changed.
    pub fn take(&mut self, line: &Line) {
        let Some(status) = line.status.as_deref() else {
            return;
        };
        let Some(id) = line.id.as_deref() else {
            self.watch.line(status);
            return;
        };
        let state = state(status);
        let at = match self.layers.iter().position(|layer| layer.id == id) {
            Some(at) => at,
            // The tag of "Pulling from" is no layer; a layer begins with a word that is known.
            None if state.is_none() => {
                self.watch.line(format!("{status} ({id})"));
                return;
            }
            None => {
                self.layers.push(Layer {
                    id: id.to_owned(),
                    state: LayerState::Waiting,
                    current: 0,
                    total: 0,
                });
                self.unreported = true;
                self.layers.len() - 1
            }
        };
        let layer = &mut self.layers[at];
        let before = layer.clone();
        if let Some(state) = state {
            layer.state = state;
        }
        let detail = line.detail.as_ref().filter(|detail| detail.units.is_none());
        if let Some(total) = detail.and_then(|detail| detail.total) {
            layer.total = total;
        }
        if let Some(current) = detail.and_then(|detail| detail.current) {
            layer.current = current;
            layer.total = layer.total.max(current);
        }
        if status == "Download complete" || layer.state == LayerState::Done {
            layer.current = layer.total;
        } else if layer.state != before.state && detail.is_none_or(|d| d.current.is_none()) {
            layer.current = 0;
        }
        let turned = layer.state != before.state;
        self.unreported |= *layer != before;
        let due = self.reported.is_none_or(|last| last.elapsed() >= PAUSE);
        if self.unreported && (turned || due) {
            self.report();
        }
    }

    /// Reports what was held back.
    pub fn finish(&mut self) {
        if self.unreported {
            self.report();
        }
    }

    fn report(&mut self) {
        self.watch.report(Progress::Layers {
            layers: self.layers.clone(),
        });
        self.reported = Some(Instant::now());
        self.unreported = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio_util::sync::CancellationToken;

    fn run(lines: &[&str]) -> Vec<Progress> {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let watch = Watch::new(
            move |progress| sink.lock().expect("not poisoned").push(progress),
            CancellationToken::new(),
        );
        let mut layers = Layers::new(&watch);
        for line in lines {
            layers.take(&serde_json::from_str(line).expect(line));
        }
        layers.finish();
        let seen = seen.lock().expect("not poisoned");
        seen.clone()
    }

    fn last_layers(seen: &[Progress]) -> Vec<Layer> {
        seen.iter()
            .rev()
            .find_map(|progress| match progress {
                Progress::Layers { layers } => Some(layers.clone()),
                _ => None,
            })
            .expect("layers")
    }

    /// As dockerd 20.10 sends it, shortened.
    const PULL: &[&str] = &[
        r#"{"status":"Pulling from t/a","id":"1"}"#,
        r#"{"status":"Pulling fs layer","progressDetail":{},"id":"aaa"}"#,
        r#"{"status":"Pulling fs layer","progressDetail":{},"id":"bbb"}"#,
        r#"{"status":"Already exists","progressDetail":{},"id":"ccc"}"#,
        r#"{"status":"Downloading","progressDetail":{"current":100,"total":300},"progress":"[=> ] 100B/300B","id":"aaa"}"#,
        r#"{"status":"Downloading","progressDetail":{"current":200,"total":300},"progress":"[==> ] 200B/300B","id":"aaa"}"#,
        r#"{"status":"Verifying Checksum","progressDetail":{},"id":"aaa"}"#,
        r#"{"status":"Download complete","progressDetail":{},"id":"aaa"}"#,
        r#"{"status":"Extracting","progressDetail":{"current":150,"total":300},"progress":"","id":"aaa"}"#,
        r#"{"status":"Pull complete","progressDetail":{},"id":"aaa"}"#,
        r#"{"status":"Digest: sha256:a5fa"}"#,
        r#"{"status":"Status: Downloaded newer image for t/a:1"}"#,
    ];

    #[test]
    fn layers_appear_in_order_and_end_done() {
        let seen = run(PULL);
        let layers = last_layers(&seen);
        let ids: Vec<_> = layers.iter().map(|layer| layer.id.as_str()).collect();
        assert_eq!(ids, ["aaa", "bbb", "ccc"], "the tag is no layer");
        assert_eq!(
            layers[0],
            Layer {
                id: "aaa".to_owned(),
                state: LayerState::Done,
                current: 300,
                total: 300
            }
        );
        assert_eq!(layers[1].state, LayerState::Waiting);
        assert_eq!(layers[2].state, LayerState::Done);
        let lines: Vec<_> = seen
            .iter()
            .filter_map(|progress| match progress {
                Progress::Line { text } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
    }

    #[test]
    fn every_change_of_state_is_reported() {
        let states: Vec<_> = run(PULL)
            .iter()
            .filter_map(|progress| match progress {
                Progress::Layers { layers } => layers.first().map(|layer| layer.state),
                _ => None,
            })
            .collect();
        let mut turns = states;
        turns.dedup();
        assert_eq!(
            turns,
            [
                LayerState::Waiting,
                LayerState::Downloading,
                LayerState::Extracting,
                LayerState::Done
            ]
        );
    }

    #[test]
    fn bytes_alone_are_held_back_and_not_lost() {
        let mut lines =
            vec![r#"{"status":"Pulling fs layer","progressDetail":{},"id":"a"}"#.to_owned()];
        for current in 1..=1000 {
            lines.push(format!(
                r#"{{"status":"Downloading","progressDetail":{{"current":{current},"total":1000}},"id":"a"}}"#
            ));
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let seen = run(&lines);
        assert!(seen.len() < 500, "{} reports", seen.len());
        assert_eq!(last_layers(&seen)[0].current, 1000);
    }

    #[test]
    fn what_is_not_known_changes_nothing() {
        let seen = run(&[
            r#"{"status":"Downloading","progressDetail":{"current":5,"total":10},"id":"a"}"#,
            r#"{"status":"Retrying in 5 seconds","progressDetail":{},"id":"a"}"#,
            r#"{"status":"Extracting","progressDetail":{"current":3,"units":"s"},"id":"a"}"#,
            r#"{"aux":{"ID":"x"}}"#,
            r#"{}"#,
        ]);
        assert_eq!(
            last_layers(&seen)[0],
            Layer {
                id: "a".to_owned(),
                state: LayerState::Extracting,
                current: 0,
                total: 10
            }
        );
    }
}
