use std::sync::Arc;

use async_trait::async_trait;
use berth_core::actions::{Hands, act};
use berth_core::client::LauncherCommand;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::plan::VaultItem;
use berth_core::port::{ActAsked, Actor, McpStarter, SecretReader, StartRequest, ToolResult};
use berth_core::progress::Watch;
use berth_core::server::{DataPlace, FolderProgram, Installation, OwnProgram};
use serde_json::{Map, Value};

use super::mcp::can_start;
use super::{FakeMcp, FakeVault, World};

/// Does the steps of actions as `berth` would, from the installation's record. Programs end as the
/// world's `programs` say. One named `put-aside` keeps what is in the server's volumes under the
/// job's name and leaves something new there; `put-back` undoes that.
pub struct FakeActor(pub(super) Arc<World>);

struct Acting<'a> {
    world: &'a Arc<World>,
    installation: Installation,
    asked: &'a ActAsked,
    command: &'a LauncherCommand,
}

#[async_trait]
impl Actor for FakeActor {
    async fn act(&self, asked: &ActAsked, command: &LauncherCommand, watch: &Watch) -> Result<()> {
        let installation = can_start(&self.0, &asked.name)?;
        let vault = FakeVault(self.0.clone());
        let mut hidden = Vec::new();
        for used in &installation.secrets {
            let item = VaultItem {
                name: installation.name.clone(),
                generation: installation.generation.clone(),
                input: used.input.clone(),
            };
            hidden.push(vault.get(&item).await?);
        }
        let mut actions = installation.actions.iter();
        let step = actions
            .find(|action| action.id == asked.action)
            .and_then(|action| action.steps.get(asked.step))
            .cloned()
            .ok_or_else(|| Error::internal("no such step"))?;
        let acting = Acting {
            world: &self.0,
            installation,
            asked,
            command,
        };
        act(&step, asked.undo, &acting, &hidden, watch).await
    }
}

impl Acting<'_> {
    fn program(&self, name: &str, told: &mut (dyn FnMut(String) + Send)) -> Option<i32> {
        let name = name.rsplit('/').next().unwrap_or_default();
        let mut state = self.world.state();
        for data in &self.installation.data {
            let DataPlace::Volume { name: volume, .. } = data else {
                continue;
            };
            let aside = format!("{volume}/{}", self.asked.job);
            match name {
                "put-aside" => {
                    if let Some(before) = state.contents.insert(volume.clone(), "new".to_owned()) {
                        state.contents.insert(aside, before);
                    }
                }
                "put-back" => {
                    if let Some(before) = state.contents.remove(&aside) {
                        state.contents.insert(volume.clone(), before);
                    }
                }
                _ => {}
            }
        }
        let (exit, said) = match state.programs.get(name) {
            Some(program) => program.clone(),
            None => (Some(0), Vec::new()),
        };
        drop(state);
        said.into_iter().for_each(told);
        exit
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
        watch.check()?;
        tokio::task::yield_now().await;
        let exit = self.program(&program.program, told);
        watch.check()?;
        Ok(exit)
    }

    async fn call(
        &self,
        tool: &str,
        arguments: &Map<String, Value>,
        watch: &Watch,
    ) -> Result<ToolResult> {
        let request = StartRequest {
            command: self.command.clone(),
            folder: None,
            startup_seconds: self.installation.startup_seconds,
        };
        let mut session = FakeMcp(self.world.clone()).start(&request, watch).await?;
        session.call(tool, arguments.clone()).await
    }

    async fn in_folder(
        &self,
        program: &FolderProgram,
        told: &mut (dyn FnMut(String) + Send),
        watch: &Watch,
    ) -> Result<Option<i32>> {
        watch.check()?;
        if self
            .world
            .state()
            .missing_commands
            .contains(&program.program)
        {
            return Err(Error::new(ErrorCode::CommandMissing {
                command: program.program.clone(),
            }));
        }
        tokio::task::yield_now().await;
        Ok(self.program(&program.program, told))
    }
}
