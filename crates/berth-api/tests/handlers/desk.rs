//! A machine in memory with Berth on it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use berth_api::types::{
    InstallRequest, JobRequest, NameRequest, PlanPreview, RemoveRequest, RemoveStart,
};
use berth_api::{Berth, Desktop};
use berth_core::catalog::{Catalog, Trust};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::input::{InputValue, PathGrant};
use berth_core::job::{Job, JobState};
use berth_core::plan::Choices;
use berth_core::port::{Ports, PythonRuntime};
use berth_core::progress::Watch;
use berth_core::secret::Secret;
use berth_testkit::fake::World;
use tokio::sync::Notify;

/// The value of every secret that a test gives.
pub const TOKEN: &str = "hunter2-hunter2-hunter2";

/// The catalog of these tests.
pub const ENTRIES: [(&str, &str); 5] = [
    ("clock.yaml", include_str!("entries/clock.yaml")),
    ("hub.yaml", include_str!("entries/hub.yaml")),
    ("boxes.yaml", include_str!("entries/boxes.yaml")),
    ("later.yaml", include_str!("entries/later.yaml")),
    ("broken.yaml", include_str!("entries/broken.yaml")),
];

pub struct Desk {
    pub world: Arc<World>,
    pub berth: Berth,
    pub dialogs: Arc<Dialogs>,
}

impl Desk {
    pub fn new() -> Self {
        let world = World::new();
        let ports = world.ports();
        Self::with(world, ports)
    }

    pub fn with(world: Arc<World>, ports: Ports) -> Self {
        {
            let mut state = world.state();
            state.publish("example/clock:1.2.3");
            state.publish("example/hub:2.0.0");
        }
        let catalog = Catalog::from_files(ENTRIES, Trust::Verified);
        assert_eq!(catalog.reports().len(), 1, "{:#?}", catalog.reports());
        Self::over(world, ports, catalog)
    }

    /// With another catalog.
    pub fn over(world: Arc<World>, ports: Ports, catalog: Catalog) -> Self {
        let dialogs = Arc::new(Dialogs::default());
        let berth = Berth::new(ports, Arc::new(catalog), dialogs.clone());
        Self {
            world,
            berth,
            dialogs,
        }
    }

    /// Another process with the same machine and state.
    pub fn beside(&self) -> Self {
        Self::with(self.world.clone(), self.world.ports())
    }

    /// A plan that was shown and can be agreed to.
    pub async fn shown(&self, choices: &Choices) -> PlanPreview {
        let preview = self.berth.plan_preview(again(choices)).await.unwrap();
        assert!(preview.consent.is_some(), "{preview:#?}");
        preview
    }

    /// Starts an installation; its job.
    pub async fn start(&self, choices: Choices) -> Result<String> {
        self.start_trusting(choices, None).await
    }

    /// The same with what was typed for it.
    pub async fn start_trusting(&self, choices: Choices, trust: Option<&str>) -> Result<String> {
        let consent = self.shown(&choices).await.consent.unwrap();
        let trust = trust.map(str::to_owned);
        let request = InstallRequest {
            choices,
            consent,
            trust,
        };
        Ok(self.berth.install_start(request).await?.job)
    }

    /// Installs; the ended job.
    pub async fn install(&self, choices: Choices) -> Job {
        let job = self.start(choices).await.unwrap();
        self.berth.job_wait(&job).await.unwrap()
    }

    pub async fn install_done(&self, choices: Choices) {
        let job = self.install(choices).await;
        assert_eq!(job.state, JobState::Done, "{:#?}", job.error);
    }

    pub async fn remove_done(&self, name: &str, delete_data: bool) {
        let request = RemoveRequest {
            name: name.to_owned(),
            delete_data,
        };
        let preview = self.berth.remove_preview(request.clone()).await.unwrap();
        let consent = preview.consent.unwrap();
        let started = self.berth.remove_start(RemoveStart { request, consent });
        let job = started.await.unwrap().job;
        let job = self.berth.job_wait(&job).await.unwrap();
        assert_eq!(job.state, JobState::Done, "{:#?}", job.error);
    }
}

pub fn clock() -> Choices {
    Choices {
        entry: "clock".to_owned(),
        ..Choices::default()
    }
}

pub fn hub() -> Choices {
    Choices {
        entry: "hub".to_owned(),
        secrets: [("token".to_owned(), Secret::new(TOKEN))].into(),
        ..Choices::default()
    }
}

