//! The parts of a compose file that Berth writes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::literal;
use crate::catalog::HealthCheck;

#[derive(Serialize)]
pub(super) struct File<'a> {
    pub(super) services: BTreeMap<&'a str, Service>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) volumes: BTreeMap<String, Empty>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) networks: BTreeMap<&'a str, NetworkOptions>,
}

#[derive(Serialize)]
pub(super) struct NetworkOptions {
    pub(super) internal: bool,
}

#[derive(Serialize)]
pub(super) struct Condition {
    pub(super) condition: &'static str,
}

/// `{}`.
#[derive(Serialize)]
pub(super) struct Empty {}

#[derive(Default, Serialize)]
pub(super) struct Service {
    pub(super) image: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) build: Option<Build>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) depends_on: BTreeMap<String, Condition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) restart: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) entrypoint: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) command: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) group_add: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) environment: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) volumes: Vec<Volume>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ports: Vec<String>,
    pub(super) stdin_open: bool,
    pub(super) tty: bool,
    pub(super) init: bool,
    pub(super) read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tmpfs: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) security_opt: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cap_drop: Vec<String>,
    pub(super) pids_limit: u32,
    pub(super) mem_limit: String,
    pub(super) memswap_limit: String,
    pub(super) cpus: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network_mode: Option<String>,
    pub(super) healthcheck: Healthcheck,
}

/// What tells that a service is well. The image's own check is never used.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Healthcheck {
    Off {
        disable: bool,
    },
    Command {
        test: Vec<String>,
        interval: String,
        timeout: String,
        retries: u32,
        start_period: String,
    },
}

impl Default for Healthcheck {
    fn default() -> Self {
        Self::Off { disable: true }
    }
}

impl From<Option<&HealthCheck>> for Healthcheck {
    fn from(check: Option<&HealthCheck>) -> Self {
        let Some(check) = check else {
            return Self::default();
        };
        let seconds = |count: u32| format!("{count}s");
        let command = check.command.iter().map(|it| literal(it));
        Self::Command {
            test: std::iter::once("CMD".to_owned()).chain(command).collect(),
            interval: seconds(check.interval_seconds),
            timeout: seconds(check.timeout_seconds),
            retries: check.retries,
            start_period: seconds(check.start_seconds),
        }
    }
}

#[derive(Serialize)]
pub(in crate::export) struct Build {
    pub(super) context: String,
    pub(super) dockerfile: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) args: BTreeMap<String, String>,
}

#[derive(Serialize)]
pub(super) struct Volume {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) source: String,
    pub(super) target: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) read_only: bool,
}
