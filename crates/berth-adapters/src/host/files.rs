//! Berth's own files and folders, guarded: nothing outside Berth's home is deleted, and no
//! symbolic link is followed on the way.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use berth_core::client::{Place, Registration};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::PathKind;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::private;

/// Turns what the system says about a file into Berth's error.
pub fn failed<'a>(
    operation: &'a str,
    path: &'a Path,
) -> impl FnOnce(std::io::Error) -> Error + use<'a> {
    move |error| private::file_error(operation, path, &error)
}

/// What is at a path; links are followed.
#[must_use]
pub fn kind(path: &Path) -> PathKind {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => PathKind::File,
        Ok(found) if found.is_dir() => PathKind::Folder,
        Ok(_) => PathKind::Other,
        // A link that leads nowhere is something too: nothing may be made in its place.
        Err(_) => match std::fs::symlink_metadata(path) {
            Ok(_) => PathKind::Other,
            Err(error) if error.kind() == ErrorKind::NotFound => PathKind::Nothing,
            Err(error) if error.kind() == ErrorKind::NotADirectory => PathKind::Nothing,
            Err(_) => PathKind::Other,
        },
    }
}

/// The steps from `home` down to `path`, which must be below it.
fn below(home: &Path, path: &Path) -> Result<Vec<PathBuf>> {
    let refused = || {
        Error::new(ErrorCode::FileFailed {
            operation: "delete".to_owned(),
            path: path.display().to_string(),
        })
        .with_cause(format!("it is not below {}", home.display()))
    };
    let inner = path.strip_prefix(home).map_err(|_| refused())?;
    let mut steps = Vec::new();
    let mut at = home.to_owned();
    for component in inner.components() {
        match component {
            Component::Normal(name) => at.push(name),
            _ => return Err(refused()),
        }
        steps.push(at.clone());
    }
    if steps.is_empty() {
        return Err(refused());
    }
    Ok(steps)
}

/// Deletes a folder below `home` with all that is in it, then each folder above it that became
/// empty, `home` itself excepted. Missing is fine. A link is never followed: one on the way is
/// refused, one inside is deleted as the link that it is.
pub fn delete_folder(home: &Path, path: &Path) -> Result<()> {
    let steps = below(home, path)?;
    for step in &steps {
        match std::fs::symlink_metadata(step) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                return Err(failed("delete", step)(std::io::Error::from(
                    ErrorKind::NotADirectory,
                )));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => break,
            Err(error) => return Err(failed("delete", step)(error)),
        }
    }
    match std::fs::remove_dir_all(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed("delete", path)(error)),
    }
    remove_empty(&steps[..steps.len() - 1])
}

/// Removes folders, innermost first, as long as they are empty.
fn remove_empty(folders: &[PathBuf]) -> Result<()> {
    for folder in folders.iter().rev() {
        match std::fs::remove_dir(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => break,
            Err(error) => return Err(failed("delete", folder)(error)),
        }
    }
    Ok(())
}

/// A replaced registration on disk.
#[derive(Serialize, Deserialize)]
struct Backup {
    name: String,
    place: Place,
    raw: serde_json::Value,
}

/// Folder of a job's backups. A job's identifier is a ULID; anything that could be a path is
/// refused.
fn backups(home: &Path, job: &str) -> Result<PathBuf> {
    if job.is_empty() || !job.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(Error::new(ErrorCode::JobUnknown {
            job: job.to_owned(),
        }));
    }
    Ok(home.join("backups").join(job))
}

/// Writes a registration for this job; its path depends on the job, the name and the place only.
pub fn write_backup(home: &Path, job: &str, registration: &Registration) -> Result<PathBuf> {
    let folder = backups(home, job)?;
    private::create_folder(&folder)?;
    let place = &registration.place;
    let key = serde_json::to_vec(&(&registration.name, place))
        .map_err(|error| Error::internal("a place has no JSON form").caused_by(&error))?;
    let hash: String = Sha256::digest(&key)
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let path = folder.join(format!("{}-{hash}.json", place.scope));
    let content = serde_json::to_vec_pretty(&Backup {
        name: registration.name.clone(),
        place: place.clone(),
        raw: registration.raw.clone(),
    })
    .map_err(|error| Error::internal("a registration has no JSON form").caused_by(&error))?;
    private::replace(&path, &content)?;
    Ok(path)
}

/// Reads a registration back.
pub fn read_backup(home: &Path, path: &Path) -> Result<Registration> {
    below(&home.join("backups"), path)?;
    let content = std::fs::read(path).map_err(failed("read", path))?;
    let backup: Backup = serde_json::from_slice(&content)
        .map_err(|error| failed("read", path)(std::io::Error::from(error)))?;
    Ok(Registration {
        name: backup.name,
        place: backup.place,
        raw: backup.raw,
    })
}

