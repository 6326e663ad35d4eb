use super::BuildRequest;
use crate::error::Result;
use crate::image::{Dependency, Sent};
use crate::secret::Secret;

/// Source folders of projects on this machine. They are read, never changed.
pub trait Sources: Send + Sync {
    /// What `file`, directly in `folder` (an absolute path), says about the project; `None` where
    /// there is no such file. Only `pyproject.toml`, `package.json` and `Cargo.toml` are read;
    /// any other file says nothing but that it is there.
    ///
    /// # Errors
    /// `FileFailed` for a file that cannot be read, is larger than 1 MiB, or is malformed.
    fn project(&self, folder: &str, file: &str) -> Result<Option<Project>>;

    /// The names of the folders directly in `folder` (an absolute path), in their order, at most
    /// `limit` of them. Left out are links, whatever they lead to, folders on another file system
    /// than `folder` itself, and names that are not Unicode.
    ///
    /// # Errors
    /// `FileFailed` for what is no folder, is not there or cannot be read.
    fn folders(&self, folder: &str, limit: usize) -> Result<Vec<String>>;

    /// What a build is given of a folder, without building anything.
    ///
    /// # Errors
    /// `FolderMissing`, `DockerfileMissing`; `FileFailed` for what cannot be read.
    fn sent(&self, build: &BuildRequest) -> Result<Sent>;

    /// What the project in `folder` says that it needs to run, by its `pyproject.toml` and its
    /// `package.json`, in their order; and whether a source file of the folder imports it. Files that
    /// tools made (`node_modules`, environments) are not looked into, and no link is followed.
    ///
    /// # Errors
    /// `FileFailed` for a file that cannot be read, is larger than 1 MiB, or is malformed.
    fn dependencies(&self, folder: &str) -> Result<Vec<Dependency>>;

    /// The text of the file `.env` directly in `folder` (an absolute path), which holds secrets:
    /// `None` where there is no such file. It is read whole and never changed.
    ///
    /// # Errors
    /// `FileFailed` for a file that cannot be read, is no text in UTF-8, is larger than 64 KiB, or
    /// is a link that leads out of the folder.
    fn env_file(&self, folder: &str) -> Result<Option<Secret>>;
}

/// What a project's own file says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// Its name.
    pub name: Option<String>,
    /// Its version, where it is written down.
    pub version: Option<String>,
    /// The versions of Python or Node.js, or the version of Rust, that it says it needs:
    /// `>=3.11`, `>=20`, `1.85`.
    pub requires: Option<String>,
    /// The program that gets its dependencies, with its version: `pnpm@10.29.3`. Of Node.js
    /// projects only.
    pub manager: Option<String>,
}
