use super::{Context, removal};
use crate::backup::{Backup, PASSPHRASE};
use crate::error::{Error, ErrorCode, Result};
use crate::job::StepOutcome;
use crate::plan::Step;
use crate::port::{PathKind, VolumeAt};
use crate::progress::Watch;
use crate::secret::Secret;

/// Waits for launches that began before the job did, then makes sure that none of them made
/// anything. Those that come later are told to wait ([`crate::job::Job::holds_sessions`]).
pub async fn check_unused(context: &Context<'_>, name: &str, volumes: &[String]) -> Result<()> {
    context.ports.store.await_launches()?;
    for volume in volumes {
        if context.ports.engine.volume_in_use(volume).await? {
            return Err(Error::new(ErrorCode::ServerInUse {
                name: name.to_owned(),
            }));
        }
    }
    Ok(())
}

/// What the undo has to know: for a copy, whether there is something to be copied; for a volume,
/// whether there was none.
pub async fn look(context: &Context<'_>, step: &Step) -> Result<StepOutcome> {
    let (volume, makes) = match step {
        Step::KeepVolume { volume } => (volume, true),
        Step::RestoreVolume { volume, .. } => (volume, false),
        Step::WriteBackup { file, .. } => {
            return match context.ports.host.path_kind(file) {
                PathKind::Nothing => Ok(StepOutcome::Nothing),
                _ => Err(Error::new(ErrorCode::FileThere { path: file.clone() })),
            };
        }
        _ => return Ok(StepOutcome::Nothing),
    };
    let there = context.ports.engine.volume_exists(&volume.volume).await?;
    Ok(if there == makes {
        StepOutcome::Created
    } else {
        StepOutcome::Nothing
    })
}

/// Carries a step out.
pub async fn perform(
    context: &Context<'_>,
    step: &Step,
    before: StepOutcome,
    watch: &Watch,
) -> Result<StepOutcome> {
    let (engine, backups) = (&context.ports.engine, &context.ports.backups);
    match step {
        Step::WriteBackup {
            file,
            backup,
            volumes,
        } => {
            let backup = Backup {
                id: context.job.id.clone(),
                created_at: context.ports.host.now(),
                ..backup.clone()
            };
            let passphrase = passphrase(context);
            let size = backups
                .write(file, &backup, volumes, passphrase, watch)
                .await?;
            return Ok(StepOutcome::Backup { size });
        }
        Step::CheckBackup { file, backup } => {
            let found = backups.check(file, passphrase(context), watch).await?;
            if found != *backup {
                return Err(Error::new(ErrorCode::PlanChanged));
            }
        }
        Step::KeepVolume { volume } if before == StepOutcome::Created => {
            let copy = copy_of(context, volume);
            backups.copy(volume, &copy, watch).await?;
        }
        Step::RestoreVolume {
            file,
            number,
            volume,
        } => {
            engine.remove_volume(&volume.volume).await?;
            let passphrase = passphrase(context);
            backups
                .restore(file, *number, volume, passphrase, watch)
                .await?;
        }
        Step::ForgetVolume { volume } => {
            engine.remove_volume(&copy_of(context, volume)).await?;
        }
        _ => {}
    }
    Ok(before)
}

/// Undoes a step.
pub async fn undo(context: &Context<'_>, step: &Step, outcome: &StepOutcome) -> Result<()> {
    let (engine, backups) = (&context.ports.engine, &context.ports.backups);
    match step {
        Step::WriteBackup { file, .. } => backups.discard(file, &context.job.id).await,
        Step::KeepVolume { volume } => {
            release(context, volume).await?;
            engine.remove_volume(&copy_of(context, volume)).await
        }
        Step::RestoreVolume { volume, .. } => {
            release(context, volume).await?;
            let copy = copy_of(context, volume);
            // Without a copy it was put back already, or there was nothing.
            if engine.volume_exists(&copy).await? {
                engine.remove_volume(&volume.volume).await?;
                let from = VolumeAt {
                    volume: copy,
                    ..volume.clone()
                };
                backups.copy(&from, &volume.volume, &Watch::silent()).await
            } else if *outcome == StepOutcome::Created {
                engine.remove_volume(&volume.volume).await
            } else {
                Ok(())
            }
        }
        _ => Ok(()),
    }
}

/// Takes away what holds a volume: a session that began during the verification, and what a process
/// that was killed left of a container.
async fn release(context: &Context<'_>, volume: &VolumeAt) -> Result<()> {
    context.ports.store.await_launches()?;
    removal::end_sessions(context, &volume.installation, None).await
}

/// Where the copy of a volume is: a volume of this job's, so that none is ever written over.
fn copy_of(context: &Context<'_>, volume: &VolumeAt) -> String {
    format!("{}-before-{}", volume.volume, context.job.id)
}

fn passphrase<'a>(context: &'a Context<'_>) -> Option<&'a Secret> {
    context.secrets.get(PASSPHRASE)
}