/// Deletes all backups of a job. Missing is fine.
pub fn delete_backups(home: &Path, job: &str) -> Result<()> {
    delete_folder(home, &backups(home, job)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::create_folder;
    use berth_core::client::Scope;

    fn home() -> (tempfile::TempDir, PathBuf) {
        let outer = tempfile::tempdir().expect("a folder");
        let home = outer.path().join("berth");
        create_folder(&home).expect("made");
        (outer, home)
    }

    fn registration(project: Option<&str>) -> Registration {
        Registration {
            name: "time".to_owned(),
            place: Place::claude_code(
                if project.is_some() {
                    Scope::Local
                } else {
                    Scope::User
                },
                project.map(str::to_owned),
            ),
            raw: serde_json::json!({"command": "x", "unknown": {"z": 1, "a": 2}}),
        }
    }

    #[test]
    fn deletes_a_folder_and_what_became_empty_above_it() {
        let (_outer, home) = home();
        let path = home.join("installations/time/01J");
        create_folder(&path.join("venv/lib")).expect("made");
        std::fs::write(path.join("venv/lib/x"), "x").expect("written");
        delete_folder(&home, &path).expect("deleted");
        assert_eq!(kind(&home.join("installations")), PathKind::Nothing);
        assert_eq!(kind(&home), PathKind::Folder);
        delete_folder(&home, &path).expect("missing is fine");
    }

    #[test]
    fn keeps_a_parent_that_holds_something_else() {
        let (_outer, home) = home();
        create_folder(&home.join("installations/time/old")).expect("made");
        create_folder(&home.join("installations/time/new")).expect("made");
        delete_folder(&home, &home.join("installations/time/new")).expect("deleted");
        assert_eq!(kind(&home.join("installations/time/old")), PathKind::Folder);
    }

    #[test]
    fn a_deletion_that_was_interrupted_is_carried_on() {
        let (_outer, home) = home();
        create_folder(&home.join("installations/time")).expect("made");
        delete_folder(&home, &home.join("installations/time/01J")).expect("missing is fine");
        assert_eq!(kind(&home.join("installations")), PathKind::Nothing);
    }

    #[test]
    fn refuses_what_is_not_below_home() {
        let (outer, home) = home();
        let beside = outer.path().join("beside");
        create_folder(&beside).expect("made");
        for path in [
            beside.clone(),
            home.clone(),
            home.join(""),
            home.join("../beside"),
            home.join("installations/../../beside"),
            PathBuf::from("installations"),
            outer.path().join("berth2/x"),
            PathBuf::from("/"),
        ] {
            let error = delete_folder(&home, &path).expect_err("refused");
            assert!(
                matches!(error.code, ErrorCode::FileFailed { .. }),
                "{}: {error:?}",
                path.display()
            );
        }
        assert_eq!(kind(&beside), PathKind::Folder);
    }

    #[cfg(unix)]
    #[test]
    fn follows_no_link() {
        let (outer, home) = home();
        let beside = outer.path().join("beside");
        create_folder(&beside.join("inner")).expect("made");
        std::fs::write(beside.join("inner/kept"), "x").expect("written");

        std::os::unix::fs::symlink(&beside, home.join("link")).expect("linked");
        delete_folder(&home, &home.join("link")).expect_err("a link itself");
        delete_folder(&home, &home.join("link/inner")).expect_err("through a link");

        create_folder(&home.join("data/x")).expect("made");
        std::os::unix::fs::symlink(&beside, home.join("data/x/link")).expect("linked");
        delete_folder(&home, &home.join("data/x")).expect("deleted");
        assert_eq!(kind(&beside.join("inner/kept")), PathKind::File);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_something() {
        let (_outer, home) = home();
        std::os::unix::fs::symlink("/nowhere/at/all", home.join("dangling")).expect("linked");
        assert_eq!(kind(&home.join("dangling")), PathKind::Other);
        std::fs::write(home.join("file"), "").expect("written");
        assert_eq!(kind(&home.join("file/below")), PathKind::Nothing);
    }

    #[test]
    fn a_backup_comes_back_as_it_was() {
        let (_outer, home) = home();
        let old = registration(Some("/p"));
        let path = write_backup(&home, "01JOB", &old).expect("written");
        let mut changed = old.clone();
        changed.raw = serde_json::json!({"command": "y"});
        assert_eq!(
            write_backup(&home, "01JOB", &changed).expect("replaced"),
            path
        );
        assert_ne!(
            write_backup(&home, "01JOB", &registration(None)).expect("written"),
            path
        );
        write_backup(&home, "01JOB", &old).expect("replaced");
        let read = read_backup(&home, &path).expect("read");
        assert_eq!(read, old);
        let order: Vec<_> = read.raw["unknown"]
            .as_object()
            .expect("object")
            .keys()
            .collect();
        assert_eq!(order, ["z", "a"]);

        delete_backups(&home, "01JOB").expect("deleted");
        delete_backups(&home, "01JOB").expect("missing is fine");
        assert_eq!(kind(&home.join("backups")), PathKind::Nothing);
    }

    #[test]
    fn backups_stay_in_their_folder() {
        let (_outer, home) = home();
        for job in ["", "..", "a/b", "../x", "a\\b"] {
            write_backup(&home, job, &registration(None)).expect_err(job);
            delete_backups(&home, job).expect_err(job);
        }
        std::fs::write(home.join("other.json"), "{}").expect("written");
        read_backup(&home, &home.join("other.json")).expect_err("not a backup");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_private_is_the_persons_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_outer, home) = home();
        let path = write_backup(&home, "01JOB", &registration(None)).expect("written");
        let mode =
            |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().expect("a folder")), 0o700);
    }
}
