//! The services of stacks: containers that run all the time, on a network of their own.

use std::collections::HashMap;

use async_trait::async_trait;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::{
    ServiceContainer, ServiceEngine, ServiceLabels, ServiceRequest, ServiceState, SessionLabels,
};
use berth_core::stack::Stack;
use bollard::container::LogOutput;
use bollard::models::{
    ContainerCreateBody, ContainerInspectResponse, ContainerStateStatusEnum, HealthStatusEnum,
    NetworkCreateRequest,
};
use bollard::query_parameters::{
    CreateContainerOptions, InspectContainerOptions, ListContainersOptions, LogsOptions,
    StartContainerOptions, StopContainerOptions,
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::transport::status;
use super::{DockerEngine, check_name};
use crate::launcher::container::{Owner, common, host_config, merge, publish};

/// Seconds that a service has to end by itself: a database writes down what it has.
const STOP_SECONDS: i32 = 10;

/// Containers that say that they belong to a project, as Compose's do, so that its tools and Docker
/// Desktop show them together.
mod compose {
    pub const PROJECT: &str = "com.docker.compose.project";
    pub const SERVICE: &str = "com.docker.compose.service";
    pub const NUMBER: &str = "com.docker.compose.container-number";
    pub const ONEOFF: &str = "com.docker.compose.oneoff";
    pub const HASH: &str = "com.docker.compose.config-hash";
    pub const FOLDER: &str = "com.docker.compose.project.working_dir";
    pub const FILES: &str = "com.docker.compose.project.config_files";
    pub const NETWORK: &str = "com.docker.compose.network";
}

/// What the engine is asked for.
fn body(request: &ServiceRequest<'_>) -> Value {
    let ServiceRequest {
        stack,
        service,
        labels,
        secrets,
    } = request;
    let owner = Owner {
        installation: &labels.installation,
        home: &labels.home,
    };
    let mut body = common(&service.launch, secrets);
    // Without the secrets: a label can be read by everybody who may list containers.
    let plain = common(&service.launch, &[]).to_string();
    let hash: String = Sha256::digest(plain.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut all = labels.to_map();
    let project = [
        (compose::PROJECT, stack.project.as_str()),
        (compose::SERVICE, service.name.as_str()),
        (compose::NUMBER, "1"),
        (compose::ONEOFF, "False"),
        (compose::HASH, &hash),
        (compose::FOLDER, &labels.home),
        (compose::FILES, ""),
    ];
    all.extend(project.map(|(key, value)| (key.to_owned(), value.to_owned())));
    let check = match &service.health {
        None => json!({ "Test": ["NONE"] }),
        Some(health) => {
            let nanos = |seconds: u32| u64::from(seconds) * 1_000_000_000;
            let mut test = vec!["CMD".to_owned()];
            test.extend(health.command.iter().cloned());
            json!({
                "Test": test,
                "Interval": nanos(health.interval_seconds),
                "Timeout": nanos(health.timeout_seconds),
                "Retries": health.retries,
                "StartPeriod": nanos(health.start_seconds),
            })
        }
    };
    let endpoints = json!({ &stack.network: { "Aliases": [service.name] } });
    merge(
        &mut body,
        json!({
            "Labels": all,
            "Healthcheck": check,
            "HostConfig": {
                "RestartPolicy": { "Name": Stack::RESTART },
                "LogConfig": {
                    "Type": "json-file",
                    "Config": { "max-size": "5m", "max-file": "2" },
                },
            },
            "NetworkingConfig": { "EndpointsConfig": endpoints },
        }),
    );
    merge(
        &mut body["HostConfig"],
        host_config(&service.launch, &stack.network, &owner),
    );
    if let Some(http) = &service.launch.http {
        publish(&mut body, http);
    }
    body
}

/// The container's name, for people who look at the engine's list.
fn name(request: &ServiceRequest<'_>) -> String {
    let generation = request.labels.generation.to_ascii_lowercase();
    let from = generation.len().saturating_sub(6);
    format!(
        "{}-{}-{}",
        request.stack.project,
        request.service.name,
        generation.get(from..).unwrap_or_default()
    )
}

fn state(container: &ContainerInspectResponse) -> ServiceState {
    let Some(state) = &container.state else {
        return ServiceState::Stopped;
    };
    let health = state.health.as_ref().and_then(|health| health.status);
    match (state.status, health) {
        (Some(ContainerStateStatusEnum::RUNNING), Some(HealthStatusEnum::STARTING)) => {
            ServiceState::Starting
        }
        (Some(ContainerStateStatusEnum::RUNNING), Some(HealthStatusEnum::UNHEALTHY))
        | (Some(ContainerStateStatusEnum::RESTARTING), _) => ServiceState::Unwell,
        (Some(ContainerStateStatusEnum::RUNNING), _) => ServiceState::Well,
        _ => ServiceState::Stopped,
    }
}

/// The port of this computer that a container which could not be started was to have, where
/// something else has it: the engine says so in words only.
fn taken(container: &ContainerInspectResponse) -> Option<u16> {
    let bindings = container.host_config.as_ref()?.port_bindings.as_ref()?;
    let mut ports = bindings
        .values()
        .flatten()
        .flatten()
        .filter_map(|binding| binding.host_port.as_ref()?.parse().ok());
    ports.find(|port| std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, *port)).is_err())
}

