//! Files of Berth's own that nobody else may read: 0600 in folders of 0700.
//!
//! Windows needs no modes: Berth's home is below the person's profile, whose access list keeps
//! others out, and files inherit it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use berth_core::error::{Error, ErrorCode, Result};

/// Makes a folder and its missing parents, for this person only. One that is there stays as it
/// is: it may be somebody's on purpose.
pub fn create_folder(path: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
        .create(path)
        .map_err(|error| file_error("make the folder", path, &error))
}

/// Opens a file for reading and writing, making it for this person only where it is not there.
pub fn open_or_create(path: &Path) -> Result<File> {
    options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|error| file_error("open", path, &error))
}

/// Replaces a file's content in one go: afterwards there is the old content or the new one,
/// whatever happens in between, also a power cut. The folder must be there.
pub fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| file_error("write", path, &error);
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    // tempfile makes files 0600 (and randomly named, so that two writers do not meet).
    let mut file = tempfile::Builder::new()
        .prefix(".berth-")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    sync_folder(folder).map_err(failed)
}

/// The same by way of a file whose name is known, so that whoever comes after a process that was
/// killed in between can take it away. For one writer at a time; what is there is overwritten.
pub fn replace_by_way_of(way: &Path, path: &Path, content: &[u8]) -> Result<()> {
    remove(way)?;
    let written = options()
        .write(true)
        .create_new(true)
        .open(way)
        .and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(way, path));
    if let Err(error) = written {
        // The first failure is the one to tell.
        let _ = remove(way);
        return Err(file_error("write", path, &error));
    }
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    sync_folder(folder).map_err(|error| file_error("write", path, &error))
}

/// Makes a renamed or deleted name in a folder last through a power cut.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows offers no such thing for folders.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Deletes a file. Missing is fine.
pub fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(file_error("delete", path, &error))
        }
        _ => Ok(()),
    }
}

/// `FileFailed` with its cause.
pub fn file_error(operation: &str, path: &Path, cause: &std::io::Error) -> Error {
    Error::new(ErrorCode::FileFailed {
        operation: operation.to_owned(),
        path: path.display().to_string(),
    })
    .caused_by(cause)
}

fn options() -> OpenOptions {
    #[allow(unused_mut, reason = "changed on Unix only")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    }

    #[test]
    fn what_is_made_is_private() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("a/b");
        create_folder(&folder).expect("made");
        create_folder(&folder).expect("there already");
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&place.path().join("a")), 0o700);

        let file = folder.join("file");
        replace(&file, b"one").expect("written");
        replace(&file, b"two").expect("written over");
        assert_eq!(std::fs::read(&file).expect("read"), b"two");
        assert_eq!(mode(&file), 0o600);
        drop(open_or_create(&folder.join("lock")).expect("made"));
        assert_eq!(mode(&folder.join("lock")), 0o600);
        let left: Vec<_> = std::fs::read_dir(&folder).expect("listed").collect();
        assert_eq!(left.len(), 2, "no temporary file stays: {left:?}");
    }

    #[test]
    fn what_a_killed_writer_left_does_not_stop_the_next() {
        let place = tempfile::tempdir().expect("a folder");
        let (file, way) = (place.path().join("file"), place.path().join(".file.berth"));
        std::fs::write(&way, "half").expect("left");
        replace_by_way_of(&way, &file, b"whole").expect("written");
        assert_eq!(std::fs::read(&file).expect("read"), b"whole");
        assert_eq!(mode(&file), 0o600);
        assert!(!way.exists());
        // A folder cannot be replaced; what was written for it does not stay.
        let folder = place.path().join("folder");
        std::fs::create_dir(&folder).expect("made");
        replace_by_way_of(&way, &folder, b"whole").expect_err("it is a folder");
        assert!(!way.exists());
    }

    #[test]
    fn an_existing_folder_keeps_its_mode() {
        let place = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o755))
            .expect("set");
        create_folder(place.path()).expect("there");
        assert_eq!(mode(place.path()), 0o755);
    }

    #[test]
    fn deleting_what_is_not_there_is_fine() {
        let place = tempfile::tempdir().expect("a folder");
        remove(&place.path().join("nothing")).expect("fine");
        assert_eq!(
            remove(place.path()).expect_err("a folder").name(),
            "file_failed"
        );
    }
}
