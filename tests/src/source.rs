//! A server that is built from a source folder, of kaiten's shape: a stage with what it needs and
//! one with its code, a token that it refuses when it is wrong, and a file with a token that must
//! not get into an image.

use std::fs;
use std::path::{Path, PathBuf};

use berth_testkit::{ground, token};

use crate::sandbox::Sandbox;

/// Where the code is inside the container.
pub const CODE: &str = "/app/src/code";

/// A source folder of a person's, its entry, and what the images of it are called.
#[derive(Debug)]
pub struct Source {
    /// The folder.
    pub folder: PathBuf,
    /// The name of the development variant's image.
    pub dev: String,
    /// The name of the other one's.
    pub baked: String,
    /// Tells the images that came out of a build to their end from everybody else's.
    label: String,
}

impl Source {
    /// Writes the folder, and the entry `id` into the person's catalog.
    ///
    /// # Panics
    /// When they cannot be written.
    #[must_use]
    pub fn add(sandbox: &Sandbox, id: &str, label: &str) -> Self {
        let source = Self {
            folder: sandbox.path("source"),
            dev: format!("berth-test/{label}:dev"),
            baked: format!("berth-test/{label}:latest"),
            label: format!("berth-test.built={label}"),
        };
        let server = ground::image_server();
        // Its own from the first step on: who removes an image takes what others have of it out of the
        // engine's cache, also from under a build.
        let recipe = format!(
            "FROM {server} AS deps\n\
             LABEL berth-test.source={label}\n\
             COPY pyproject.toml /app/pyproject.toml\n\
             RUN [\"/server\", \"--exit\", \"0\"]\n\
             LABEL {mark}\n\
             FROM deps AS baked\n\
             COPY . /app\n\
             LABEL {mark}\n",
            mark = source.label
        );
        fs::create_dir_all(source.folder.join("src")).expect("a folder");
        source.write("Dockerfile", &recipe);
        source.change("0.1.0");
        source.write(
            ".env",
            &format!(
                "# Mine\nexport TOKEN='{}'\nCOMPANY=https://ada.example.com/x\nnothing\n",
                token::right()
            ),
        );
        source.write("src/code", "one");
        sandbox.add_entry(id, &source.entry(id));
        source
    }

    fn entry(&self, id: &str) -> String {
        let (dev, baked) = (&self.dev, &self.baked);
        format!(
            r#"
id: {id}
title: Built
publisher: Tests
summary: Is built from a folder
description: Is built from a folder.
categories: [utilities]
permissions: {{ network: none, files: its source }}
inputs:
  - key: source
    title: Source folder
    required: true
    kind: {{ type: source, marker: {{ file: pyproject.toml, name: demo-mcp }} }}
  - key: token
    title: Token
    required: true
    from_env: [NEW_TOKEN, TOKEN]
    kind: {{ type: secret }}
  - key: company
    title: Company
    from_env: [COMPANY]
    kind: {{ type: text, extract: "https://([a-z]+)[.]example[.]com/.*" }}
variants:
  - id: dev
    title: With your source
    best_for: Tests
    run:
      type: dev
      image: "{dev}"
      build: {{ source: source, target: deps }}
      env: {{ TOKEN: "{{{{token}}}}", COMPANY: "{{{{company}}}}" }}
      network: none
      mounts:
        - source: {{ from: input, input: source, folder: src }}
          target: /app/src
  - id: baked
    title: With everything in it
    best_for: Tests
    run:
      type: build
      image: "{baked}"
      build: {{ source: source, target: baked }}
      env: {{ TOKEN: "{{{{token}}}}", COMPANY: "{{{{company}}}}" }}
      network: none
credential_check: {{ tool: whoami }}
"#
        )
    }

    /// Writes a file of the folder.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).expect("a file of the source");
    }

    /// Makes another development image of it, by giving the project this version.
    pub fn change(&self, version: &str) {
        self.write("pyproject.toml", &project(version));
    }

    /// Puts the whole folder somewhere else as well.
    ///
    /// # Panics
    /// When it cannot be copied.
    pub fn copy_to(&self, folder: &Path) {
        fs::create_dir_all(folder.join("src")).expect("a folder");
        for name in ["Dockerfile", "pyproject.toml", ".env", "src/code"] {
            fs::copy(self.folder.join(name), folder.join(name)).expect("a file of the source");
        }
    }

    /// The token in its `.env` file.
    ///
    /// # Panics
    /// When it is not there.
    #[must_use]
    pub fn token(&self) -> String {
        let text = fs::read_to_string(self.folder.join(".env")).expect("the file");
        let mut quoted = text.split('\'');
        quoted.nth(1).expect("a token").to_owned()
    }

    /// Gives an image of somebody else's one of its names; the image's identifier.
    ///
    /// # Panics
    /// When the engine does not.
    #[must_use]
    pub fn make_theirs(&self, sandbox: &Sandbox, name: &str) -> String {
        let folder = sandbox.path("theirs");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("Dockerfile"), "FROM scratch\nCOPY it /it\n").expect("written");
        fs::write(folder.join("it"), name).expect("written");
        let folder = folder.to_str().expect("UTF-8");
        sandbox
            .docker(&["build", "--quiet", "--tag", name, folder])
            .ok();
        self.named(sandbox, name).expect("it is there")
    }

    /// The image that has a name.
    #[must_use]
    pub fn named(&self, sandbox: &Sandbox, name: &str) -> Option<String> {
        let ran = sandbox.docker(&["image", "inspect", "--format", "{{.Id}}", name]);
        (ran.exit == Some(0)).then(|| ran.stdout.trim().to_owned())
    }

    /// Every image that a build of this folder has ended with, with a name or without.
    ///
    /// # Panics
    /// When the engine does not say.
    #[must_use]
    pub fn built(&self, sandbox: &Sandbox) -> Vec<String> {
        let filter = format!("label={}", self.label);
        let args = ["images", "--no-trunc", "--quiet", "--filter", &filter];
        let ran = sandbox.docker(&args).ok();
        let mut images: Vec<String> = ran.stdout.lines().map(str::to_owned).collect();
        images.sort();
        images.dedup();
        images
    }

    /// Takes every image of it out of the engine.
    pub fn clean(&self, sandbox: &Sandbox) {
        for image in self.built(sandbox) {
            let _ = sandbox.docker(&["rmi", "--force", &image]);
        }
        for name in [&self.dev, &self.baked] {
            let _ = sandbox.docker(&["rmi", "--force", name]);
        }
    }
}

/// What the project says of itself.
#[must_use]
pub fn project(version: &str) -> String {
    format!("[project]\nname = \"demo-mcp\"\nversion = \"{version}\"\n")
}
