//! Plans: shown first, then agreed to, then carried out.

use std::collections::{BTreeMap, VecDeque};

use berth_core::catalog::Entry;
use berth_core::client::{Place, RegistrationSummary};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{Facts, Probe};
use berth_core::input::{InputProblem, check_all};
use berth_core::plan::preview::StepPreview;
use berth_core::plan::{self, Choices, Plan, vault_items};
use berth_core::server::Installation;

use super::{Berth, lock, sources};
use crate::types::{
    AppEvent, Conflict, InputReport, InstallRequest, JobStarted, NameRequest, PlanPreview,
    RemoveRequest, RemoveStart,
};

/// What a plan depends on. git is not among it.
pub(super) const PLANNED_BY: [Probe; 8] = [
    Probe::Engine,
    Probe::Vault,
    Probe::Claude,
    Probe::ClaudeDesktop,
    Probe::Uv,
    Probe::Python,
    Probe::Node,
    Probe::LauncherOnPath,
];

/// Plans that are remembered from their showing to their start.
const SHOWN: usize = 16;

/// Most project folders that the settings remember.
pub(super) const RECENT_PROJECTS: usize = 10;

/// Plans as they were shown, by their consent. A plan that is made again differs in its
/// generation's identifier, and with it in its paths: so that what runs is word for word what was
/// shown, the shown one runs, after a new one has proved that nothing else has changed.
#[derive(Default)]
pub(super) struct Shown(VecDeque<(String, Plan)>);

impl Shown {
    fn put(&mut self, consent: String, plan: Plan) {
        self.0.retain(|(known, _)| *known != consent);
        if self.0.len() >= SHOWN {
            self.0.pop_front();
        }
        self.0.push_back((consent, plan));
    }

    /// Each plan runs once: its folders would be there already.
    fn take(&mut self, consent: &str) -> Option<Plan> {
        let index = self.0.iter().position(|(known, _)| known == consent)?;
        self.0.remove(index).map(|(_, plan)| plan)
    }
}

impl Berth {
    /// What an installation would do, or what stands in its way. Inputs that are missing or wrong
    /// are reported by their keys and are no failure: the sheet asks with every keystroke.
    pub async fn plan_preview(&self, request: Choices) -> Result<PlanPreview> {
        let entry = &*self.entry(&request.entry).await?;
        let name = request.name.clone().unwrap_or_else(|| entry.id.clone());
        self.facts_ensure(&PLANNED_BY).await?;
        let facts = self.facts_now();
        let request = self.with_env(entry, request)?;
        let old = self.installation(&name).await?;
        let kept = self.kept_secrets(entry, old.as_ref()).await;
        let prepared = plan::prepare_install(&self.ports, entry, &request, &facts).await;
        let variant = request
            .variant
            .clone()
            .or_else(|| plan::default_variant(entry, &facts))
            .or_else(|| entry.variants.first().map(|variant| variant.id.clone()));
        let conflict = self
            .conflict(&name, &request.place, old.as_ref(), &kept)
            .await;
        let mut preview = PlanPreview {
            plan: None,
            steps: Vec::new(),
            consent: None,
            name,
            inputs: InputReport(self.input_problems(entry, variant.as_deref(), &request, &kept)),
            problem: None,
            conflict,
            environments: plan::environments(&self.ports, entry, &request.inputs),
            variant,
        };
        match prepared {
            // A secret that should have been kept and is gone from the vault has to be given.
            Ok(_) if !preview.inputs.0.is_empty() => {}
            Ok(plan) => self.show(&mut preview, plan)?,
            Err(error) if is_reported(&error, &preview.inputs) => {
                // The input's own problem stands beside its field; is there another as well?
                preview.problem = missing(entry, preview.variant.as_deref(), &facts);
            }
            Err(error) => preview.problem = Some(error),
        }
        Ok(preview)
    }

    /// Carries out a plan that was agreed to.
    pub async fn install_start(&self, request: InstallRequest) -> Result<JobStarted> {
        let InstallRequest {
            choices,
            consent,
            trust,
        } = request;
        let entry = &*self.entry(&choices.entry).await?;
        self.facts_ensure(&PLANNED_BY).await?;
        let choices = self.with_env(entry, choices)?;
        let plan = plan::prepare_install(&self.ports, entry, &choices, &self.facts_now()).await?;
        // Before it is taken: what was mistyped can be typed again.
        plan.check_trust(trust.as_deref())?;
        let plan = self.agreed(plan, &consent)?;
        let project = choices.place.project.clone();
        let sources = sources::used(entry, &plan);
        let started = self.start(plan, choices.secrets).await?;
        if project.is_some() || !sources.is_empty() {
            self.remember(project, sources).await?;
        }
        Ok(started)
    }

    /// What a removal would delete.
    pub async fn remove_preview(&self, request: RemoveRequest) -> Result<PlanPreview> {
        let plan = plan::prepare_remove(&self.ports, &request.name, request.delete_data).await?;
        self.shown(plan)
    }

    /// A plan without choices, to be agreed to.
    pub(super) fn shown(&self, plan: Plan) -> Result<PlanPreview> {
        let mut preview = PlanPreview {
            plan: None,
            steps: Vec::new(),
            consent: None,
            variant: Some(plan.variant.clone()),
            name: plan.name.clone(),
            inputs: InputReport::default(),
            problem: None,
            conflict: None,
            environments: BTreeMap::new(),
        };
        self.show(&mut preview, plan)?;
        Ok(preview)
    }