impl DockerEngine {
    async fn look(&self, id: &str) -> Result<Option<ContainerInspectResponse>> {
        const OPERATION: &str = "look at a service";
        check_name(OPERATION, id)?;
        let at = self.engine().await?;
        let looked = at
            .docker
            .inspect_container(id, None::<InspectContainerOptions>)
            .await;
        match looked {
            Ok(container) => Ok(Some(container)),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }
}

#[async_trait]
impl ServiceEngine for DockerEngine {
    async fn services(&self, name: Option<&str>) -> Result<Vec<ServiceContainer>> {
        let at = self.engine().await?;
        let mut labels = vec![ServiceLabels::SERVICE.to_owned()];
        labels.extend(name.map(|name| format!("{}={name}", SessionLabels::INSTALLATION)));
        let options = ListContainersOptions {
            all: true,
            filters: Some(HashMap::from([("label".to_owned(), labels)])),
            ..ListContainersOptions::default()
        };
        let listed = at
            .docker
            .list_containers(Some(options))
            .await
            .map_err(|error| self.failed(&at, "list its containers", error))?;
        let mut services = Vec::new();
        for summary in listed {
            let own = summary.labels.unwrap_or_default();
            let labels = ServiceLabels::from_lookup(|key| own.get(key).map(String::as_str));
            let (Some(id), Some(labels)) = (summary.id, labels) else {
                continue;
            };
            // The list does not say whether it is well; one that has gone since is no service.
            if let Some(container) = self.look(&id).await? {
                services.push(ServiceContainer {
                    state: state(&container),
                    id,
                    labels,
                });
            }
        }
        services.sort_by(|a, b| a.labels.service.cmp(&b.labels.service));
        Ok(services)
    }

