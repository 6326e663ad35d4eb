//! Another program of an installation's, run to its end as its server would be: with the same
//! environment, secrets and confinement, and nothing on its input.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::SessionLabels;
use berth_core::progress::Watch;
use berth_core::server::{ContainerLaunch, Launch, OwnProgram};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc;

use super::{Record, container, environment, record, secrets};
use crate::docker::DockerEngine;
use crate::process::Group;

/// Longest line that is told; programs print progress bars as endless lines.
const LINE_LIMIT: usize = 2_000;

/// What such a program needs beside the record.
pub struct Beside<'a> {
    /// The installation.
    pub record: &'a Record,
    /// Berth's home.
    pub home: &'a Path,
    /// The person's home folder.
    pub user_home: &'a Path,
    /// The label of this process.
    pub owner: &'a str,
    /// The engine of its containers.
    pub engine: &'a DockerEngine,
    /// The vault.
    pub secrets: &'a dyn berth_core::port::SecretReader,
    /// The job that it is for, which it is told as `BERTH_JOB`.
    pub job: Option<&'a str>,
}

/// What tells a program its job.
const JOB: &str = "BERTH_JOB";

impl Beside<'_> {
    /// Runs it; the exit code, `None` where it was ended by a signal or its time was over.
    pub async fn run(
        &self,
        program: &OwnProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>> {
        let installation = &self.record.installation;
        let filled = secrets::fill(installation, self.secrets).await?;
        let limit = Duration::from_secs(program.seconds.into());
        match &installation.launch {
            Launch::Container(launch) => {
                let body = self.body(launch, program, &filled.variables);
                if !self.engine_is_elsewhere().await? {
                    container::check_mounts(launch)?;
                }
                self.engine
                    .run_to_end(body, &launch.image, limit, told, watch)
                    .await
            }
            Launch::Process {
                env, path, folder, ..
            } => {
                record::check_program(installation, &program.program, self.home)?;
                let mut own = env.clone();
                own.extend(self.job());
                let environment = environment::Wanted {
                    own: &own,
                    path,
                    program: Path::new(&program.program),
                    user_home: self.user_home,
                    secrets: &filled.variables,
                };
                let mut command = Command::new(&program.program);
                command
                    .args(&program.args)
                    .current_dir(folder)
                    .env_clear()
                    .envs(environment.build(std::env::vars_os()));
                run_to_end(command, &program.program, limit, told, watch).await
            }
            Launch::Remote(_) => Err(Error::internal("a server elsewhere has no programs here")),
        }
    }

    fn job(&self) -> Option<(String, String)> {
        let job = self.job?;
        Some((JOB.to_owned(), job.to_owned()))
    }

    async fn engine_is_elsewhere(&self) -> Result<bool> {
        use berth_core::port::Engine as _;
        Ok(self.engine.probe().await?.remote)
    }

    fn body(
        &self,
        launch: &ContainerLaunch,
        program: &OwnProgram,
        secrets: &[secrets::SecretVariable],
    ) -> serde_json::Value {
        let mut env = launch.env.clone();
        env.extend(self.job());
        let launch = ContainerLaunch {
            env,
            entrypoint: vec![program.program.clone()],
            args: program.args.clone(),
            http: None,
            ..launch.clone()
        };
        let installation = &self.record.installation;
        let labels = SessionLabels {
            installation: installation.name.clone(),
            generation: installation.generation.clone(),
            session: ulid::Ulid::generate().to_string(),
            home: self.home.display().to_string(),
            owner: self.owner.to_owned(),
        };
        let mut body = container::body(&launch, secrets, &labels);
        body["OpenStdin"] = json!(false);
        body["StdinOnce"] = json!(false);
        body["AttachStdin"] = json!(false);
        // It is there to be asked how it ended; what it writes is read from the engine's log, which
        // is small and goes with it.
        body["HostConfig"]["AutoRemove"] = json!(false);
        body["HostConfig"]["LogConfig"] =
            json!({ "Type": "json-file", "Config": { "max-size": "4m", "max-file": "1" } });
        if launch.args.is_empty() {
            // Otherwise the image's own would follow the program.
            body["Cmd"] = json!([]);
        }
        body
    }
}

/// Runs a program to its end, with nothing on its input; its lines are told, and it is ended with
/// everything that it started when its time is over or it is cancelled. The exit code, `None` where
/// it was ended. `program` is what people call it.
pub(crate) async fn run_to_end(
    mut command: Command,
    program: &str,
    limit: Duration,
    told: &mut (dyn FnMut(String) + Send),
    watch: &Watch,
) -> Result<Option<i32>> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let missing = |error: &std::io::Error| {
        Error::new(ErrorCode::ProgramMissing {
            program: program.to_owned(),
        })
        .caused_by(error)
    };
    let mut group = Group::spawn(&mut command).map_err(|error| missing(&error))?;
    let (stdout, stderr) = (group.child().stdout.take(), group.child().stderr.take());
    let (to, mut from) = mpsc::channel(64);
    let work = async {
        let out = lines(stdout, to.clone());
        let err = lines(stderr, to);
        let tell = async {
            while let Some(line) = from.recv().await {
                told(line);
            }
        };
        tokio::join!(out, err, tell);
        group.wait().await.map_err(|error| missing(&error))
    };
    let limited = async { Ok(tokio::time::timeout(limit, work).await) };
    let ended = watch.until_cancelled(limited).await;
    match ended {
        Ok(Ok(status)) => Ok(status?.code()),
        Ok(Err(_)) => {
            group.end().await.map_err(|error| missing(&error))?;
            Ok(None)
        }
        Err(cancelled) => {
            group.end().await.map_err(|error| missing(&error))?;
            Err(cancelled)
        }
    }
}

async fn lines(stream: Option<impl AsyncRead + Unpin>, to: mpsc::Sender<String>) {
    let Some(stream) = stream else { return };
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    while let Ok(1..) = reader.read_until(b'\n', &mut bytes).await {
        let text = String::from_utf8_lossy(&bytes);
        let shown = text.trim_end().rsplit('\r').next().unwrap_or_default();
        let shown: String = shown.chars().take(LINE_LIMIT).collect();
        // Who listened has gone: then nobody is told.
        let _ = to.send(shown).await;
        bytes.clear();
    }
}
