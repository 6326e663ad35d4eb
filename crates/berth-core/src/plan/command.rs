//! The exact command lines of steps that call other programs.
//!
//! Previews show these and adapters run these, so what is agreed to is what runs. They are argument
//! lists: nothing goes through a shell.

use std::path::Path;

use crate::client::{LauncherCommand, Place};
use crate::plan::{PythonTool, Step};

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// Absolute path, or a name that the adapter finds (`claude`).
    pub program: String,
    /// Arguments, one by one.
    pub args: Vec<String>,
}

impl CommandLine {
    fn new<const N: usize>(program: &str, args: [&str; N]) -> Self {
        Self {
            program: program.to_owned(),
            args: args.map(str::to_owned).to_vec(),
        }
    }

    /// As a person would type it into a POSIX shell, to read or to copy.
    #[must_use]
    pub fn quoted(&self) -> String {
        let mut text = quote(&self.program);
        for arg in &self.args {
            text.push(' ');
            text.push_str(&quote(arg));
        }
        text
    }
}

/// Quotes one word for a POSIX shell, where it needs it.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The build as `docker` would be told it; `None` for any other step. Berth asks the engine itself.
#[must_use]
pub fn build_image(step: &Step) -> Option<CommandLine> {
    let Step::BuildImage {
        context,
        dockerfile,
        target,
        args,
        tag,
        no_cache,
        ..
    } = step
    else {
        return None;
    };
    let mut line = CommandLine::new("docker", ["build", "--tag", tag]);
    if dockerfile != "Dockerfile" {
        line.args
            .extend(["--file".to_owned(), joined(context, dockerfile)]);
    }
    if let Some(target) = target {
        line.args.extend(["--target".to_owned(), target.clone()]);
    }
    for (name, value) in args {
        line.args
            .extend(["--build-arg".to_owned(), format!("{name}={value}")]);
    }
    if *no_cache {
        line.args.push("--no-cache".to_owned());
    }
    line.args.push(context.clone());
    Some(line)
}

/// Makes a virtual environment. uv brings a Python where none fits; `venv` uses the given one.
#[must_use]
pub fn create_venv(tool: PythonTool, program: &str, requires: &str, venv: &str) -> CommandLine {
    match tool {
        PythonTool::Uv => CommandLine::new(
            program,
            ["venv", "--no-project", "--python", requires, venv],
        ),
        PythonTool::Pip => CommandLine::new(program, ["-m", "venv", venv]),
    }
}

/// The pip that finds out what fits together. Older ones can try versions over and over that cannot
/// fit: Debian 12's, 23.0, needed six minutes for `kitaru[mcp]` where this one needed twenty seconds.
const PIP: &str = "pip>=25.1";

/// Brings an environment's pip up to date, where Python came with an old one. Nothing is asked of the
/// package index where it is new enough.
#[must_use]
pub fn update_pip(venv: &str) -> CommandLine {
    let mut line = CommandLine::new(&venv_python(venv), PIP_INSTALL);
    line.args.push(PIP.to_owned());
    line
}

/// How an environment's Python installs.
const PIP_INSTALL: [&str; 5] = [
    "-m",
    "pip",
    "install",
    "--no-input",
    "--disable-pip-version-check",
];

/// Installs exact requirements into a virtual environment. `program` is uv; with pip it is the
/// environment's own Python, so the system's packages are never touched.
#[must_use]
pub fn install_python(
    tool: PythonTool,
    program: &str,
    venv: &str,
    requirements: &[String],
) -> CommandLine {
    let python = venv_python(venv);
    let mut line = match tool {
        PythonTool::Uv => CommandLine::new(
            program,
            ["pip", "install", "--no-config", "--python", &python],
        ),
        PythonTool::Pip => CommandLine::new(&python, PIP_INSTALL),
    };
    for requirement in requirements {
        let folder = in_place(requirement);
        if folder.is_some() {
            // A path can hold spaces: it is an argument of its own.
            line.args.push("-e".to_owned());
        }
        line.args.push(folder.unwrap_or(requirement).to_owned());
    }
    line
}

/// What a requirement begins with whose folder is installed in place, as in a requirements file.
const EDITABLE: &str = "-e ";

/// The requirement that installs a folder in place: `-e /home/ada/src/server[http]`. `extras` are
/// in their brackets, or empty.
#[must_use]
pub fn editable(folder: &str, extras: &str) -> String {
    // Both tools take what stands in brackets at the end for extras.
    let end = if folder.ends_with(']') { "/" } else { "" };
    format!("{EDITABLE}{folder}{end}{extras}")
}

