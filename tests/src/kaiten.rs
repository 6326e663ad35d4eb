//! A source folder of kaiten-mcp's shape for the built-in entry: the real project's name, stages,
//! user and tools, and as strict with its token.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use berth_testkit::{ground, token};
use serde_json::Value;

use crate::sandbox::{Ran, Sandbox};

/// The entry, and the name that it is installed under.
pub const KAITEN: &str = "kaiten";

/// The images that the entry builds: for development, and with everything in it.
pub const IMAGES: [&str; 2] = ["kaiten-mcp:dev", "kaiten-mcp:latest"];

const FILES: [&str; 6] = [
    "pyproject.toml",
    "Dockerfile",
    ".dockerignore",
    "src/kaiten_mcp/__init__.py",
    "src/kaiten_mcp/code.py",
    "src/kaiten_mcp/server.py",
];

/// A person's copy of the project.
#[derive(Debug)]
pub struct Kaiten {
    /// The folder.
    pub folder: PathBuf,
    /// A token that the server takes; the folder's `.env` files have it as well.
    pub token: String,
}

impl Kaiten {
    /// Copies the project to `name` on this machine.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn add(sandbox: &Sandbox, name: &str) -> Self {
        let kaiten = Self {
            folder: sandbox.path(name),
            token: token::right(),
        };
        let fixture = ground::root().join("tests/fixtures/kaiten-mcp");
        fs::create_dir_all(kaiten.folder.join("src/kaiten_mcp")).expect("folders");
        for file in FILES {
            let text = fs::read_to_string(fixture.join(file)).expect("a file of the fixture");
            kaiten.write(file, &text.replace("@BASE@", &ground::image_python()));
        }
        let env = format!("KAITEN_DOMAIN=mycompany\nKAITEN_TOKEN={}\n", kaiten.token);
        kaiten.write(".env", &env);
        kaiten.write("src/.env.production", &env);
        kaiten
    }

    /// Writes a file of the folder.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).expect("a file of the source");
    }

    /// Changes the code: what `code` of the server's answer is.
    pub fn change_code(&self, code: &str) {
        self.write("src/kaiten_mcp/code.py", &format!("CODE = \"{code}\"\n"));
    }

    /// Changes what the project depends on.
    ///
    /// # Panics
    /// When the file cannot be read.
    pub fn change_dependencies(&self, dependencies: &str) {
        let path = self.folder.join("pyproject.toml");
        let text = fs::read_to_string(path).expect("the project's file");
        let lines = text.lines().map(|line| {
            if line.starts_with("dependencies = ") {
                format!("dependencies = [{dependencies}]\n")
            } else {
                format!("{line}\n")
            }
        });
        self.write("pyproject.toml", &lines.collect::<String>());
    }

    /// Every file of the folder with its bytes.
    #[must_use]
    pub fn files(&self, sandbox: &Sandbox) -> Vec<(PathBuf, Vec<u8>)> {
        sandbox.files_below(&self.folder)
    }

    /// The folder as an argument.
    ///
    /// # Panics
    /// When it is not UTF-8.
    #[must_use]
    pub fn path(&self) -> &str {
        self.folder.to_str().expect("UTF-8")
    }

    /// Installs a variant through the command line with the right token.
    ///
    /// # Panics
    /// When `berth` cannot be started.
    #[must_use]
    pub fn install(&self, sandbox: &Sandbox, variant: &str, more: &[&str]) -> Ran {
        self.install_with(sandbox, variant, &self.token, more)
    }

    /// The same with another token.
    ///
    /// # Panics
    /// When `berth` cannot be started.
    #[must_use]
    pub fn install_with(
        &self,
        sandbox: &Sandbox,
        variant: &str,
        token: &str,
        more: &[&str],
    ) -> Ran {
        let mut command = sandbox.command(sandbox.path("bin/berth"));
        command
            .args(["install", KAITEN, "--variant", variant, "--yes", "--json"])
            .args(["--source", self.path()])
            // A whole address is taken for the company in it.
            .args(["--set", "subdomain=https://mycompany.kaiten.ru/space/1"])
            .args(["--secret", "token"])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("berth starts");
        let mut input = child.stdin.take().expect("a pipe");
        writeln!(input, "{token}").expect("read");
        drop(input);
        child.wait_with_output().expect("it ends").into()
    }
}

/// What the installed server's tool says of itself.
///
/// # Panics
/// When the call fails.
#[must_use]
pub fn user(sandbox: &Sandbox) -> Value {
    tool(sandbox, "kaiten_get_current_user")
}

/// What a tool of the installed server answers.
///
/// # Panics
/// When the call fails.
#[must_use]
pub fn tool(sandbox: &Sandbox, name: &str) -> Value {
    let ran = sandbox.berth(&["call", KAITEN, name, "{}", "--json"]).ok();
    let answer = ran.json();
    let text = answer["text"].as_str().expect("a text");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {answer}"))
}
