use berth_core::facts::Facts;
use berth_core::job::JobEvent;
use berth_core::settings::Settings;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something changed. One stream carries all of them, in order.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AppEvent {
    /// A probe answered; all facts as they are now.
    Facts {
        /// The facts.
        facts: Box<Facts>,
    },
    /// A job changed or reports progress.
    Job {
        /// What happened.
        event: JobEvent,
    },
    /// Installations, registrations or secrets changed: ask again.
    Installations,
    /// Settings changed.
    Settings {
        /// The settings.
        settings: Settings,
    },
    /// Jobs that an earlier process left behind were found and dealt with.
    Recovered {
        /// The jobs.
        jobs: Vec<String>,
    },
}