    /// Carries out a removal that was agreed to.
    pub async fn remove_start(&self, request: RemoveStart) -> Result<JobStarted> {
        let RemoveStart { request, consent } = request;
        let plan = plan::prepare_remove(&self.ports, &request.name, request.delete_data).await?;
        let plan = self.agreed(plan, &consent)?;
        self.start(plan, BTreeMap::new()).await
    }

    /// Verifies an installed server. It changes nothing but what is known of it, and needs no
    /// consent.
    pub async fn verify_start(&self, request: NameRequest) -> Result<JobStarted> {
        let installation = self.installed(&request.name).await?;
        let entry = self.entry(&installation.entry).await.ok();
        let plan = plan::prepare_verify(&self.ports, &request.name, entry.as_deref()).await?;
        self.start(plan, BTreeMap::new()).await
    }

    fn show(&self, preview: &mut PlanPreview, plan: Plan) -> Result<()> {
        let consent = plan::fingerprint(&plan)?;
        preview.steps = steps(&plan);
        preview.consent = Some(consent.clone());
        preview.plan = Some(plan.clone());
        lock(&self.shown).put(consent, plan);
        Ok(())
    }

    /// The plan as it was shown, if the one that would run now is the same.
    pub(super) fn agreed(&self, plan: Plan, consent: &str) -> Result<Plan> {
        if consent.is_empty() {
            return Err(Error::new(ErrorCode::ConsentNeeded));
        }
        if plan::fingerprint(&plan)? != consent {
            return Err(Error::new(ErrorCode::PlanChanged));
        }
        Ok(lock(&self.shown).take(consent).unwrap_or(plan))
    }

    fn input_problems(
        &self,
        entry: &Entry,
        variant: Option<&str>,
        choices: &Choices,
        kept: &[String],
    ) -> BTreeMap<String, InputProblem> {
        let Some(variant) = variant.filter(|id| entry.variant(id).is_some()) else {
            return BTreeMap::new();
        };
        let host = self.ports.host.as_ref();
        check_all(
            entry,
            variant,
            &choices.inputs,
            &choices.secrets,
            kept,
            host,
            self.ports.sources.as_ref(),
        )
        .err()
        .unwrap_or_default()
    }

    /// Inputs whose secrets an installed server of this entry has. A vault that cannot say does
    /// not make them asked for again: its own check tells what is wrong.
    async fn kept_secrets(&self, entry: &Entry, old: Option<&Installation>) -> Vec<String> {
        let mut kept = Vec::new();
        let old = old.filter(|old| old.entry == entry.id);
        for item in old.map(vault_items).unwrap_or_default() {
            if !matches!(self.ports.vault.contains(&item).await, Ok(false)) {
                kept.push(item.input);
            }
        }
        kept
    }

    async fn conflict(
        &self,
        name: &str,
        place: &Place,
        old: Option<&Installation>,
        kept: &[String],
    ) -> Option<Conflict> {
        let facts = self.facts_now();
        let mut registrations: Vec<RegistrationSummary> = facts
            .registrations()
            .filter(|registration| registration.name == name)
            .cloned()
            .collect();
        // The place that was chosen may be a project that nobody has looked into yet.
        let here = match self.ports.clients.registration(name, place).await {
            Ok(here) => here.map(|registration| registration.summary()),
            Err(_) => None,
        };
        let occupied = here.is_some();
        registrations.retain(|registration| registration.place != *place);
        registrations.extend(here);
        (old.is_some() || occupied).then(|| Conflict {
            installed: old.is_some(),
            kept_secrets: kept.to_vec(),
            registrations,
        })
    }

    pub(super) async fn installation(&self, name: &str) -> Result<Option<Installation>> {
        let name = name.to_owned();
        self.store(move |store| store.installation(&name)).await
    }

    pub(super) async fn remember(
        &self,
        project: Option<String>,
        sources: Vec<String>,
    ) -> Result<()> {
        let settings = self
            .store(move |store| {
                let mut settings = store.settings()?;
                sources::remember(&mut settings, project, sources);
                store.put_settings(&settings)?;
                Ok(settings)
            })
            .await?;
        self.hub.send(AppEvent::Settings { settings });
        Ok(())
    }
}

/// What each step of a plan does, in their order.
pub(super) fn steps(plan: &Plan) -> Vec<StepPreview> {
    plan.steps
        .iter()
        .map(|step| plan::preview(plan, step))
        .collect()
}

/// Whether an error only repeats what stands beside an input's field.
fn is_reported(error: &Error, inputs: &InputReport) -> bool {
    match &error.code {
        ErrorCode::InputMissing { input } | ErrorCode::InputInvalid { input, .. } => {
            inputs.0.contains_key(input)
        }
        _ => false,
    }
}

fn missing(entry: &Entry, variant: Option<&str>, facts: &Facts) -> Option<Error> {
    plan::variants(entry, facts)
        .into_iter()
        .find(|state| Some(state.id.as_str()) == variant)
        .and_then(|state| state.missing)
}
