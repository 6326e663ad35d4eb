//! Source folders on this computer: which project is in one.

mod dependencies;
mod imports;
mod manifest;

use std::io::{ErrorKind, Read};
use std::path::Path;

use berth_core::catalog::Marker;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::image::{Dependency, Sent};
use berth_core::port::{BuildRequest, Project, Sources};
use berth_core::secret::Secret;

/// Largest project file that is read, in bytes.
const LIMIT: u64 = 1024 * 1024;

/// Largest `.env` file, in bytes.
const ENV_LIMIT: u64 = 64 * 1024;

/// Reads the files of this computer.
#[derive(Clone, Copy, Debug)]
pub struct LocalSources;

impl Sources for LocalSources {
    fn project(&self, folder: &str, file: &str) -> Result<Option<Project>> {
        let path = Path::new(folder).join(file);
        // Before it is opened: a pipe would wait for somebody to write.
        match std::fs::metadata(&path) {
            Ok(about) if !about.is_file() => return Ok(None),
            Ok(_) => {}
            Err(error) if absent(error.kind()) => return Ok(None),
            Err(error) => return Err(failed(&path).caused_by(&error)),
        }
        if !Marker::NAMED.contains(&file) {
            return Ok(Some(Project::default()));
        }
        let text = text(&path).map_err(|error| failed(&path).caused_by(&error))?;
        manifest::read(file, &text)
            .map(Some)
            .ok_or_else(|| failed(&path))
    }

    fn folders(&self, folder: &str, limit: usize) -> Result<Vec<String>> {
        let path = Path::new(folder);
        let listed = || {
            let disk = disk(&std::fs::metadata(path)?);
            let mut names = Vec::new();
            for entry in std::fs::read_dir(path)? {
                // What went away meanwhile, or must not be looked at, is none.
                let Ok(entry) = entry else { continue };
                // A link's type is a link, so it is no folder here.
                if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    continue;
                }
                let here = || {
                    entry
                        .metadata()
                        .is_ok_and(|about| self::disk(&about) == disk)
                };
                if let (Ok(name), true) = (entry.file_name().into_string(), here()) {
                    names.push(name);
                }
            }
            names.sort_unstable();
            names.truncate(limit);
            Ok(names)
        };
        listed().map_err(|error: std::io::Error| failed(path).caused_by(&error))
    }

    fn sent(&self, build: &BuildRequest) -> Result<Sent> {
        crate::docker::build::sent(build)
    }

    fn dependencies(&self, folder: &str) -> Result<Vec<Dependency>> {
        let mut declared = Vec::new();
        for file in dependencies::FILES {
            let path = Path::new(folder).join(file);
            if !path.is_file() {
                continue;
            }
            let fail = || failed(&path);
            let text = text(&path).map_err(|error| fail().caused_by(&error))?;
            declared.extend(dependencies::declared(file, &text).ok_or_else(fail)?);
        }
        if declared.is_empty() {
            return Ok(Vec::new());
        }
        let imported = imports::of(Path::new(folder));
        let with_use = declared.into_iter().map(|package| Dependency {
            imported: imported.has(&package),
            name: package.name,
        });
        Ok(with_use.collect())
    }

    fn env_file(&self, folder: &str) -> Result<Option<Secret>> {
        let path = Path::new(folder).join(".env");
        let fail = |error: std::io::Error| failed(&path).caused_by(&error);
        // A virtual environment can have that name, too.
        match std::fs::metadata(&path) {
            Ok(about) if !about.is_file() => return Ok(None),
            Ok(_) => {}
            Err(error) if absent(error.kind()) => return Ok(None),
            Err(error) => return Err(fail(error)),
        }
        // A project must not have another file of the person's read by a link.
        let real = path.canonicalize().map_err(fail)?;
        let inside = Path::new(folder).canonicalize().map_err(fail)?;
        if !real.starts_with(inside) {
            return Err(failed(&path).with_cause("it is a link that leads out of the folder"));
        }
        let text = limited(&real, ENV_LIMIT).map_err(fail)?;
        Ok(Some(Secret::new(text)))
    }
}