/// What is installed in place, where a requirement says that: the folder with its extras.
#[must_use]
pub fn in_place(requirement: &str) -> Option<&str> {
    requirement.strip_prefix(EDITABLE)
}

/// Installs one exact version of a package into a folder of its own, with npm beside `node`.
/// Install scripts do not run: they are programs of any package below it, started before anybody
/// has seen the server.
#[must_use]
pub fn install_node(node: &str, folder: &str, package: &str, version: &str) -> CommandLine {
    let mut line = CommandLine::new(
        &npm_beside(node),
        [
            "install",
            "--prefix",
            folder,
            "--save-exact",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ],
    );
    line.args.push(format!("{package}@{version}"));
    line
}

/// What a client starts.
#[must_use]
pub fn start(launcher: &LauncherCommand) -> CommandLine {
    CommandLine {
        program: launcher.program.clone(),
        args: launcher.args.clone(),
    }
}

/// Registers with Claude Code; the working directory is the project's folder where there is one.
#[must_use]
pub fn register(claude: &str, name: &str, place: &Place, command: &LauncherCommand) -> CommandLine {
    let json = command.to_json().to_string();
    CommandLine::new(
        claude,
        ["mcp", "add-json", "-s", place.scope.as_str(), name, &json],
    )
}

/// Takes a registration out of Claude Code; the working directory as with [`register`].
#[must_use]
pub fn unregister(claude: &str, name: &str, place: &Place) -> CommandLine {
    CommandLine::new(claude, ["mcp", "remove", "-s", place.scope.as_str(), name])
}

/// Folder of a virtual environment's programs.
#[must_use]
pub fn venv_programs(venv: &str) -> String {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    joined(venv, folder)
}

/// A virtual environment's own Python.
#[must_use]
pub fn venv_python(venv: &str) -> String {
    joined(
        &venv_programs(venv),
        if cfg!(windows) {
            "python.exe"
        } else {
            "python"
        },
    )
}

/// The npm that belongs to this node.
#[must_use]
pub fn npm_beside(node: &str) -> String {
    let folder = Path::new(node).parent().unwrap_or_else(|| Path::new(""));
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    folder.join(name).to_string_lossy().into_owned()
}

fn joined(folder: &str, name: &str) -> String {
    Path::new(folder).join(name).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_a_shell_would_read_otherwise() {
        assert_eq!(
            quote("mcp-server-time==2025.9.25"),
            "mcp-server-time==2025.9.25"
        );
        assert_eq!(quote(""), "''");
        assert_eq!(quote("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quote(">=3.11"), "'>=3.11'");
    }

    #[test]
    fn pip_runs_inside_the_environment_only() {
        let line = install_python(
            PythonTool::Pip,
            "/usr/bin/python3",
            "/v",
            &["six==1.16.0".to_owned()],
        );
        assert!(line.program.starts_with("/v"), "{}", line.program);
        assert_eq!(line.args.last().map(String::as_str), Some("six==1.16.0"));
    }

    #[test]
    fn pip_is_brought_up_to_date_inside_it_too() {
        let line = update_pip("/v");
        assert!(line.program.starts_with("/v"), "{}", line.program);
        assert!(
            line.quoted()
                .ends_with(" install --no-input --disable-pip-version-check 'pip>=25.1'")
        );
    }

    #[test]
    fn a_folder_with_spaces_stays_one_argument() {
        let requirements = [
            editable("/my code/server", "[http]"),
            "six==1.16.0".to_owned(),
        ];
        for tool in [PythonTool::Uv, PythonTool::Pip] {
            let line = install_python(tool, "uv", "/v", &requirements);
            let last = line.args.len() - 3;
            assert_eq!(
                line.args[last..],
                ["-e", "/my code/server[http]", "six==1.16.0"]
            );
        }
    }

    #[test]
    fn brackets_of_a_folder_are_not_extras() {
        assert_eq!(editable("/code/[old]", ""), "-e /code/[old]/");
        assert_eq!(editable("/code/[old]", "[http]"), "-e /code/[old]/[http]");
        assert_eq!(in_place("-e /code/[old]/"), Some("/code/[old]/"));
        assert_eq!(in_place("six==1.16.0"), None);
    }

    #[test]
    fn a_registration_is_one_argument_of_json() {
        let command = LauncherCommand {
            program: "/b e/berth".into(),
            args: vec!["run".into()],
            address: None,
        };
        let line = register("claude", "time", &Place::default(), &command);
        assert_eq!(line.args.len(), 6);
        assert_eq!(
            line.args[5],
            r#"{"type":"stdio","command":"/b e/berth","args":["run"]}"#
        );
    }
}
