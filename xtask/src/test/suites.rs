//! Which test programs there are, as cargo says.

use crate::build;
use crate::fail::{Doing, Result, fail};
use crate::interrupt::Interrupt;
use crate::out;
use crate::paths::Paths;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

/// A test program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suite {
    /// Whether it crosses crates: those run after all the others.
    pub crosses: bool,
    /// Package and target, such as `berth-core (lib)` or `berth-tests contract`.
    pub name: String,
    /// The package's own name.
    pub package: String,
    /// The folder of its Cargo.toml, in which cargo would start it.
    pub folder: PathBuf,
    /// The program.
    pub program: PathBuf,
}

/// What compiling came to.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The test programs, in the order to run them.
    pub suites: Vec<Suite>,
    /// How many times the compiler or clippy warned.
    pub warnings: usize,
}

/// Compiles everything of the workspace and every test, and shows what there is to say of it.
pub fn compile(paths: &Paths, interrupt: &Interrupt, more: &[&str]) -> Result<Compiled> {
    build::parts_for_tests(paths, interrupt)?;
    let cmd = build::whole("test")
        .args(["--no-run", "--message-format=json"])
        .args(more)
        .dir(&paths.root);
    out::line(format!("$ {}", cmd.shown()));
    let mut command = cmd.build();
    command.stdout(Stdio::piped());
    let mut child = interrupt.spawn(&cmd.shown(), &mut command)?;
    let group = child.id();
    let _watched = interrupt.watch(move || crate::interrupt::end_group(group));
    let mut compiled = Compiled::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.doing(|| "reading cargo's messages".to_owned())?;
            let Ok(message) = serde_json::from_str(&line) else {
                continue;
            };
            compiled.suites.extend(suite(&message));
            if let Some((text, warns)) = said(&message) {
                out::raw(text.as_bytes());
                compiled.warnings += usize::from(warns);
            }
        }
    }
    let status = child.wait().doing(|| "waiting for cargo".to_owned())?;
    if !status.success() {
        return fail(format!(
            "the tests do not compile: cargo ended with {status}"
        ));
    }
    compiled.suites.sort();
    Ok(compiled)
}

/// What the compiler said of some place, for people, and whether it is a warning; `None` for any other
/// message.
fn said(message: &Value) -> Option<(&str, bool)> {
    if message["reason"] != "compiler-message" {
        return None;
    }
    let text = message["message"]["rendered"].as_str()?;
    Some((text, message["message"]["level"] == "warning"))
}

/// A test program out of one of cargo's messages; `None` for any other message.
fn suite(message: &Value) -> Option<Suite> {
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let program = PathBuf::from(message["executable"].as_str()?);
    let folder = PathBuf::from(message["manifest_path"].as_str()?)
        .parent()?
        .to_owned();
    let target = message["target"]["name"].as_str()?;
    // "path+file:///…/berth-core#0.1.0", or "…/tests#berth-tests@0.1.0" where the names differ.
    let (source, id) = message["package_id"].as_str()?.rsplit_once('#')?;
    let package = match id.split_once('@') {
        Some((name, _)) => name,
        None => source.rsplit('/').next()?,
    };
    let kind = message["target"]["kind"][0].as_str()?;
    let name = match kind {
        "test" => format!("{package} {target}"),
        "bin" => format!("{package} (bin {target})"),
        kind => format!("{package} ({kind})"),
    };
    let crosses = kind == "test";
    Some(Suite {
        crosses,
        name,
        package: package.to_owned(),
        folder,
        program,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(package: &str, kind: &str, test: bool) -> Value {
        serde_json::json!({
            "reason": "compiler-artifact",
            "package_id": package,
            "manifest_path": "/w/tests/Cargo.toml",
            "target": { "name": "contract", "kind": [kind] },
            "profile": { "test": test },
            "executable": "/w/target/debug/deps/contract-1",
        })
    }

    #[test]
    fn reads_both_forms_of_a_package_id() {
        let named = suite(&message(
            "path+file:///w/tests#berth-tests@0.1.0",
            "test",
            true,
        ));
        let named = named.expect("a suite");
        assert_eq!(named.name, "berth-tests contract");
        assert_eq!(named.folder, PathBuf::from("/w/tests"));
        let short = suite(&message(
            "path+file:///w/crates/berth-core#0.1.0",
            "lib",
            true,
        ));
        assert_eq!(short.expect("a suite").name, "berth-core (lib)");
    }

    #[test]
    fn other_messages_are_no_suites() {
        assert_eq!(
            suite(&message("path+file:///w/a#0.1.0", "lib", false)),
            None
        );
        let finished = serde_json::json!({ "reason": "build-finished", "success": true });
        assert_eq!(suite(&finished), None);
        assert_eq!(said(&finished), None);
    }

    #[test]
    fn what_the_compiler_says_is_shown_and_its_warnings_are_told_apart() {
        let message = |level: &str| {
            serde_json::json!({
                "reason": "compiler-message",
                "message": { "level": level, "rendered": "it says" },
            })
        };
        assert_eq!(said(&message("warning")), Some(("it says", true)));
        assert_eq!(said(&message("error")), Some(("it says", false)));
        assert_eq!(suite(&message("warning")), None);
    }

    #[test]
    fn suites_that_cross_crates_come_last() {
        let mut suites = [
            suite(&message("path+file:///w/tests#a@0.1.0", "test", true)).expect("a suite"),
            suite(&message("path+file:///w/tests#z@0.1.0", "lib", true)).expect("a suite"),
        ];
        suites.sort();
        assert_eq!(suites[0].package, "z");
    }
}
