use std::collections::BTreeSet;

use super::super::{Entry, ServiceSpec, StackSpec, Variant};
use super::unique;
use super::uses::{Place, Uses};
use super::variants::{built_from, confinement};
use crate::stack::Stack;

pub(super) fn check(entry: &Entry, variant: &Variant, spec: &StackSpec, found: &mut Vec<String>) {
    let mut uses = Uses::of(entry, variant, Place::Container);
    confinement(&spec.server, found);
    uses.container(&spec.server, found);
    if spec.server.build.is_some() {
        built_from(entry, variant, &spec.server, found);
    }
    unique(
        "services",
        spec.services.iter().map(|service| service.name.clone()),
        found,
    );
    long_lived(spec, found);
    for service in &spec.services {
        let mut problems = Vec::new();
        one(spec, service, &mut problems);
        uses.container(&service.run, &mut problems);
        found.extend(
            problems
                .into_iter()
                .map(|problem| format!("service `{}`: {problem}", service.name)),
        );
    }
    waits(&spec.services, found);
    uses.all_used(found);
}

fn one(spec: &StackSpec, service: &ServiceSpec, found: &mut Vec<String>) {
    confinement(&service.run, found);
    if service.run.build.is_some() {
        found.push("has `build`; only the server of a stack is built".to_owned());
    }
    // All of them are on one network.
    if service.run.network != spec.server.network {
        found.push("has another `network` than the server; a stack has one".to_owned());
    }
    if service.run.http.is_some() {
        found.push("has `http`; only the server of a stack is reached".to_owned());
    }
    if service.name == "localhost" {
        found.push("`localhost` is the container itself".to_owned());
    }
}

/// A server that runs all the time is one of the services, and has an address.
fn long_lived(spec: &StackSpec, found: &mut Vec<String>) {
    if !spec.long_lived {
        if spec.health.is_some() {
            found.push("`health` is for a server that runs all the time (`long_lived`)".to_owned());
        }
        return;
    }
    if spec.server.http.is_none() {
        found.push("a `long_lived` server needs `http`: all clients share it".to_owned());
    }
    if spec.services.iter().any(|one| one.name == Stack::SERVER) {
        found.push(format!(
            "`{}` is the name of the `long_lived` server itself",
            Stack::SERVER
        ));
    }
}

/// That each can start at some time.
fn waits(services: &[ServiceSpec], found: &mut Vec<String>) {
    for service in services {
        for name in &service.after {
            if !services.iter().any(|other| other.name == *name) {
                found.push(format!(
                    "service `{}`: comes after `{name}`, which is no service",
                    service.name
                ));
                return;
            }
        }
    }
    let mut started: BTreeSet<&str> = BTreeSet::new();
    while started.len() < services.len() {
        let next = services.iter().find(|service| {
            !started.contains(service.name.as_str())
                && service
                    .after
                    .iter()
                    .all(|name| started.contains(name.as_str()))
        });
        let Some(next) = next else {
            found.push("its services wait for each other".to_owned());
            return;
        };
        if !started.insert(&next.name) {
            return;
        }
    }
}
