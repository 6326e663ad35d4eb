//! `berth backup` and `berth restore`

use std::path::Path;

use berth_api::Berth;
use berth_api::types::{BackupRequest, BackupStart, PlanPreview};
use berth_core::backup::PASSPHRASE;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::job::{Job, StepOutcome};
use berth_core::plan::Step;
use serde_json::json;

use super::choices::absolute;
use super::install::{finished, show, started};
use super::vault::new_passphrase;
use crate::args::{BackupArgs, RestoreArgs};
use crate::ask;
use crate::follow::follow;
use crate::output::text::size;
use crate::output::{Output, clean};

/// Runs `berth backup`.
pub async fn backup(berth: &Berth, out: Output, args: BackupArgs) -> Result<()> {
    let request = BackupRequest {
        name: args.name,
        file: new_file(&args.file)?,
    };
    let preview = berth.backup_preview(request.clone()).await?;
    let consent = show(out, &preview)?;
    ask::consent(out, args.consent.yes, "Back it up?")?;
    let passphrase = match is_encrypted(&preview) {
        true => Some(new_passphrase(args.env.as_ref())?),
        false => None,
    };
    let start = BackupStart {
        request: request.clone(),
        consent,
        passphrase,
    };
    let events = berth.subscribe();
    let job = berth.backup_start(start).await?.job;
    started(out, &job, &request.name);
    let job = follow(berth, out, events, &job, true).await?;
    finished(&job)?;
    let BackupRequest { name, file } = request;
    let bytes = written(&job);
    if out.json {
        out.line(&json!({ "event": "done", "name": name, "file": file, "size": bytes }));
    } else {
        let (name, file) = (clean(&name), clean(&file));
        out.text(&format!("{name} is backed up in {file} ({}).", size(bytes)));
    }
    Ok(())
}

/// Runs `berth restore`.
pub async fn restore(berth: &Berth, out: Output, args: RestoreArgs) -> Result<()> {
    let request = BackupRequest {
        name: args.name,
        file: file(&args.file)?,
    };
    let preview = berth.restore_preview(request.clone()).await?;
    let consent = show(out, &preview)?;
    ask::consent(out, args.consent.yes, "Replace it?")?;
    let passphrase = match is_encrypted(&preview) {
        true => Some(ask::secret(PASSPHRASE, args.env.as_ref(), "Passphrase: ")?),
        false => None,
    };
    let start = BackupStart {
        request: request.clone(),
        consent,
        passphrase,
    };
    let events = berth.subscribe();
    let job = berth.restore_start(start).await?.job;
    started(out, &job, &request.name);
    finished(&follow(berth, out, events, &job, true).await?)?;
    let BackupRequest { name, file } = request;
    if out.json {
        out.line(&json!({ "event": "done", "name": name, "file": file }));
    } else {
        let (name, file) = (clean(&name), clean(&file));
        out.text(&format!("{name} has what {file} holds, and works with it."));
    }
    Ok(())
}

fn is_encrypted(preview: &PlanPreview) -> bool {
    let steps = preview.plan.iter().flat_map(|plan| &plan.steps);
    steps.into_iter().any(|step| match step {
        Step::WriteBackup { backup, .. } | Step::CheckBackup { backup, .. } => backup.encrypted,
        _ => false,
    })
}

fn written(job: &Job) -> u64 {
    let mut outcomes = job.steps.iter().map(|step| &step.outcome);
    outcomes
        .find_map(|outcome| match outcome {
            StepOutcome::Backup { size } => Some(*size),
            _ => None,
        })
        .unwrap_or_default()
}

/// The absolute path of a file that is not there yet; its folder is.
fn new_file(path: &Path) -> Result<String> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = absolute(folder.unwrap_or(Path::new(".")))?;
    match path.file_name() {
        Some(name) => text(&Path::new(&folder).join(name)),
        None => Err(unreadable(path)),
    }
}

/// The absolute path of a file.
fn file(path: &Path) -> Result<String> {
    match std::fs::canonicalize(path) {
        Ok(path) => text(&path),
        Err(error) => Err(unreadable(path).caused_by(&error)),
    }
}

fn text(path: &Path) -> Result<String> {
    match path.to_str() {
        Some(path) => Ok(path.to_owned()),
        None => Err(unreadable(path).with_cause("its name is not valid Unicode")),
    }
}

fn unreadable(path: &Path) -> Error {
    Error::new(ErrorCode::FileFailed {
        operation: "use".to_owned(),
        path: path.to_string_lossy().into_owned(),
    })
}
