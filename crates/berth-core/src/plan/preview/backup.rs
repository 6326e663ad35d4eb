//! What is shown of the steps of a backup and of its restoring.

use super::{PreviewLine, Step, text, writes};
use crate::secret::DOTS;

/// Kind, subject and lines.
pub fn preview(step: &Step) -> (&'static str, String, Vec<PreviewLine>) {
    match step {
        Step::WriteBackup {
            file,
            backup,
            volumes,
        } => {
            let mut lines = vec![writes(file)];
            let each = volumes.iter().zip(&backup.volumes);
            lines.extend(each.map(|(at, about)| text(format!("{} ({})", at.volume, about.holds))));
            lines.extend(backup.encrypted.then(encrypted));
            ("write_backup", file.clone(), lines)
        }
        Step::CheckBackup { file, backup } => {
            let mut lines = vec![text(format!(
                "{} {} ({}, {})",
                backup.name, backup.version, backup.entry, backup.created_at
            ))];
            lines.extend(backup.encrypted.then(encrypted));
            ("check_backup", file.clone(), lines)
        }
        Step::KeepVolume { volume } => {
            let lines = vec![writes(&copy_of(&volume.volume))];
            ("keep_volume", volume.volume.clone(), lines)
        }
        Step::RestoreVolume { volume, .. } => {
            let lines = vec![writes(&volume.volume)];
            ("restore_volume", volume.volume.clone(), lines)
        }
        Step::ForgetVolume { volume } => {
            let path = copy_of(&volume.volume);
            let lines = vec![PreviewLine::Deletes { path }];
            ("forget_volume", volume.volume.clone(), lines)
        }
        // No other step is a backup's.
        _ => ("", String::new(), Vec::new()),
    }
}

fn encrypted() -> PreviewLine {
    text(format!("XChaCha20-Poly1305, Argon2id: {DOTS}"))
}

/// The job's identifier, which is not known yet, is its end.
fn copy_of(volume: &str) -> String {
    format!("{volume}-before-…")
}
