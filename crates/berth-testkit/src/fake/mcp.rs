use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::plan::VaultItem;
use berth_core::port::{
    HealthProbe, Held, McpSession, McpStarter, PathKind, ProbeAnswer, ServiceState,
    SessionContainer, SessionLabels, StartRequest, Store, ToolResult,
};
use berth_core::progress::Watch;
use berth_core::server::{DataPlace, Installation, Launch, Mount, Tool, check_seal};

use super::World;

/// How the servers of one entry behave.
#[derive(Clone, Debug)]
pub struct ServerScript {
    /// What the start fails with.
    pub start: Option<Error>,
    /// Lines on stderr.
    pub lines: Vec<String>,
    /// The tools.
    pub tools: Result<Vec<Tool>>,
    /// What tools answer: whether it is an error, and the text. Others answer `ok`.
    pub answers: BTreeMap<String, (bool, String)>,
    /// Whether the container outlives the session, as when its launcher was killed.
    pub leaves_container: bool,
}

impl Default for ServerScript {
    fn default() -> Self {
        Self {
            start: None,
            lines: vec!["server is up".to_owned()],
            tools: Ok(vec![Tool {
                name: "look".to_owned(),
                description: "Looks around".to_owned(),
                schema: serde_json::json!({ "type": "object" }),
            }]),
            answers: BTreeMap::new(),
            leaves_container: false,
        }
    }
}

/// Starts servers as the launcher would: from the installation's record, its vault items and its
/// files or image.
pub struct FakeMcp(pub(super) Arc<World>);

struct FakeSession {
    world: Arc<World>,
    script: ServerScript,
    container: Option<String>,
}

/// Whether the launcher would start a server, and from which record.
pub(super) fn can_start(world: &World, name: &str) -> Result<Installation> {
    let exited =
        |why: String| Error::new(ErrorCode::ServerExited { exit: Some(1) }).with_cause(why);
    let installation = world
        .store
        .installation(name)?
        .ok_or_else(|| exited(format!("{name} is not installed")))?;
    check_seal(&installation).map_err(|error| exited(error.to_string()))?;
    let jobs = world.store.open_jobs()?;
    let state = world.state();
    for secret in &installation.secrets {
        let item = VaultItem {
            name: installation.name.clone(),
            generation: installation.generation.clone(),
            input: secret.input.clone(),
        };
        if !state.secrets.contains_key(&item) {
            return Err(exited(format!("no secret {}", item.account())));
        }
    }
    let mut needs = installation.launch.needs().into_iter();
    if let Some(path) = needs.find(|path| state.files.kind(path) == PathKind::Nothing) {
        return Err(exited(format!("no {path}")));
    }
    if jobs
        .iter()
        .any(|job| job.plan.name == name && job.holds_sessions())
    {
        return Err(exited("what it keeps is being worked on".to_owned()));
    }
    match &installation.launch {
        Launch::Process {
            program,
            args,
            folder,
            ..
        } => {
            // A tool of the machine's is given the file that was built.
            let main = args.first().filter(|main| main.starts_with(folder));
            for file in std::iter::once(program).chain(main) {
                if state.files.kind(file) != PathKind::File {
                    return Err(exited(format!("no program {file}")));
                }
            }
            if state.files.kind(folder) != PathKind::Folder {
                return Err(exited(format!("no folder {folder}")));
            }
        }
        Launch::Container(launch) => {
            state.engine.clone()?;
            if !state
                .images
                .values()
                .any(|image| image.id == launch.image_id)
            {
                return Err(exited(format!("no image {}", launch.image_id)));
            }
            for service in launch.stack.iter().flat_map(|stack| &stack.services) {
                let runs = state.services.iter().any(|c| {
                    c.labels.service == service.name
                        && c.labels.generation == installation.generation
                        && c.state == ServiceState::Well
                });
                if !runs {
                    return Err(exited(format!("no service {}", service.name)));
                }
            }
        }
        // It is never asked: what it does is what the script says.
        Launch::Remote(_) => {}
    }
    drop(state);
    Ok(installation)
}