pub fn boxes(path: &str) -> Choices {
    let folders = InputValue::Paths(vec![PathGrant {
        path: path.to_owned(),
        access: berth_core::catalog::Access::ReadWrite,
    }]);
    Choices {
        entry: "boxes".to_owned(),
        inputs: [("folders".to_owned(), folders)].into(),
        ..Choices::default()
    }
}

/// The same choices for another request.
pub fn again(choices: &Choices) -> Choices {
    Choices {
        entry: choices.entry.clone(),
        variant: choices.variant.clone(),
        name: choices.name.clone(),
        place: choices.place.clone(),
        inputs: choices.inputs.clone(),
        secrets: choices.secrets.clone(),
        replace: choices.replace,
        no_cache: choices.no_cache,
        use_image: choices.use_image,
        direct: choices.direct,
        from_env: choices.from_env.clone(),
    }
}

pub fn name(name: &str) -> NameRequest {
    NameRequest {
        name: name.to_owned(),
    }
}

pub fn job(job: &str) -> JobRequest {
    JobRequest {
        job: job.to_owned(),
    }
}

/// The code that a call failed with.
pub fn code<T: std::fmt::Debug>(result: Result<T>) -> ErrorCode {
    result.expect_err("it must fail").code
}

/// Dialogs that answer what a test says, and a browser that remembers.
#[derive(Default)]
pub struct Dialogs {
    pub answer: Mutex<Option<String>>,
    pub opened: Mutex<Vec<String>>,
    /// Path and text of what was saved.
    pub saved: Mutex<Vec<(String, String)>>,
    pub broken: Mutex<bool>,
}

impl Dialogs {
    fn picked(&self) -> Result<Option<String>> {
        if *self.broken.lock().unwrap() {
            return Err(Error::internal("no dialog"));
        }
        Ok(self.answer.lock().unwrap().clone())
    }
}

#[async_trait]
impl Desktop for Dialogs {
    async fn pick_folder(&self, _: &str) -> Result<Option<String>> {
        self.picked()
    }

    async fn pick_file(&self, _: &str) -> Result<Option<String>> {
        self.picked()
    }

    async fn save(&self, _: &str, name: &str, text: &str) -> Result<Option<String>> {
        let picked = self.picked()?;
        if let Some(path) = &picked {
            let saved = (format!("{path}/{name}"), text.to_owned());
            self.saved.lock().unwrap().push(saved);
        }
        Ok(picked)
    }

    async fn pick_new_file(&self, _: &str, name: &str) -> Result<Option<String>> {
        Ok(self.picked()?.map(|path| format!("{path}/{name}")))
    }

    async fn open_link(&self, url: &str) -> Result<()> {
        self.opened.lock().unwrap().push(url.to_owned());
        Ok(())
    }
}

/// A package installer that waits until it is let through, so that a job is in the middle.
pub struct Gate {
    inner: Arc<dyn PythonRuntime>,
    pub reached: Notify,
    pub open: Notify,
}

impl Gate {
    /// Ports whose Python packages wait at the gate.
    pub fn before(ports: &Ports) -> (Ports, Arc<Self>) {
        let gate = Arc::new(Self {
            inner: ports.python.clone(),
            reached: Notify::new(),
            open: Notify::new(),
        });
        let ports = Ports {
            python: gate.clone(),
            ..ports.clone()
        };
        (ports, gate)
    }
}

#[async_trait]
impl PythonRuntime for Gate {
    async fn probe_uv(&self) -> Result<berth_core::facts::Program> {
        self.inner.probe_uv().await
    }

    async fn probe_python(&self) -> Result<berth_core::facts::Program> {
        self.inner.probe_python().await
    }

    async fn create_venv(
        &self,
        tool: berth_core::plan::PythonTool,
        program: &str,
        requires: &str,
        venv: &str,
        watch: &Watch,
    ) -> Result<()> {
        self.inner
            .create_venv(tool, program, requires, venv, watch)
            .await
    }

    async fn install(
        &self,
        tool: berth_core::plan::PythonTool,
        program: &str,
        venv: &str,
        requirements: &[String],
        script: &str,
        watch: &Watch,
    ) -> Result<()> {
        self.reached.notify_one();
        watch
            .until_cancelled(async {
                self.open.notified().await;
                Ok(())
            })
            .await?;
        self.inner
            .install(tool, program, venv, requirements, script, watch)
            .await
    }
}
