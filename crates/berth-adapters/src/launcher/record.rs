//! The installation's record, and the checks that it is what the person agreed to.

use std::path::{Component, Path};

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::server::{Installation, check_name, check_seal};
use berth_core::settings::{MachineNotes, Settings};

use crate::sqlite::{Launch, open_for_launch};

/// What the launcher reads. The database is closed again when this exists.
#[derive(Debug)]
pub struct Record {
    /// The installation's current generation; its seal holds.
    pub installation: Installation,
    /// The settings: which vault, which engine.
    pub settings: Settings,
    /// What was found out about this machine.
    pub notes: MachineNotes,
    /// Held until the server is made, so that an undo or a removal in that moment finds it.
    pub(super) launch: Option<Launch>,
}

impl Record {
    /// Reads the record of `name` below Berth's home and checks its seal. `NotInstalled` where
    /// there is none, `InstallationChanged` where it is not what was agreed to, `JobRunning` while it
    /// is being removed, or what it keeps is being backed up or restored.
    pub fn read(home: &Path, name: &str) -> Result<Self> {
        check_name(name)?;
        let launch = Launch::begin(home);
        let records = open_for_launch(home)?;
        let installation = records.installation(name)?.ok_or_else(|| {
            Error::new(ErrorCode::NotInstalled {
                name: name.to_owned(),
            })
        })?;
        check_seal(&installation)?;
        if records.is_held(home, name)? {
            return Err(Error::new(ErrorCode::JobRunning {
                name: name.to_owned(),
            }));
        }
        Ok(Self {
            installation,
            settings: records.settings()?,
            notes: records.machine_notes()?,
            launch,
        })
    }

    /// Says that nothing is made from it, so that no undo and no removal waits for whoever has it.
    #[must_use]
    pub fn looking_only(mut self) -> Self {
        self.launch = None;
        self
    }
}

/// Checks that a program is one of the installation's own: in its folder, which is in Berth's
/// home. The seal alone does not say so, because whoever can write the record can write a seal.
///
/// The file itself may be a link that leads elsewhere (`venv/bin/python` does); the folder that it
/// is in may not.
pub(super) fn check_program(installation: &Installation, program: &str, home: &Path) -> Result<()> {
    let changed = || {
        Error::new(ErrorCode::InstallationChanged {
            name: installation.name.clone(),
        })
    };
    let missing = || {
        Error::new(ErrorCode::ProgramMissing {
            program: program.to_owned(),
        })
    };
    let program = Path::new(program);
    let folder = Path::new(installation.folder.as_deref().ok_or_else(changed)?);
    let straight = |path: &Path| {
        path.is_absolute() && !path.components().any(|part| part == Component::ParentDir)
    };
    if !straight(folder) || !straight(program) || !program.starts_with(folder) {
        return Err(changed());
    }
    let real = |path: &Path| {
        path.canonicalize()
            .map_err(|error| missing().caused_by(&error))
    };
    let place = real(program.parent().ok_or_else(changed)?)?;
    let folder = real(folder)?;
    if !place.starts_with(&folder) || !folder.starts_with(real(home)?) {
        return Err(changed());
    }
    match program.metadata() {
        Ok(file) if file.is_file() => Ok(()),
        Ok(_) => Err(missing()),
        Err(error) => Err(missing().caused_by(&error)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn installation(folder: Option<&Path>) -> Installation {
        let json = serde_json::json!({
            "name": "time", "generation": "g", "entry": "time", "title": "Time",
            "variant": "python", "variant_title": "Python", "pins": [],
            "launch": {"kind": "process", "program": "/", "args": [], "env": {}, "folder": "/"},
            "seal": "", "secrets": [], "inputs": {}, "places": [],
            "folder": folder, "data": [], "tools": [], "tools_hash": null,
            "startup_seconds": 30, "installed_at": "2026-01-01T00:00:00.000Z",
            "verified_at": null, "last_error": null
        });
        serde_json::from_value(json).expect("an installation")
    }

    fn code(result: Result<()>) -> Option<String> {
        result.err().map(|error| error.name())
    }

    #[test]
    fn nobody_waits_for_who_only_looks() {
        let place = tempfile::tempdir().expect("a folder");
        let record = Record {
            installation: installation(None),
            settings: Settings::default(),
            notes: MachineNotes::default(),
            launch: Launch::begin(place.path()),
        };
        let file = std::fs::File::open(place.path().join("launch.lock")).expect("there");
        assert!(file.try_lock().is_err(), "it may make something");
        let _record = record.looking_only();
        file.try_lock().expect("free");
    }

    #[test]
    fn only_a_program_in_the_installations_own_folder_is_started() {
        let place = tempfile::tempdir().expect("a folder");
        let home = place.path().join("home");
        let folder = home.join("installations/time/g");
        let bin = folder.join("venv/bin");
        std::fs::create_dir_all(&bin).expect("made");
        std::fs::write(bin.join("server"), "").expect("written");
        symlink("/bin/sh", bin.join("python")).expect("linked");
        symlink("/bin", folder.join("elsewhere")).expect("linked");
        symlink(bin.join("nothing"), bin.join("dangling")).expect("linked");
        let check = |folder: Option<&Path>, program: &Path| {
            let program = program.to_str().expect("text");
            code(check_program(&installation(folder), program, &home))
        };
        let own = Some(folder.as_path());
        assert_eq!(check(own, &bin.join("server")), None);
        assert_eq!(
            check(own, &bin.join("python")),
            None,
            "a link in its folder"
        );
        let changed = Some("installation_changed".to_owned());
        for program in [
            Path::new("/bin/sh"),
            Path::new("server"),
            &folder.join("../g/venv/bin/server"),
            &folder.join("elsewhere/sh"),
            &home.join("installations/time/g2/server"),
        ] {
            assert_eq!(check(own, program), changed, "{program:?}");
        }
        assert_eq!(check(None, &bin.join("server")), changed, "no folder");
        assert_eq!(
            check(Some(Path::new("/bin")), Path::new("/bin/sh")),
            changed,
            "a folder that is not below Berth's home"
        );
        let missing = Some("program_missing".to_owned());
        for program in ["absent", "dangling", "."] {
            assert_eq!(check(own, &bin.join(program)), missing, "{program}");
        }
        assert_eq!(check(own, &folder.join("gone/server")), missing);
    }

    #[test]
    fn a_link_to_berths_home_is_berths_home() {
        let place = tempfile::tempdir().expect("a folder");
        let home = place.path().join("home");
        let folder = home.join("g");
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join("server"), "").expect("written");
        let link = place.path().join("link");
        symlink(&home, &link).expect("linked");
        let program = folder.join("server");
        let program = program.to_str().expect("text");
        assert_eq!(
            code(check_program(&installation(Some(&folder)), program, &link)),
            None
        );
    }

    #[test]
    fn nothing_is_installed_where_berth_was_never_started() {
        let place = tempfile::tempdir().expect("a folder");
        let error = Record::read(&place.path().join("none"), "time").expect_err("nothing there");
        assert_eq!(error.name(), "not_installed");
        let error = Record::read(place.path(), "../time").expect_err("no name");
        assert_eq!(error.name(), "name_invalid");
    }
}
