//! What a server that is reached over HTTP says of itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CriterionSeen, Metric};

/// What a server said of itself at its own paths, and what was seen of its criteria. None of it says
/// whether it works, but for criteria that are required: that is what the handshake is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Health {
    /// When it was asked (RFC 3339, UTC).
    pub asked_at: String,
    /// Whether it lives.
    pub live: Option<Probed>,
    /// Whether it is ready.
    pub ready: Option<Probed>,
    /// Whether it tells numbers.
    pub metrics: Option<Probed>,
    /// The first of its numbers.
    pub numbers: Vec<Metric>,
    /// How many there are beyond those; without parts of histograms.
    pub left_out: u32,
    /// What else has to be true of it, and whether it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<CriterionSeen>,
}

/// A path that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Probed {
    /// The path.
    pub path: String,
    /// The status of its answer (200 to 299 is a yes); `None` where there was none in time.
    pub status: Option<u16>,
}

impl Health {
    /// What was asked, by what for: `live`, `ready`, `metrics`.
    pub fn asked(&self) -> impl Iterator<Item = (&'static str, &Probed)> {
        let all = [
            ("live", &self.live),
            ("ready", &self.ready),
            ("metrics", &self.metrics),
        ];
        all.into_iter()
            .filter_map(|(what, probed)| Some((what, probed.as_ref()?)))
    }
}
