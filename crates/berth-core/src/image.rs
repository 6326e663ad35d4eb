//! What an image is made of and what its build is given: for people who want it smaller.

mod advice;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::Error;

/// What is known of an installed server's image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImageReview {
    /// The name that it was built or pulled under.
    pub reference: String,
    /// Identifier: `sha256:…`.
    pub id: String,
    /// Size in bytes.
    pub size: u64,
    /// What it should stay below, in bytes, as its entry says.
    pub wanted: Option<u64>,
    /// When it was made (RFC 3339).
    pub created: Option<String>,
    /// Its layers, the first of them first.
    pub layers: Vec<ImageLayer>,
    /// The folder that it was built from; `None` where Berth did not build it.
    pub built_from: Option<BuiltFrom>,
    /// What could make it smaller.
    pub advice: Vec<ImageAdvice>,
}

/// What an instruction added to an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImageLayer {
    /// The instruction as a Dockerfile would have it, on one line, without build arguments.
    pub instruction: String,
    /// Size in bytes; 0 where it changed no file.
    pub size: u64,
    /// Whether it came with the image that the build began with.
    pub base: bool,
}

/// The folder that an image was built from, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuiltFrom {
    /// Absolute path.
    pub folder: String,
    /// Path of the Dockerfile inside it.
    pub dockerfile: String,
    /// What a build is given of it now; `None` where that cannot be read.
    pub sent: Option<Sent>,
    /// What the project says it needs to run, in its order.
    pub dependencies: Vec<Dependency>,
    /// Why something of the folder could not be read.
    pub unread: Option<Error>,
}

/// What a build is given of a folder, by Docker's rules (`.dockerignore`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sent {
    /// Path, inside the folder, of the file that says what is left out, where there is one.
    pub ignore: Option<String>,
    /// How many files.
    pub files: u64,
    /// Their bytes.
    pub size: u64,
    /// What is directly in the folder, the largest first; of what is as large, by name.
    pub parts: Vec<SentPart>,
    /// The image that the build begins with; `None` where it begins with nothing.
    pub base: Option<String>,
}

/// A file or a folder, with all that is given of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SentPart {
    /// Its name.
    pub name: String,
    /// How many files.
    pub files: u64,
    /// Their bytes.
    pub size: u64,
}

/// A package that a project says it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Dependency {
    /// Its name in the package registry.
    pub name: String,
    /// Whether a source file of the project imports something of its name. A package can have
    /// another name in code.
    pub imported: bool,
}

/// What could make an image smaller, or its build faster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "advice", rename_all = "snake_case")]
pub enum ImageAdvice {
    /// It is larger than its entry says that it should be.
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// What it should stay below, in bytes.
        wanted: u64,
    },
    /// No file says what is left out of what the build is given.
    IgnoreMissing {
        /// Absolute path of where it would be.
        path: String,
    },
    /// The build is given something that images seldom need.
    SeldomNeeded {
        /// Its name in the folder.
        name: String,
        /// Bytes.
        size: u64,
    },
    /// An instruction leaves in the image what a package manager downloaded.
    CacheKept {
        /// The package manager.
        tool: CacheTool,
        /// The instruction.
        instruction: String,
    },
    /// Instructions that follow each other and could be one: what a later one deletes stays in the
    /// layer of an earlier one.
    RunsApart {
        /// How many there are of them.
        count: u32,
    },
    /// A package that no source file imports by its name.
    NotImported {
        /// The package.
        name: String,
    },
}

/// A package manager that keeps what it downloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum CacheTool {
    Apt,
    Npm,
    Pip,
}

/// Marks the layers that came with the image that another one begins with.
pub fn mark_base(layers: &mut [ImageLayer], base: &[ImageLayer]) {
    if layers.starts_with(base) {
        for layer in &mut layers[..base.len()] {
            layer.base = true;
        }
    }
}
