//! Backups of what a server keeps, and putting them back.

use std::path::Path;

use super::prepare::installed;
use super::remove::plan;
use super::{Plan, Purpose, Step, Warning};
use crate::backup::{Backup, BackupVolume, volumes};
use crate::error::{Error, ErrorCode, Result};
use crate::port::{PathKind, Ports, VolumeAt};
use crate::server::{Installation, Launch};

/// Plans to write what an installed server keeps in volumes into a new file.
///
/// # Errors
/// `NotInstalled`, `NothingKept`, `ServerInUse`, `ImageMissing`, `FileThere`, `FolderMissing`, and
/// what the engine says.
pub async fn prepare_backup(ports: &Ports, name: &str, file: &str) -> Result<Plan> {
    let installation = installed(ports, name)?;
    free(ports, file)?;
    let image = image(ports, &installation).await?;
    let mut kept = Vec::new();
    for (volume, about) in volumes(&installation) {
        if ports.engine.volume_exists(&volume).await? {
            kept.push((at(&installation, &image, volume), about));
        }
    }
    if kept.is_empty() {
        return Err(nothing(&installation));
    }
    let (volumes, about): (Vec<VolumeAt>, Vec<BackupVolume>) = kept.into_iter().unzip();
    unused(ports, name, &volumes).await?;
    let encrypted = about.iter().any(|volume| volume.holds_keys);
    let backup = Backup {
        id: String::new(),
        name: name.to_owned(),
        entry: installation.entry.clone(),
        variant: installation.variant.clone(),
        version: installation
            .pins
            .first()
            .map(|pin| pin.version.clone())
            .unwrap_or_default(),
        created_at: String::new(),
        encrypted,
        volumes: about,
    };
    let steps = vec![
        check_unused(name, &volumes),
        Step::WriteBackup {
            file: file.to_owned(),
            backup,
            volumes,
        },
    ];
    let mut planned = plan(Purpose::Backup, &installation, steps);
    planned
        .warnings
        .extend(encrypted.then_some(Warning::NeedsPassphrase));
    Ok(planned)
}

/// Plans to replace what an installed server keeps in volumes by what a backup has. Volumes that the
/// backup does not know stay as they are.
///
/// # Errors
/// `NotInstalled`, `NothingKept`, `ServerInUse`, `ImageMissing`, `BackupForeign`, `BackupUnfit` where
/// it is another server's, and what the engine says.
pub async fn prepare_restore(ports: &Ports, name: &str, file: &str) -> Result<Plan> {
    let installation = installed(ports, name)?;
    let known = volumes(&installation);
    if known.is_empty() {
        return Err(nothing(&installation));
    }
    let backup = ports.backups.head(file).await?;
    let unfit = || {
        Error::new(ErrorCode::BackupUnfit {
            path: file.to_owned(),
            entry: backup.entry.clone(),
            name: name.to_owned(),
        })
    };
    if backup.entry != installation.entry || backup.volumes.is_empty() {
        return Err(unfit());
    }
    let image = image(ports, &installation).await?;
    let mut to = Vec::new();
    for volume in &backup.volumes {
        let place = known
            .iter()
            .find(|(_, about)| about.target == volume.target);
        let (place, _) = place.ok_or_else(unfit)?;
        to.push(at(&installation, &image, place.clone()));
    }
    unused(ports, name, &to).await?;
    let mut steps = vec![
        check_unused(name, &to),
        Step::CheckBackup {
            file: file.to_owned(),
            backup: backup.clone(),
        },
    ];
    let each = |step: fn(VolumeAt) -> Step| to.iter().cloned().map(step);
    steps.extend(each(|volume| Step::KeepVolume { volume }));
    steps.extend(
        to.iter()
            .enumerate()
            .map(|(number, volume)| Step::RestoreVolume {
                file: file.to_owned(),
                number,
                volume: volume.clone(),
            }),
    );
    steps.push(Step::Verify {
        name: name.to_owned(),
        command: ports.host.launcher_absolute(name)?,
        // Where it is registered has nothing to do with what it keeps.
        place: None,
        startup_seconds: installation.startup_seconds,
        credential_check: None,
        criteria: installation.criteria.clone(),
    });
    steps.extend(each(|volume| Step::ForgetVolume { volume }));
    let warning = Warning::ReplacesData {
        created_at: backup.created_at.clone(),
        holds: backup.volumes.into_iter().map(|it| it.holds).collect(),
    };
    let planned = plan(Purpose::Restore, &installation, steps);
    Ok(Plan {
        warnings: vec![warning],
        trust: Vec::new(),
        ..planned
    })
}

/// That a file can be made at a path.
fn free(ports: &Ports, file: &str) -> Result<()> {
    let path = Path::new(file);
    let folder = path.parent().filter(|_| path.is_absolute());
    let folder = folder.map(|folder| folder.to_string_lossy().into_owned());
    match folder {
        Some(folder) if ports.host.path_kind(&folder) == PathKind::Folder => {}
        folder => {
            return Err(Error::new(ErrorCode::FolderMissing {
                path: folder.unwrap_or_else(|| file.to_owned()),
            }));
        }
    }
    match ports.host.path_kind(file) {
        PathKind::Nothing => Ok(()),
        _ => Err(Error::new(ErrorCode::FileThere {
            path: file.to_owned(),
        })),
    }
}

/// The image whose container opens the volumes.
async fn image(ports: &Ports, installation: &Installation) -> Result<String> {
    let Launch::Container(launch) = &installation.launch else {
        return Err(nothing(installation));
    };
    match ports.engine.image(&launch.image_id).await? {
        Some(_) => Ok(launch.image_id.clone()),
        None => Err(Error::new(ErrorCode::ImageMissing {
            reference: launch.image.clone(),
        })),
    }
}

async fn unused(ports: &Ports, name: &str, volumes: &[VolumeAt]) -> Result<()> {
    for at in volumes {
        if ports.engine.volume_in_use(&at.volume).await? {
            return Err(Error::new(ErrorCode::ServerInUse {
                name: name.to_owned(),
            }));
        }
    }
    Ok(())
}

fn check_unused(name: &str, volumes: &[VolumeAt]) -> Step {
    Step::CheckUnused {
        name: name.to_owned(),
        volumes: volumes.iter().map(|at| at.volume.clone()).collect(),
    }
}

fn at(installation: &Installation, image: &str, volume: String) -> VolumeAt {
    VolumeAt {
        installation: installation.name.clone(),
        volume,
        image: image.to_owned(),
    }
}

fn nothing(installation: &Installation) -> Error {
    Error::new(ErrorCode::NothingKept {
        name: installation.name.clone(),
    })
}
