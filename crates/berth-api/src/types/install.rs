use std::collections::BTreeMap;

use berth_core::catalog::Trouble;
use berth_core::client::{Place, RegistrationSummary};
use berth_core::error::Error;
use berth_core::input::InputProblem;
use berth_core::job::{Job, LogLine};
use berth_core::plan::preview::StepPreview;
use berth_core::plan::{Choices, Plan};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A plan as the consent sheet shows it. As long as something is missing there is no plan, only
/// what is to be corrected.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PlanPreview {
    /// The plan, once every input is right.
    pub plan: Option<Plan>,
    /// What each of its steps will do, in the order of the steps.
    pub steps: Vec<StepPreview>,
    /// Fingerprint of the plan; consent is given to this.
    pub consent: Option<String>,
    /// The variant that was chosen, or the one that would be.
    pub variant: Option<String>,
    /// The name it would get.
    pub name: String,
    /// What is wrong with inputs.
    pub inputs: InputReport,
    /// What else stands in the way.
    pub problem: Option<Error>,
    /// What is there already under this name.
    pub conflict: Option<Conflict>,
    /// Python environments that the source folder has already, by the variant that would make its
    /// own: the path of the server's script.
    pub environments: BTreeMap<String, String>,
}

/// What is wrong with inputs, by their keys. A required input that was not touched is
/// [`InputProblem::Empty`].
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct InputReport(pub BTreeMap<String, InputProblem>);

/// What is there already under a name: Reconfigure (`replace`) or Cancel.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Conflict {
    /// Whether it is an installation of Berth's.
    pub installed: bool,
    /// Inputs whose secrets an installed one already has; they can be left empty to keep them.
    pub kept_secrets: Vec<String>,
    /// Registrations of that name.
    pub registrations: Vec<RegistrationSummary>,
}

/// Carries out a plan that was agreed to.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct InstallRequest {
    /// What was chosen, with the secrets.
    pub choices: Choices,
    /// Fingerprint of the plan that was shown. If the plan has changed since (another version of
    /// an image, a new registration), nothing is done: `PlanChanged`.
    pub consent: String,
    /// The installation's name, typed by the person where the plan has something that a click is not
    /// enough for: `TrustNeeded` otherwise.
    #[serde(default)]
    pub trust: Option<String>,
}

/// A job that has begun.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct JobStarted {
    /// The job.
    pub job: String,
}

/// Asks what a removal would delete.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RemoveRequest {
    /// The installation.
    pub name: String,
    /// Whether its data (volumes, folder) is to be deleted as well.
    #[serde(default)]
    pub delete_data: bool,
}

/// Carries out a removal that was agreed to.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RemoveStart {
    /// What was asked for.
    pub request: RemoveRequest,
    /// Fingerprint of the plan that was shown.
    pub consent: String,
}

/// Names an installed server and a place for it, or one that it has.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PlaceRequest {
    /// The installation.
    pub name: String,
    /// The place.
    pub place: Place,
    /// Whether what somebody else registered there under the name may be replaced.
    #[serde(default)]
    pub replace: bool,
    /// Whether the client gets the server's address itself, and not the launcher.
    #[serde(default)]
    pub direct: bool,
}

/// Carries out what was agreed to for a place.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PlaceStart {
    /// What was asked for.
    pub request: PlaceRequest,
    /// Fingerprint of the plan that was shown.
    pub consent: String,
}

/// Names a job.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct JobRequest {
    /// The job.
    pub job: String,
}

/// A job with its log.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct JobPage {
    /// The job.
    pub job: Job,
    /// What its steps do.
    pub steps: Vec<StepPreview>,
    /// Its log, oldest first.
    pub log: Vec<LogLine>,
    /// What its failure looks like to its entry, with what helps.
    pub troubles: Vec<Trouble>,
}