#[async_trait]
impl McpStarter for FakeMcp {
    async fn start(&self, request: &StartRequest, watch: &Watch) -> Result<Box<dyn McpSession>> {
        watch.check()?;
        let program = &request.command.program;
        if !program.starts_with('/') && !self.0.state().launcher_on_path {
            return Err(Error::new(ErrorCode::ProgramMissing {
                program: program.clone(),
            }));
        }
        let name = request.command.args.last().cloned().unwrap_or_default();
        let installation = can_start(&self.0, &name)?;
        let script = {
            let state = self.0.state();
            state
                .servers
                .get(&installation.entry)
                .cloned()
                .unwrap_or_default()
        };
        // What a start leaves behind is there even if the server fails then.
        let container = self.run(&installation);
        let session = FakeSession {
            world: self.0.clone(),
            script: script.clone(),
            container,
        };
        for line in &script.lines {
            watch.line(line.clone());
        }
        tokio::task::yield_now().await;
        watch.check()?;
        match script.start {
            Some(error) => Err(error),
            None => Ok(Box::new(session)),
        }
    }

    async fn hold(&self, request: &StartRequest) -> Result<Box<dyn Held>> {
        let name = request.command.args.last().cloned().unwrap_or_default();
        let installation = can_start(&self.0, &name)?;
        Ok(Box::new(FakeSession {
            world: self.0.clone(),
            script: ServerScript::default(),
            container: self.run(&installation),
        }))
    }
}

#[async_trait]
impl Held for FakeSession {
    fn has_ended(&mut self) -> bool {
        false
    }

    async fn end(self: Box<Self>) {}
}

/// Answers what the world says.
pub struct FakeProbe(pub(super) Arc<World>);

#[async_trait]
impl HealthProbe for FakeProbe {
    async fn ask(&self, url: &str) -> Option<ProbeAnswer> {
        self.0.state().answers.get(url).cloned()
    }
}

impl FakeMcp {
    fn run(&self, installation: &Installation) -> Option<String> {
        let mut state = self.0.state();
        for data in &installation.data {
            if let DataPlace::Folder { path } = data {
                state
                    .files
                    .write(&format!("{path}/state"), "written by the server");
            }
        }
        let Launch::Container(launch) = &installation.launch else {
            return None;
        };
        for mount in &launch.mounts {
            if let Mount::Volume { name, .. } = mount {
                state.volumes.insert(name.clone());
            }
        }
        let id = format!("container-{}", state.tick());
        state.containers.push(SessionContainer {
            id: id.clone(),
            running: true,
            labels: SessionLabels {
                installation: installation.name.clone(),
                generation: installation.generation.clone(),
                session: id.clone(),
                home: World::BERTH_HOME.to_owned(),
                owner: "1:1:boot".to_owned(),
            },
            ports: launch
                .http
                .iter()
                .map(|http| (http.port, World::PORT))
                .collect(),
        });
        Some(id)
    }
}

#[async_trait]
impl McpSession for FakeSession {
    fn answered_ms(&self) -> u64 {
        7
    }

    async fn tools(&mut self) -> Result<Vec<Tool>> {
        tokio::task::yield_now().await;
        self.script.tools.clone()
    }

    async fn call(
        &mut self,
        tool: &str,
        arguments: serde_json::Map<String, serde_json::Value>,
    ) -> Result<ToolResult> {
        let known = self.script.tools.clone()?;
        if !known.iter().any(|known| known.name == tool) {
            return Err(Error::new(ErrorCode::ToolUnknown {
                tool: tool.to_owned(),
            }));
        }
        let (is_error, text) = self
            .script
            .answers
            .get(tool)
            .cloned()
            .unwrap_or((false, "ok".to_owned()));
        Ok(ToolResult {
            is_error,
            raw: serde_json::json!({ "text": text, "arguments": arguments }),
            text,
        })
    }

    async fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

impl Drop for FakeSession {
    /// The launcher ends its container on every way out, also when nobody asked it to.
    fn drop(&mut self) {
        if let Some(id) = &self.container
            && !self.script.leaves_container
        {
            self.world
                .state()
                .containers
                .retain(|container| container.id != *id);
        }
    }
}
