//! Running other programs: as argv, with this program's own cargo variables taken out, and ended
//! when this program is told to end.

use crate::fail::{Doing, Failure, Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program with its arguments, not started yet.
#[derive(Debug, Clone)]
pub struct Cmd {
    program: OsString,
    args: Vec<OsString>,
    envs: Vec<(OsString, OsString)>,
    dir: Option<PathBuf>,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Finished {
    /// Whether it exited with 0.
    pub ok: bool,
    /// Its stdout as text; bytes that are not UTF-8 are replaced.
    pub stdout: String,
    /// Its stderr likewise.
    pub stderr: String,
}

impl Cmd {
    /// A program by path, or by name through PATH.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            envs: Vec::new(),
            dir: None,
        }
    }

    /// The cargo that runs this program.
    pub fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// npm, which is a script on Windows.
    pub fn npm() -> Self {
        Self::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
    }

    /// One more argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// More arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args
            .extend(args.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// A variable for the program.
    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.envs
            .push((key.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The folder to start it in.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.dir = Some(dir.as_ref().to_owned());
        self
    }

    /// The same command as root: unchanged when we are root, else through sudo, which must not ask.
    pub fn by_root(self) -> Self {
        if crate::setup::root::is_root() {
            return self;
        }
        self.env_as_args().under("sudo", &["-n"])
    }

    /// The same command with its variables as arguments of `env`: sudo passes none on.
    pub fn env_as_args(mut self) -> Self {
        let pairs: Vec<OsString> = std::mem::take(&mut self.envs)
            .into_iter()
            .map(|(mut pair, value)| {
                pair.push("=");
                pair.push(value);
                pair
            })
            .collect();
        if pairs.is_empty() {
            self
        } else {
            self.under("env", &pairs)
        }
    }

    /// The same command started by another program, which gets it behind its own arguments.
    pub fn under<S: AsRef<OsStr>>(mut self, program: &str, args: &[S]) -> Self {
        let inner = std::mem::take(&mut self.args);
        let outer = args.iter().map(|arg| arg.as_ref().to_owned());
        let args = outer.chain([self.program]).chain(inner).collect();
        Self {
            program: program.into(),
            args,
            ..self
        }
    }

    /// The line a person could type.
    pub fn shown(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.args);
        words
            .map(|w| quoted(&w.to_string_lossy()))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// As the standard library's command, for who needs pipes or a long life.
    pub fn build(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        for (key, _) in std::env::vars_os() {
            if is_cargos(&key.to_string_lossy()) {
                command.env_remove(key);
            }
        }
        command.envs(self.envs.iter().map(|(k, v)| (k, v)));
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs it with its output on the terminal; a bad exit is a failure.
    pub fn run(&self, interrupt: &Interrupt) -> Result<()> {
        out::line(format!("$ {}", self.shown()));
        let status = interrupt.wait(&self.shown(), &mut self.build())?;
        if status.success() {
            Ok(())
        } else {
            fail(format!("`{}` ended with {status}", self.shown()))
        }
    }

    /// Runs it silently and gives what it printed, whatever its exit.
    pub fn finish(&self) -> Result<Finished> {
        let output = self
            .build()
            .output()
            .doing(|| format!("starting `{}`", self.shown()))?;
        Ok(Finished {
            ok: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it silently; a bad exit is a failure that carries everything it printed.
    pub fn quiet(&self) -> Result<String> {
        let done = self.finish()?;
        if done.ok {
            return Ok(done.stdout);
        }
        Err(Failure(format!(
            "`{}` failed:\n{}{}",
            self.shown(),
            done.stdout,
            done.stderr
        )))
    }
}

/// Whether `cargo run` set this variable for us; another cargo must not inherit it, because build
/// scripts watch some of them and would be built again.
fn is_cargos(key: &str) -> bool {
    key == "CARGO_MANIFEST_DIR"
        || key == "CARGO_MANIFEST_PATH"
        || key == "CARGO_CRATE_NAME"
        || key == "CARGO_BIN_NAME"
        || key == "TAURI_CONFIG"
        || key == "LD_LIBRARY_PATH"
        || key.starts_with("CARGO_PKG_")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_a_person_could_type() {
        let cmd = Cmd::new("echo").args(["a b", "it's", "", "--x=1"]);
        assert_eq!(cmd.shown(), r"echo 'a b' 'it'\''s' '' --x=1");
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_carries_what_the_program_printed() {
        let error = Cmd::new("sh")
            .args(["-c", "echo out; echo err >&2; exit 3"])
            .quiet();
        let text = error.expect_err("exit 3 is a failure").to_string();
        assert!(text.contains("out\n") && text.contains("err\n"), "{text}");
    }
}
