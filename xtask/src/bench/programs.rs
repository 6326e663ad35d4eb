//! Building what is measured and what measures, and running it in the tests' surroundings.

use super::samples::Samples;
use crate::build::{self, Profile};
use crate::cmd::Cmd;
use crate::fail::{Doing, Result, fail};
use crate::ground::{Ground, names};
use crate::interrupt::{Interrupt, end_group};
use crate::out;
use crate::paths::{Paths, exe};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

/// Takes these measures. What was taken before a failure is kept.
pub fn run(
    paths: &Paths,
    interrupt: &Interrupt,
    measures: &[&str],
    taken: &mut Vec<(String, Samples)>,
) -> Result<()> {
    out::stage("building");
    let app = if measures
        .iter()
        .any(|key| ["window", "idle", "app", "all"].contains(key))
    {
        build::app(paths, interrupt, Profile::Release, &[])?
    } else {
        cargo(paths, interrupt, &["--release", "--package", "berth-cli"])?;
        PathBuf::new()
    };
    let release = build::built(paths, Profile::Release);
    let example = |name: &str| release.join("examples").join(exe(name));
    if measures.contains(&"window") {
        let features = "empty-window,tauri/custom-protocol";
        let window = [
            "--release",
            "--example",
            "empty-window",
            "--features",
            features,
        ];
        cargo(paths, interrupt, &window)?;
    }
    if measures.contains(&"search") {
        let search = [
            "--release",
            "--package",
            "berth-core",
            "--example",
            "search",
        ];
        cargo(paths, interrupt, &search)?;
    }
    let program = measuring(paths)?;

    let mut ground = Ground::start(paths, interrupt)?;
    ground.tell(names::BERTH, release.join(exe("berth")));
    ground.tell(names::APP, app);
    out::stage("measuring");
    machine();
    let cmd = Cmd::new(program)
        .arg(example("empty-window"))
        .arg(example("search"))
        .args(measures);
    let mut command = ground.inside(cmd).build();
    command.stdout(Stdio::piped());
    let mut child = interrupt.spawn("the measuring program", &mut command)?;
    let group = child.id();
    let _watched = interrupt.watch(move || end_group(group));
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.doing(|| "reading the measures".to_owned())?;
            if let Some((measure, samples)) = Samples::read(&line) {
                out::line(format!("{measure}: {} samples", samples.ours.len()));
                taken.push((measure, samples));
            }
        }
    }
    let status = child
        .wait()
        .doing(|| "waiting for the measures".to_owned())?;
    ground.stop();
    if status.success() {
        Ok(())
    } else {
        fail(format!("measuring ended with {status}"))
    }
}

fn cargo(paths: &Paths, interrupt: &Interrupt, args: &[&str]) -> Result<()> {
    Cmd::cargo()
        .arg("build")
        .args(args)
        .dir(&paths.root)
        .run(interrupt)
}

/// The program that measures. It waits for others, so it needs no optimization.
fn measuring(paths: &Paths) -> Result<PathBuf> {
    let cmd = Cmd::cargo()
        .args(["build", "--package", "berth-tests", "--bench", "budgets"])
        .arg("--message-format=json-render-diagnostics")
        .dir(&paths.root);
    out::line(format!("$ {}", cmd.shown()));
    match cmd.quiet()?.lines().find_map(built) {
        Some(program) => Ok(program),
        None => fail("cargo does not say where the measuring program is"),
    }
}

/// The measuring program's path out of cargo's message about it.
fn built(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != "budgets" {
        return None;
    }
    Some(PathBuf::from(message["executable"].as_str()?))
}

/// Says what the numbers were taken on, and how busy it was.
fn machine() {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    out::line(format!(
        "{cores} processor cores; load before measuring: {load}"
    ));
}

#[cfg(test)]
mod tests {
    use super::built;

    #[test]
    fn finds_the_program_in_cargos_messages() {
        let line = r#"{"reason":"compiler-artifact","target":{"name":"budgets"},"executable":"/t/budgets-1"}"#;
        assert_eq!(built(line), Some("/t/budgets-1".into()));
        let other = line.replace("budgets\"}", "berth\"}");
        assert_eq!(built(&other), None);
        assert_eq!(built("Compiling"), None);
    }
}