    async fn make_network(&self, stack: &Stack, installation: &str, home: &str) -> Result<()> {
        const OPERATION: &str = "make a network";
        check_name(OPERATION, &stack.network)?;
        let at = self.engine().await?;
        match at.docker.inspect_network(&stack.network, None).await {
            Ok(_) => return Ok(()),
            Err(error) if status(&error) == Some(404) => {}
            Err(error) => return Err(self.failed(&at, OPERATION, error)),
        }
        let labels = [
            (SessionLabels::INSTALLATION, installation),
            (SessionLabels::HOME, home),
            (compose::PROJECT, &stack.project),
            (compose::NETWORK, "default"),
        ];
        let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let request = NetworkCreateRequest {
            name: stack.network.clone(),
            driver: Some("bridge".to_owned()),
            internal: Some(stack.internal),
            labels: Some(HashMap::from(labels)),
            ..NetworkCreateRequest::default()
        };
        match at.docker.create_network(request).await {
            Ok(_) => Ok(()),
            // Somebody else was quicker: two clients that find a stack down.
            Err(error) if status(&error) == Some(409) => Ok(()),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    async fn remove_network(&self, name: &str) -> Result<()> {
        const OPERATION: &str = "remove a network";
        check_name(OPERATION, name)?;
        let at = self.engine().await?;
        match at.docker.remove_network(name).await {
            Ok(()) => Ok(()),
            // Not there, or something is on it.
            Err(error) if matches!(status(&error), Some(403 | 404 | 409)) => Ok(()),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    async fn make_service(&self, request: &ServiceRequest<'_>) -> Result<String> {
        const OPERATION: &str = "make a service";
        let at = self.engine().await?;
        let body: ContainerCreateBody = serde_json::from_value(body(request)).map_err(|_| {
            // Not its text: that could repeat what could not be read.
            Error::internal("a service has no body")
        })?;
        let options = CreateContainerOptions {
            name: Some(name(request)),
            ..CreateContainerOptions::default()
        };
        match at.docker.create_container(Some(options), body).await {
            Ok(made) => Ok(made.id),
            Err(error) if status(&error) == Some(404) => Err(Error::new(ErrorCode::ImageMissing {
                reference: request.service.launch.image.clone(),
            })),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    async fn start_service(&self, id: &str) -> Result<()> {
        const OPERATION: &str = "start a service";
        check_name(OPERATION, id)?;
        let at = self.engine().await?;
        let started = at
            .docker
            .start_container(id, None::<StartContainerOptions>)
            .await;
        match started {
            Ok(()) => Ok(()),
            Err(error) if status(&error) == Some(304) => Ok(()),
            Err(error) => {
                let failed = self.failed(&at, OPERATION, error);
                let container = self.look(id).await?;
                Err(match container.and_then(|container| taken(&container)) {
                    Some(port) => Error::new(ErrorCode::PortTaken { port }).caused_by(&failed),
                    None => failed,
                })
            }
        }
    }

    async fn stop_service(&self, id: &str) -> Result<()> {
        const OPERATION: &str = "stop a service";
        check_name(OPERATION, id)?;
        let at = self.engine().await?;
        let options = StopContainerOptions {
            t: Some(STOP_SECONDS),
            ..StopContainerOptions::default()
        };
        match at.docker.stop_container(id, Some(options)).await {
            Ok(()) => Ok(()),
            Err(error) if matches!(status(&error), Some(304 | 404)) => Ok(()),
            Err(error) => Err(self.failed(&at, OPERATION, error)),
        }
    }

    async fn service_state(&self, id: &str) -> Result<ServiceState> {
        let container = self.look(id).await?;
        Ok(container.as_ref().map_or(ServiceState::Stopped, state))
    }

    async fn service_log(
        &self,
        id: &str,
        lines: u32,
        follow: bool,
        told: &mut (dyn FnMut(String) + Send),
    ) -> Result<()> {
        const OPERATION: &str = "read a service's log";
        check_name(OPERATION, id)?;
        let at = self.engine().await?;
        let options = LogsOptions {
            stdout: true,
            stderr: true,
            follow,
            tail: lines.to_string(),
            ..LogsOptions::default()
        };
        let mut text = Vec::new();
        let mut stream = at.docker.logs(id, Some(options));
        while let Some(part) = stream.next().await {
            match part {
                Ok(LogOutput::StdOut { message } | LogOutput::StdErr { message }) => {
                    text.extend_from_slice(&message);
                }
                Ok(_) => {}
                Err(error) if status(&error) == Some(404) => return Ok(()),
                Err(error) => return Err(self.failed(&at, OPERATION, error)),
            }
            while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = text.drain(..=end).collect();
                told(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
        }
        if !text.is_empty() {
            told(String::from_utf8_lossy(&text).into_owned());
        }
        Ok(())
    }
}