/// Tells file systems apart. On Windows one that is mounted in a folder is a link, and left out as
/// such.
#[cfg(unix)]
fn disk(about: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(about)
}

#[cfg(not(unix))]
fn disk(_: &std::fs::Metadata) -> u64 {
    0
}

fn absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn failed(path: &Path) -> Error {
    Error::new(ErrorCode::FileFailed {
        operation: "read".to_owned(),
        path: path.to_string_lossy().into_owned(),
    })
}

/// A text in UTF-8, without the mark that some editors put before it.
fn text(path: &Path) -> std::io::Result<String> {
    let text = limited(path, LIMIT)?;
    Ok(match text.strip_prefix('\u{FEFF}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

fn limited(path: &Path, limit: u64) -> std::io::Result<String> {
    // All at once: what a growing buffer leaves behind in memory could be a secret.
    let mut text = String::with_capacity(usize::try_from(limit).unwrap_or_default().min(65_537));
    let mut file = std::fs::File::open(path)?.take(limit + 1);
    let read = file.read_to_string(&mut text)?;
    if read as u64 > limit {
        return Err(std::io::Error::from(ErrorKind::FileTooLarge));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, bytes: &[u8]) -> Result<Option<Project>> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(file), bytes).expect("a file");
        LocalSources.project(&folder.path().to_string_lossy(), file)
    }

    fn is_unreadable(found: &Result<Option<Project>>) -> bool {
        matches!(found, Err(error) if matches!(error.code, ErrorCode::FileFailed { .. }))
    }

    #[test]
    fn marks_and_line_ends_of_windows_say_nothing() {
        let text = "\u{FEFF}[project]\r\nname = \"box-mcp\"\r\nversion = \"1.2\"\r\n";
        let project = read("pyproject.toml", text.as_bytes()).expect("read");
        let project = project.expect("there");
        assert_eq!(project.name.as_deref(), Some("box-mcp"));
        assert_eq!(project.version.as_deref(), Some("1.2"));
    }

    #[test]
    fn what_is_not_there_is_no_project() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &Path| LocalSources.project(&path.to_string_lossy(), "pyproject.toml");
        assert_eq!(at(folder.path()), Ok(None));
        assert_eq!(at(&folder.path().join("nowhere")), Ok(None));
        std::fs::create_dir(folder.path().join("pyproject.toml")).expect("a folder");
        assert_eq!(at(folder.path()), Ok(None));
    }

    #[test]
    fn other_files_are_there_and_are_not_read() {
        let found = read("Makefile", &[0xff, 0xfe, 0x00]);
        assert_eq!(found, Ok(Some(Project::default())));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for bytes in [&b"\xff\xfe[project]"[..], b"[project", b"name = "] {
            assert!(is_unreadable(&read("pyproject.toml", bytes)), "{bytes:?}");
        }
        assert!(is_unreadable(&read("package.json", b"{")));
    }

    #[test]
    fn a_file_may_have_a_mebibyte_and_no_byte_more() {
        let mut text = b"[project]\nname = \"x\"\n".to_vec();
        text.resize(LIMIT as usize, b'\n');
        let project = read("pyproject.toml", &text).expect("read").expect("there");
        assert_eq!(project.name.as_deref(), Some("x"));
        text.push(b'\n');
        assert!(is_unreadable(&read("pyproject.toml", &text)));
    }

    #[test]
    fn an_env_file_that_is_no_text_is_said_and_not_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(".env"), b"TOKEN=hunter2\xff").expect("a file");
        let read = LocalSources.env_file(&folder.path().to_string_lossy());
        let error = read.expect_err("it is no text");
        assert!(matches!(error.code, ErrorCode::FileFailed { .. }));
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_and_a_link_in_a_circle_do_not_hold_it_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("package.json");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        let circle = folder.path().join("Cargo.toml");
        std::os::unix::fs::symlink(&circle, &circle).expect("a link");
        let at = |file| LocalSources.project(&folder.path().to_string_lossy(), file);
        assert_eq!(at("package.json"), Ok(None));
        assert!(is_unreadable(&at("Cargo.toml")));
    }
}
