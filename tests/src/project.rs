//! Source folders of the real projects' shape on a person's machine, and the servers that are built
//! from them.

use std::fs;
use std::path::{Path, PathBuf};

use berth_testkit::ground;
use serde_json::Value;

use crate::sandbox::{Ran, Sandbox};
use crate::turn::{self, Turn};
use crate::volume;

/// The database of dynamic-mcp's stack.
pub const DATABASE: &str = "postgres:17-alpine";

/// dot-ai's published images: the stage of the stand-in's recipe, and the image that it stands for.
pub const DOT_AI: [(&str, &str); 4] = [
    ("stdio", "ghcr.io/vfarcic/dot-ai:0.195.0"),
    ("server", "ghcr.io/vfarcic/dot-ai:2.2.2"),
    (
        "agentic-tools",
        "ghcr.io/vfarcic/dot-ai-agentic-tools:2.2.2",
    ),
    ("qdrant", "qdrant/qdrant:v1.18.0"),
];

/// A machine with one project's folder. The entry's images have one name each, so a project is for one
/// test at a time.
#[derive(Debug)]
pub struct Project {
    /// The machine.
    pub sandbox: Sandbox,
    /// The project's folder.
    pub folder: PathBuf,
    name: &'static str,
    _turn: Turn,
}

impl Project {
    /// dynamic-mcp in a folder of this name below the machine's, and PostgreSQL for its stack.
    ///
    /// # Panics
    /// When the folder or an image cannot be made.
    #[must_use]
    pub fn dynamic_mcp(sandbox: Sandbox, folder: &str) -> Self {
        let images = ["dynamic-mcp:latest", DATABASE];
        let project = Self::add(
            sandbox,
            folder,
            "dynamic-mcp",
            &ground::image_node(),
            &images,
        );
        let real = ground::image_postgres();
        project.sandbox.docker(&["pull", "--quiet", &real]).ok();
        project.sandbox.docker(&["tag", &real, DATABASE]).ok();
        project
    }

    /// mcp-orchestration in a folder of this name below the machine's.
    ///
    /// # Panics
    /// When the folder cannot be made.
    #[must_use]
    pub fn mcp_orchestration(sandbox: Sandbox, folder: &str) -> Self {
        let images = ["mcp-orchestration:latest", "mcp-orchestration:dev"];
        let base = ground::image_python();
        Self::add(sandbox, folder, "mcp-orchestration", &base, &images)
    }

    /// dot-ai's images, as if they had been pulled.
    ///
    /// # Panics
    /// When an image cannot be built.
    #[must_use]
    pub fn dot_ai(sandbox: Sandbox) -> Self {
        let images = DOT_AI.map(|(_, image)| image);
        let base = ground::image_node();
        let project = Self::add(sandbox, "source", "dot-ai", &base, &images);
        let folder = project.folder.to_str().expect("a path in Unicode");
        for (stage, image) in DOT_AI {
            let build = [
                "build", "--quiet", "--target", stage, "--tag", image, folder,
            ];
            project.sandbox.docker(&build).ok();
        }
        project
    }

    /// `tests/fixtures/NAME` in a folder of a machine of its own, over this base image.
    ///
    /// # Panics
    /// When the folder cannot be made.
    #[must_use]
    pub fn new(name: &'static str, base: &str, images: &[&str]) -> Self {
        Self::add(Sandbox::new(), "source", name, base, images)
    }

    /// Copies `tests/fixtures/NAME`, over this base image. Nobody has images of these names.
    fn add(
        sandbox: Sandbox,
        folder: &str,
        name: &'static str,
        base: &str,
        images: &[&str],
    ) -> Self {
        let turn = turn::alone(name);
        sandbox.docker(&["pull", "--quiet", base]).ok();
        for image in images {
            let _ = sandbox.docker(&["rmi", "--force", image]);
        }
        let folder = sandbox.path(folder);
        copy(&ground::root().join("tests/fixtures").join(name), &folder);
        let file = folder.join("Dockerfile");
        let text = fs::read_to_string(&file).expect("it can be");
        // Its own from the first step on: who removes an image takes what others have of it out of the
        // engine's cache, also from under a build.
        let stages = text
            .lines()
            .map(|line| match line.strip_prefix("FROM @BASE@") {
                Some(rest) => format!("FROM {base}{rest}\nLABEL berth-test.project={name}\n"),
                None => format!("{line}\n"),
            });
        fs::write(file, stages.collect::<String>()).expect("it can be");
        Self {
            sandbox,
            folder,
            name,
            _turn: turn,
        }
    }

    /// Installs it with these further arguments.
    ///
    /// # Panics
    /// When that fails.
    pub fn install(&self, more: &[&str]) -> Ran {
        let folder = self.folder.to_str().expect("it can be");
        let args = ["install", self.name, "--yes", "--source", folder];
        self.sandbox.berth(&[&args[..], more].concat()).ok()
    }

    /// What a tool answers.
    ///
    /// # Panics
    /// When it fails, or answers anything but JSON.
    pub fn tool(&self, tool: &str, arguments: &Value) -> Value {
        let arguments = arguments.to_string();
        let call = ["call", self.name, tool, &arguments, "--json"];
        let answer = self.sandbox.berth(&call).ok();
        serde_json::from_str(answer.json()["text"].as_str().expect("it can be")).expect("it can be")
    }

    /// How many tools it offers.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn tools(&self) -> Value {
        let verify = ["verify", self.name, "--json"];
        self.sandbox.berth(&verify).ok().json()["tools"].take()
    }

    /// The volumes of this machine's Berth.
    ///
    /// # Panics
    /// When the engine does not answer.
    #[must_use]
    pub fn volumes(&self) -> Vec<String> {
        volume::all(&self.sandbox)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be");
    for entry in fs::read_dir(from).expect("it can be") {
        let entry = entry.expect("it can be");
        let into = to.join(entry.file_name());
        if entry.file_type().expect("it can be").is_dir() {
            copy(&entry.path(), &into);
        } else {
            fs::copy(entry.path(), into).expect("it can be");
        }
    }
}
