//! What an engine does for stacks, with faults around it.

use async_trait::async_trait;
use berth_core::client::LauncherCommand;
use berth_core::error::Result;
use berth_core::logs::{LogAsked, LogEnd};
use berth_core::port::{
    ActAsked, Actor, Engine, Inspector, LogWanted, ServiceContainer, ServiceEngine, ServiceRequest,
    ServiceStarter, ServiceState,
};
use berth_core::progress::Watch;
use berth_core::server::CriterionSeen;
use berth_core::stack::Stack;

use super::ports::Faulty;

#[async_trait]
impl ServiceEngine for Faulty<dyn Engine> {
    async fn services(&self, name: Option<&str>) -> Result<Vec<ServiceContainer>> {
        let work = self.port.services(name);
        self.faults.around_async("engine.services", work).await
    }

    async fn make_network(&self, stack: &Stack, installation: &str, home: &str) -> Result<()> {
        let work = self.port.make_network(stack, installation, home);
        self.faults.around_async("engine.make_network", work).await
    }

    async fn remove_network(&self, name: &str) -> Result<()> {
        let work = self.port.remove_network(name);
        self.faults
            .around_async("engine.remove_network", work)
            .await
    }

    async fn make_service(&self, request: &ServiceRequest<'_>) -> Result<String> {
        let work = self.port.make_service(request);
        self.faults.around_async("engine.make_service", work).await
    }

    async fn start_service(&self, id: &str) -> Result<()> {
        let work = self.port.start_service(id);
        self.faults.around_async("engine.start_service", work).await
    }

    async fn stop_service(&self, id: &str) -> Result<()> {
        let work = self.port.stop_service(id);
        self.faults.around_async("engine.stop_service", work).await
    }

    async fn service_state(&self, id: &str) -> Result<ServiceState> {
        let work = self.port.service_state(id);
        self.faults.around_async("engine.service_state", work).await
    }

    async fn service_log(
        &self,
        id: &str,
        lines: u32,
        follow: bool,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()> {
        let work = self.port.service_log(id, lines, follow, told);
        self.faults.around_async("engine.service_log", work).await
    }
}

#[async_trait]
impl ServiceStarter for Faulty<dyn ServiceStarter> {
    async fn up(&self, name: &str, command: &LauncherCommand, watch: &Watch) -> Result<()> {
        let work = self.port.up(name, command, watch);
        self.faults.around_async("services.up", work).await
    }

    async fn log(
        &self,
        command: &LauncherCommand,
        wanted: &LogWanted,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()> {
        let work = self.port.log(command, wanted, told);
        self.faults.around_async("services.log", work).await
    }
}

#[async_trait]
impl Actor for Faulty<dyn Actor> {
    async fn act(&self, asked: &ActAsked, command: &LauncherCommand, watch: &Watch) -> Result<()> {
        let work = self.port.act(asked, command, watch);
        self.faults.around_async("actor.act", work).await
    }
}

#[async_trait]
impl Inspector for Faulty<dyn Inspector> {
    async fn inspect(
        &self,
        name: &str,
        command: &LauncherCommand,
        printed: Vec<String>,
        watch: &Watch,
    ) -> Result<Vec<CriterionSeen>> {
        let work = self.port.inspect(name, command, printed, watch);
        self.faults.around_async("inspector.inspect", work).await
    }

    async fn log_end(
        &self,
        name: &str,
        command: &LauncherCommand,
        asked: &LogAsked,
        watch: &Watch,
    ) -> Result<LogEnd> {
        let work = self.port.log_end(name, command, asked, watch);
        self.faults.around_async("inspector.log_end", work).await
    }

    async fn redact(
        &self,
        name: &str,
        command: &LauncherCommand,
        texts: Vec<String>,
        watch: &Watch,
    ) -> Result<Vec<String>> {
        let work = self.port.redact(name, command, texts, watch);
        self.faults.around_async("inspector.redact", work).await
    }
}
