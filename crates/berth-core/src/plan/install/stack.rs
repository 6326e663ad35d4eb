//! Variants that run in several containers.

use super::container::pin;
use super::{Planning, Prepared};
use crate::catalog::{Network, ServiceSpec, StackSpec};
use crate::error::{Error, Result};
use crate::server::{Launch, SecretUse};
use crate::stack::{Service, Stack, project_name};

use crate::plan::Step;

impl Planning<'_> {
    pub(super) fn stack(&self, spec: &StackSpec) -> Result<Prepared> {
        let mut data = Vec::new();
        // The server's own image first: what Berth builds is that one.
        let mut steps = vec![self.image_step(&spec.server)?];
        let mut pins = vec![pin(&spec.server, &spec.server.image)];
        let (mut launch, mut env, headers) = self.launched(&spec.server, None, &mut data)?;
        let mut services = Vec::new();
        let mut templates = Vec::new();
        for service in in_order(&spec.services)? {
            let step = self.image_step(&service.run)?;
            if !steps.contains(&step) {
                steps.push(step);
            }
            pins.push(pin(&service.run, &service.run.image));
            let (launch, env, _) = self.launched(&service.run, Some(&service.name), &mut data)?;
            templates.push((service.name.clone(), env));
            services.push(Service {
                name: service.name.clone(),
                after: service.after.clone(),
                health: service.health.clone(),
                launch,
            });
        }
        if spec.long_lived {
            let http = launch.http.as_mut();
            let http = http.ok_or_else(|| Error::internal("a stack's server has no address"))?;
            http.kept = self.around.port;
            templates.push((Stack::SERVER.to_owned(), std::mem::take(&mut env)));
            services.push(Service {
                name: Stack::SERVER.to_owned(),
                after: services.iter().map(|other| other.name.clone()).collect(),
                health: spec.health.clone(),
                launch: launch.clone(),
            });
        }
        let project = project_name(&self.around.home, &self.name);
        let internal = spec.server.network == Network::None;
        launch.stack = Some(Stack {
            network: if internal {
                format!("{project}-inside")
            } else {
                project.clone()
            },
            project,
            internal,
            services,
        });
        Ok(Prepared {
            steps,
            launch: Launch::Container(Box::new(launch)),
            pins,
            folder: None,
            data,
            env,
            headers,
            services: templates,
        })
    }

    /// The step that brings the services up, where there are any.
    pub(super) fn service_steps(&self, launch: &Launch, secrets: &[SecretUse]) -> Option<Step> {
        let stack = launch.stack()?;
        let running =
            |old: &&crate::server::Installation| old.launch.stack().is_some() && !old.stopped;
        let restarts = self.around.old.as_ref().filter(running);
        let before = self.around.old.as_ref().and_then(|old| old.launch.stack());
        Some(Step::StartServices {
            name: self.name.clone(),
            generation: self.around.generation.clone(),
            stack: Box::new(stack.clone()),
            secrets: secrets
                .iter()
                .filter(|secret| secret.service.is_some())
                .cloned()
                .collect(),
            command: self.around.start.clone(),
            restarts: restarts.map(|old| old.generation.clone()),
            joins: before.is_some_and(|before| before.network == stack.network),
        })
    }
}

/// The services, each behind those that it comes after, otherwise in the entry's order.
fn in_order(services: &[ServiceSpec]) -> Result<Vec<&ServiceSpec>> {
    let mut ordered: Vec<&ServiceSpec> = Vec::new();
    let mut waiting: Vec<&ServiceSpec> = services.iter().collect();
    while !waiting.is_empty() {
        let is_there = |name: &String| ordered.iter().any(|service| service.name == *name);
        let Some(next) = waiting
            .iter()
            .position(|service| service.after.iter().all(is_there))
        else {
            return Err(Error::internal("services of a stack wait for each other"));
        };
        ordered.push(waiting.remove(next));
    }
    Ok(ordered)
}
