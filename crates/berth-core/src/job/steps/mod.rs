//! What each step does, and how it is undone. An undo works wherever inside the step it was
//! interrupted, and can be repeated.

mod act;
mod backup;
mod build;
mod criteria;
mod folder;
mod health;
mod image;
mod record;
mod registration;
mod removal;
mod secret;
mod services;
pub mod verify;

use super::report::Reporter;
use super::{Job, StepOutcome};
use crate::error::Result;
use crate::input::SecretValues;
use crate::plan::Step;
use crate::port::Ports;
use crate::progress::Watch;

/// What a step works with.
pub struct Context<'a> {
    pub ports: &'a Ports,
    pub job: &'a Job,
    pub secrets: &'a SecretValues,
    pub reporter: &'a Reporter,
}

/// What is there before a step acts, as far as its undo needs to know. Persisted before it acts.
pub async fn look(context: &Context<'_>, step: &Step) -> Result<StepOutcome> {
    match step {
        Step::CreateFolder { path } => folder::look_at_new(context, path),
        Step::DataFolder { path } => Ok(folder::look(context, path)),
        Step::PullImage { reference, digest } => {
            image::look(context, reference, digest.as_deref()).await
        }
        Step::BuildImage { tag, .. } => build::look(context, tag).await,
        Step::WriteInstallation {
            installation,
            replaces,
        } => record::look(context, installation, replaces.as_deref()).await,
        Step::Register {
            name,
            place,
            replaces,
            ..
        } => registration::look(context, name, place, replaces.as_ref()).await,
        Step::KeepVolume { .. } | Step::RestoreVolume { .. } | Step::WriteBackup { .. } => {
            backup::look(context, step).await
        }
        _ => Ok(StepOutcome::Nothing),
    }
}

/// Carries a step out. `before` is what [`look`] found.
pub async fn perform(
    context: &Context<'_>,
    step: &Step,
    before: StepOutcome,
    watch: &Watch,
) -> Result<StepOutcome> {
    let ports = context.ports;
    match step {
        Step::CreateFolder { path } | Step::DataFolder { path } => {
            ports.host.create_folder(path)?;
        }
        Step::PullImage { reference, digest } => {
            return image::pull(context, reference, digest.as_deref(), before, watch).await;
        }
        Step::UseImage { reference } => return image::pin(context, reference).await,
        Step::BuildImage { .. } => return build::build(context, step, before, watch).await,
        Step::CreateVenv {
            tool,
            program,
            requires,
            venv,
        } => {
            ports
                .python
                .create_venv(*tool, program, requires, venv, watch)
                .await?;
        }
        Step::InstallPython {
            tool,
            program,
            venv,
            requirements,
            script,
        } => {
            ports
                .python
                .install(*tool, program, venv, requirements, script, watch)
                .await?;
        }
        Step::InstallNode {
            program,
            folder,
            package,
            version,
            bin,
        } => {
            ports
                .node
                .install(program, folder, package, version, bin, watch)
                .await?;
        }
        Step::BuildNode { build } => ports.node.build(build, watch).await?,
        Step::StoreSecret { input, item } => secret::store(context, input, item).await?,
        Step::MakeSecret { item, generate, .. } => secret::make(context, item, generate).await?,
        Step::KeepSecret { from, to, .. } => secret::keep(context, from, to).await?,
        Step::WriteInstallation { installation, .. } => record::write(context, installation)?,
        Step::Register {
            name,
            place,
            command,
            ..
        } => {
            registration::register(context, name, place, command).await?;
        }
        Step::Unregister {
            name,
            place,
            address,
            ..
        } => {
            registration::unregister(context, name, place, address.as_ref()).await?;
        }
        Step::NotePlace {
            name,
            place,
            there,
            address,
        } => {
            registration::note(context, name, place, *there, address.as_ref())?;
        }
        Step::Verify { .. } => return verify::verify(context, step, watch).await,
        Step::Act { .. } => act::perform(context, step, watch).await?,
        Step::StartServices { name, command, .. } => {
            services::start(context, name, command, watch).await?;
        }
        Step::RemoveServices {
            name,
            generation,
            network,
        } => services::remove(context, name, generation.as_deref(), network.as_deref()).await?,
        Step::EndSessions { name } => removal::end_sessions(context, name, None).await?,
        Step::ForgetGeneration { name, generation } => {
            ports.store.forget_generation(name, generation)?;
        }
        Step::RemoveImage { image } => build::remove(context, image).await?,
        Step::DeleteInstallation { name } => ports.store.delete_installation(name)?,
        Step::DeleteSecrets { items } => {
            for item in items {
                ports.vault.delete(item).await?;
            }
        }
        Step::DeleteFolder { path } => ports.host.delete_folder(path)?,
        Step::DeleteData { data } => removal::delete_data(context, data).await?,
        Step::CheckUnused { name, volumes } => backup::check_unused(context, name, volumes).await?,
        Step::WriteBackup { .. }
        | Step::CheckBackup { .. }
        | Step::KeepVolume { .. }
        | Step::RestoreVolume { .. }
        | Step::ForgetVolume { .. } => return backup::perform(context, step, before, watch).await,
    }
    Ok(before)
}

/// Undoes a step that has begun. `outcome` is what was persisted last.
pub async fn undo(context: &Context<'_>, step: &Step, outcome: &StepOutcome) -> Result<()> {
    let ports = context.ports;
    match step {
        Step::CreateFolder { path } | Step::DataFolder { path } => match outcome {
            StepOutcome::Created => ports.host.delete_folder(path),
            _ => Ok(()),
        },
        Step::PullImage { reference, digest } => {
            image::undo(context, reference, digest.as_deref(), outcome).await
        }
        Step::BuildImage { tag, .. } => build::undo(context, tag, outcome).await,
        Step::StoreSecret { item, .. }
        | Step::MakeSecret { item, .. }
        | Step::KeepSecret { to: item, .. } => ports.vault.delete(item).await,
        Step::WriteInstallation { installation, .. } => {
            record::undo(context, installation, outcome)?;
            verify::undo(context, installation, outcome).await
        }
        Step::Register {
            name,
            place,
            command,
            ..
        } => {
            let address = command.address.as_ref();
            registration::undo(context, name, place, address, outcome).await
        }
        Step::NotePlace {
            name, place, there, ..
        } => registration::note(context, name, place, !there, None),
        // With the record: as long as that is there, the next start makes it all again.
        Step::StartServices { .. } | Step::Verify { .. } => Ok(()),
        // Inside the generation's folder, which is deleted as a whole.
        Step::CreateVenv { .. }
        | Step::InstallPython { .. }
        | Step::InstallNode { .. }
        | Step::BuildNode { .. } => Ok(()),
        Step::UseImage { .. } => Ok(()),
        Step::WriteBackup { .. } | Step::KeepVolume { .. } | Step::RestoreVolume { .. } => {
            backup::undo(context, step, outcome).await
        }
        Step::Act { .. } => act::undo(context, step).await,
        // They only look.
        Step::CheckUnused { .. } | Step::CheckBackup { .. } => Ok(()),
        // These come only after the point from which a job goes forward.
        Step::Unregister { .. }
        | Step::RemoveServices { .. }
        | Step::EndSessions { .. }
        | Step::ForgetGeneration { .. }
        | Step::RemoveImage { .. }
        | Step::DeleteInstallation { .. }
        | Step::DeleteSecrets { .. }
        | Step::DeleteFolder { .. }
        | Step::ForgetVolume { .. }
        | Step::DeleteData { .. } => Ok(()),
    }
}
