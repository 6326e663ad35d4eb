//! The lasting copy of the launcher.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use berth_core::error::Result;

use super::files::failed;

/// Makes sure that `lasting` is there and is the same as `own`. Sessions that run from an older
/// copy go on: the file is replaced by another one, never written into.
pub fn settle(own: &Path, lasting: &Path) -> Result<()> {
    if own == lasting || same_file(own, lasting) {
        return Ok(());
    }
    let own_file = File::open(own).map_err(failed("read", own))?;
    if let Ok(there) = File::open(lasting)
        && same_content(own_file, there).map_err(failed("read", lasting))?
    {
        return Ok(());
    }
    replace(own, lasting)
}

/// Copies `from` to `to`, in one go.
///
/// Bytes only: a copy made by the system would bring macOS's quarantine mark along. The code
/// signature is inside the file.
pub fn replace(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(to);
    crate::private::create_folder(folder)?;
    let copy = || -> std::io::Result<()> {
        let mut fresh = tempfile::Builder::new()
            .prefix(".berth-")
            .tempfile_in(folder)?;
        std::io::copy(&mut File::open(from)?, fresh.as_file_mut())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fresh
                .as_file()
                .set_permissions(std::fs::Permissions::from_mode(0o755))?;
        }
        fresh.as_file().sync_all()?;
        // A file that is open for writing anywhere cannot be executed (ETXTBSY): closed first.
        let fresh = fresh.into_temp_path();
        if cfg!(windows) {
            set_aside(to, folder)?;
        }
        fresh.persist(to)?;
        Ok(())
    };
    copy().map_err(failed("write", to))
}

/// Windows refuses to replace a program that runs, but lets it be renamed. What was set aside
/// before and no longer runs is deleted.
fn set_aside(to: &Path, folder: &Path) -> std::io::Result<()> {
    const MARK: &str = ".old-berth-";
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(MARK) {
            // One that still runs stays until the next time.
            let _ = std::fs::remove_file(entry.path());
        }
    }
    match std::fs::rename(to, folder.join(format!("{MARK}{}", ulid::Ulid::generate()))) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

fn same_content(a: File, b: File) -> std::io::Result<bool> {
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    const CHUNK: usize = 1 << 16;
    let (mut a, mut b) = (
        BufReader::with_capacity(CHUNK, a),
        BufReader::with_capacity(CHUNK, b),
    );
    let (mut left, mut right) = (vec![0; CHUNK], vec![0; CHUNK]);
    loop {
        let read = a.read(&mut left)?;
        if read == 0 {
            return Ok(b.read(&mut right)? == 0);
        }
        match b.read_exact(&mut right[..read]) {
            Ok(()) if left[..read] == right[..read] => {}
            Ok(()) => return Ok(false),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_renews_and_leaves_alone() {
        let place = tempfile::tempdir().expect("a folder");
        let own = place.path().join("own");
        let lasting = place.path().join("home/bin/berth");
        std::fs::write(&own, vec![1; 100_000]).expect("written");
        settle(&own, &lasting).expect("made");
        assert_eq!(std::fs::read(&lasting).expect("there"), vec![1; 100_000]);

        let first = File::open(&lasting).expect("open");
        let identity = |file: &File| {
            #[cfg(unix)]
            {
                use std::os::unix::fs::MetadataExt;
                file.metadata().expect("there").ino()
            }
            #[cfg(not(unix))]
            {
                file.metadata().expect("there").modified().expect("a time")
            }
        };
        settle(&own, &lasting).expect("the same");
        let second = File::open(&lasting).expect("open");
        assert_eq!(identity(&first), identity(&second), "not written again");

        // The same length, another last byte.
        let mut changed = vec![1; 100_000];
        changed[99_999] = 2;
        std::fs::write(&own, &changed).expect("written");
        settle(&own, &lasting).expect("renewed");
        assert_eq!(std::fs::read(&lasting).expect("there"), changed);
        assert_ne!(
            identity(&first),
            identity(&File::open(&lasting).expect("open")),
            "a running copy is never written into"
        );
        let left = std::fs::read_dir(lasting.parent().expect("a folder")).expect("listed");
        assert_eq!(left.count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_copy_can_be_started() {
        let place = tempfile::tempdir().expect("a folder");
        let lasting = place.path().join("bin/berth");
        settle(Path::new("/bin/true"), &lasting).expect("made");
        let status = std::process::Command::new(&lasting)
            .status()
            .expect("starts");
        assert!(status.success());
        settle(&lasting, &lasting).expect("its own copy");
    }

    #[test]
    fn a_launcher_that_is_not_there_is_named() {
        let place = tempfile::tempdir().expect("a folder");
        let own = place.path().join("absent");
        let error = settle(&own, &place.path().join("bin/berth")).expect_err("fails");
        assert!(error.message().contains("absent"), "{error}");
    }

    #[test]
    fn what_was_set_aside_is_deleted_the_next_time() {
        let place = tempfile::tempdir().expect("a folder");
        let to = place.path().join("berth.exe");
        std::fs::write(&to, "1").expect("written");
        set_aside(&to, place.path()).expect("renamed");
        assert!(!to.exists());
        assert_eq!(std::fs::read_dir(place.path()).expect("listed").count(), 1);
        set_aside(&to, place.path()).expect("nothing to rename");
        assert_eq!(std::fs::read_dir(place.path()).expect("listed").count(), 0);
    }
}
