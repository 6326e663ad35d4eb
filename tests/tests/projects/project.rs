//! A project's source folder on a person's machine, and the server that is built from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use berth_testkit::ground;
use berth_tests::sandbox::{Ran, Sandbox};
use serde_json::Value;

static ENGINE: Mutex<()> = Mutex::new(());

/// A machine with one project's folder. The entry's images have one name each, so the engine is for
/// one test at a time.
pub struct Project {
    pub sandbox: Sandbox,
    pub folder: PathBuf,
    name: &'static str,
    _turn: MutexGuard<'static, ()>,
}

impl Project {
    /// Copies `tests/fixtures/NAME`, over this base image. Nobody has images of these names.
    pub fn new(name: &'static str, base: &str, images: &[&str]) -> Self {
        Self::on(Sandbox::new(), name, base, images)
    }

    /// The same on a machine that there is already.
    pub fn on(sandbox: Sandbox, name: &'static str, base: &str, images: &[&str]) -> Self {
        let turn = ENGINE.lock().unwrap_or_else(PoisonError::into_inner);
        sandbox.docker(&["pull", "--quiet", base]).ok();
        for image in images {
            let _ = sandbox.docker(&["rmi", "--force", image]);
        }
        let folder = sandbox.path("source");
        copy(&ground::root().join("tests/fixtures").join(name), &folder);
        let file = folder.join("Dockerfile");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(file, text.replace("@BASE@", base)).unwrap();
        Self {
            sandbox,
            folder,
            name,
            _turn: turn,
        }
    }

    /// Installs it with these further arguments.
    pub fn install(&self, more: &[&str]) -> Ran {
        let folder = self.folder.to_str().unwrap();
        let args = ["install", self.name, "--yes", "--source", folder];
        self.sandbox.berth(&[&args[..], more].concat()).ok()
    }

    /// What a tool answers.
    pub fn tool(&self, tool: &str, arguments: &Value) -> Value {
        let arguments = arguments.to_string();
        let call = ["call", self.name, tool, &arguments, "--json"];
        let answer = self.sandbox.berth(&call).ok();
        serde_json::from_str(answer.json()["text"].as_str().unwrap()).unwrap()
    }

    /// How many tools it offers.
    pub fn tools(&self) -> Value {
        let verify = ["verify", self.name, "--json"];
        self.sandbox.berth(&verify).ok().json()["tools"].take()
    }

    /// The volumes of this machine's Berth.
    pub fn volumes(&self) -> Vec<String> {
        let home = self.sandbox.berth_home();
        let filter = format!("label=dev.berth.home={}", home.display());
        let list = ["volume", "ls", "--quiet", "--filter", &filter];
        let ran = self.sandbox.docker(&list).ok();
        ran.stdout.lines().map(str::to_owned).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let into = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &into);
        } else {
            fs::copy(entry.path(), into).unwrap();
        }
    }
}
