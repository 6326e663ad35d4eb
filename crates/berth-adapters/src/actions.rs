//! Does the steps of actions: in `berth`, which may read the vault, and for others by way of it
//! ([`ChildActor`]).

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use berth_core::actions::{Hands, act};
use berth_core::client::LauncherCommand;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{ActAsked, Actor, JobGuard, McpStarter, StartRequest, ToolResult};
use berth_core::progress::Watch;
use berth_core::server::{FolderProgram, Launch, OwnProgram};
use serde_json::{Map, Value};
use tokio::process::Command;

use crate::criteria::{Here, known};
use crate::host::programs::{find, search_path};
use crate::launcher::{Beside, run_to_end, sweep};
use crate::mcp::RmcpStarter;
use crate::services::{Asked, Input, Said, ask};
use crate::sqlite::{lock_act, unlock_act};

/// The hidden command of `berth` that does a step: `act-step NAME ACTION NUMBER --job ID [--undo]`.
/// It ends what it has begun when its input is closed: then who asked has gone.
pub const COMMAND: &str = "act-step";

/// How long an undo waits for what it undoes: whoever did that ends with the process that asked.
const END_LIMIT: Duration = Duration::from_secs(30);
/// How often it is tried.
const PACE: Duration = Duration::from_millis(20);

/// Starts `berth` for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChildActor;

#[async_trait]
impl Actor for ChildActor {
    async fn act(&self, asked: &ActAsked, command: &LauncherCommand, watch: &Watch) -> Result<()> {
        let step = asked.step.to_string();
        let mut args = vec![COMMAND, &asked.name, &asked.action, &step];
        args.extend(["--job", &asked.job]);
        if asked.undo {
            args.push("--undo");
        }
        let asked = Asked {
            args: &args,
            input: Input::Held,
            watch,
        };
        match ask(command, asked, |line| watch.line(line)).await? {
            Said::Done => Ok(()),
            _ => Err(Error::internal("berth did not say what it has done")),
        }
    }
}

/// An installation on this computer, and whose job it is.
pub struct Acting<'a> {
    /// The installation.
    pub here: Here<'a>,
    /// What is asked for.
    pub asked: &'a ActAsked,
    /// The launcher's command for it.
    pub command: LauncherCommand,
    /// Whether the process of a label lives.
    pub owner_lives: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Acting<'_> {
    /// Does the step, or undoes it.
    ///
    /// # Errors
    /// `ActionUnknown` where the record has no such step, and what the step says.
    pub async fn act(&self, watch: &Watch) -> Result<()> {
        let (asked, installation) = (self.asked, &self.here.record.installation);
        let mut actions = installation.actions.iter();
        let step = actions
            .find(|action| action.id == asked.action)
            .and_then(|action| action.steps.get(asked.step));
        let step = step.ok_or_else(|| {
            Error::new(ErrorCode::ActionUnknown {
                name: asked.name.clone(),
                action: asked.action.clone(),
            })
        })?;
        let guard = self.alone(watch).await?;
        let done = async {
            if asked.undo && matches!(installation.launch, Launch::Container(_)) {
                // What did it may have been killed, and its container not.
                let home = self.here.home.display().to_string();
                sweep(self.here.engine, &home, self.owner_lives).await?;
            }
            let hidden = known(installation, self.here.secrets).await?;
            act(step, asked.undo, self, &hidden, watch).await
        };
        let done = done.await;
        unlock_act(self.here.home, &asked.job, guard)?;
        done
    }

    /// Waits until nothing else is done for the same job.
    async fn alone(&self, watch: &Watch) -> Result<JobGuard> {
        let waiting = async {
            loop {
                if let Some(guard) = lock_act(self.here.home, &self.asked.job)? {
                    return Ok(guard);
                }
                tokio::time::sleep(PACE).await;
            }
        };
        let limited = async {
            match tokio::time::timeout(END_LIMIT, waiting).await {
                Ok(guard) => guard,
                Err(_) => Err(Error::new(ErrorCode::JobRunning {
                    name: self.asked.name.clone(),
                })),
            }
        };
        watch.until_cancelled(limited).await
    }
}

#[async_trait]
impl Hands for Acting<'_> {
    async fn beside(
        &self,
        program: &OwnProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>> {
        let beside = Beside {
            record: self.here.record,
            home: self.here.home,
            user_home: self.here.user_home,
            owner: self.here.owner,
            engine: self.here.engine,
            secrets: self.here.secrets,
            job: Some(&self.asked.job),
        };
        beside.run(program, told, watch).await
    }

    async fn call(
        &self,
        tool: &str,
        arguments: &Map<String, Value>,
        watch: &Watch,
    ) -> Result<ToolResult> {
        let installation = &self.here.record.installation;
        let mut places = installation.places.iter();
        let start = StartRequest {
            command: self.command.clone(),
            folder: places.find_map(|place| place.project.clone()),
            startup_seconds: installation.startup_seconds,
        };
        let mut session = RmcpStarter.start(&start, watch).await?;
        let answer = session.call(tool, arguments.clone()).await;
        // The answer is what counts; a server that ends badly afterwards is ended anyway.
        if let Err(error) = session.close().await {
            tracing::warn!(%error, "the server did not end well");
        }
        answer
    }

    async fn in_folder(
        &self,
        program: &FolderProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>> {
        if !Path::new(&program.folder).is_dir() {
            return Err(Error::new(ErrorCode::PathMissing {
                path: program.folder.clone(),
            }));
        }
        let found = find(&program.program).ok_or_else(|| {
            Error::new(ErrorCode::CommandMissing {
                command: program.program.clone(),
            })
        })?;
        let mut command = Command::new(&found);
        command
            .args(&program.args)
            .current_dir(&program.folder)
            .env("PATH", search_path())
            .env("PWD", &program.folder);
        let limit = Duration::from_secs(program.seconds.into());
        run_to_end(command, &program.program, limit, told, watch).await
    }
}
