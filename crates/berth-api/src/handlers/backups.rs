//! Backups of what installed servers keep.

use std::collections::BTreeMap;

use berth_core::backup::{PASSPHRASE, SHORTEST_PASSPHRASE};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::input::{InputProblem, SecretValues};
use berth_core::plan::{self, Plan, Step};
use berth_core::secret::Secret;

use super::Berth;
use crate::types::{BackupRequest, BackupStart, JobStarted, PlanPreview};

impl Berth {
    /// What a backup would do.
    pub async fn backup_preview(&self, request: BackupRequest) -> Result<PlanPreview> {
        self.shown(self.backing_up(&request).await?)
    }

    /// Carries out a backup that was agreed to.
    pub async fn backup_start(&self, start: BackupStart) -> Result<JobStarted> {
        let plan = self.backing_up(&start.request).await?;
        let plan = self.agreed(plan, &start.consent)?;
        let secrets = secrets(&plan, start.passphrase, SHORTEST_PASSPHRASE)?;
        self.start(plan, secrets).await
    }

    /// What restoring would do, and what it replaces.
    pub async fn restore_preview(&self, request: BackupRequest) -> Result<PlanPreview> {
        self.shown(self.restoring(&request).await?)
    }

    /// Carries out a restoring that was agreed to.
    pub async fn restore_start(&self, start: BackupStart) -> Result<JobStarted> {
        let plan = self.restoring(&start.request).await?;
        let plan = self.agreed(plan, &start.consent)?;
        let secrets = secrets(&plan, start.passphrase, 1)?;
        self.start(plan, secrets).await
    }

    async fn backing_up(&self, request: &BackupRequest) -> Result<Plan> {
        plan::prepare_backup(&self.ports, &request.name, &request.file).await
    }

    async fn restoring(&self, request: &BackupRequest) -> Result<Plan> {
        plan::prepare_restore(&self.ports, &request.name, &request.file).await
    }
}

/// The passphrase, where the plan needs one. White space around it does not count.
fn secrets(plan: &Plan, given: Option<Secret>, shortest: u32) -> Result<SecretValues> {
    let encrypted = plan.steps.iter().any(|step| match step {
        Step::WriteBackup { backup, .. } | Step::CheckBackup { backup, .. } => backup.encrypted,
        _ => false,
    });
    if !encrypted {
        return Ok(BTreeMap::new());
    }
    let input = PASSPHRASE.to_owned();
    let given = given
        .map(|given| given.trimmed())
        .unwrap_or_else(|| Secret::new(""));
    if given.is_empty() {
        return Err(Error::new(ErrorCode::InputMissing { input }));
    }
    if given.chars() < shortest as usize {
        let problem = InputProblem::TooShort { min: shortest };
        return Err(Error::new(ErrorCode::InputInvalid { input, problem }));
    }
    Ok(BTreeMap::from([(input, given)]))
}
