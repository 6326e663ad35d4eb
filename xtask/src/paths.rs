//! Where things are: the project's root, its one target folder, and what lies in it.

use crate::fail::{Doing, Result};
use std::path::{Path, PathBuf};

/// The folders every command works with, absolute.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The checkout: the folder of the workspace's Cargo.toml.
    pub root: PathBuf,
    /// Cargo's target folder: CARGO_TARGET_DIR, else `target` in the root.
    pub target: PathBuf,
}

impl Paths {
    /// From this program's own place in the workspace.
    pub fn find() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().unwrap_or(here).to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        std::fs::create_dir_all(&target).doing(|| format!("making {}", target.display()))?;
        Ok(Self { root, target })
    }

    /// Programs that setup installs for this project only.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// Where the tests' components keep what may be used again, such as base images.
    pub fn ground_cache(&self) -> PathBuf {
        self.target.join("test-ground").join("cache")
    }

    /// A program built by cargo in the debug profile.
    pub fn debug(&self, program: &str) -> PathBuf {
        self.target.join("debug").join(exe(program))
    }

    /// The front end's folder.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A program of the front end's packages, as npm links it.
    pub fn ui_bin(&self, program: &str) -> PathBuf {
        let name = if cfg!(windows) {
            format!("{program}.cmd")
        } else {
            program.to_owned()
        };
        self.ui().join("node_modules").join(".bin").join(name)
    }
}

/// The file name of a program on this platform.
pub fn exe(program: &str) -> String {
    format!("{program}{}", std::env::consts::EXE_SUFFIX)
}

/// The first file of this name in PATH, or in the folders of system programs that a normal user's
/// PATH may lack.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    let names = if cfg!(windows) {
        vec![format!("{program}.exe"), format!("{program}.cmd")]
    } else {
        vec![program.to_owned()]
    };
    std::env::split_paths(&path)
        .chain(system)
        .flat_map(|dir| {
            names
                .iter()
                .map(move |name| dir.join(name))
                .collect::<Vec<_>>()
        })
        .find(|file| file.is_file())
}
