//! Compose files (the Compose Specification): a service that is confined as Berth confines it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Export, Note, env};
use crate::catalog::{Access, Network, Run};
use crate::error::{Error, Result};
use crate::input::InputValue;
use crate::server::{ContainerLaunch, Mount};

#[derive(Serialize)]
struct File<'a> {
    services: BTreeMap<&'a str, Service>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    volumes: BTreeMap<String, Empty>,
}

/// `{}`.
#[derive(Serialize)]
struct Empty {}

#[derive(Default, Serialize)]
struct Service {
    image: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<Build>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entrypoint: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    command: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    environment: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<Volume>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ports: Vec<String>,
    stdin_open: bool,
    tty: bool,
    init: bool,
    read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tmpfs: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security_opt: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cap_drop: Vec<String>,
    pids_limit: u32,
    mem_limit: String,
    memswap_limit: String,
    cpus: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_mode: Option<String>,
    healthcheck: Healthcheck,
}

#[derive(Default, Serialize)]
struct Healthcheck {
    disable: bool,
}

#[derive(Serialize)]
pub(super) struct Build {
    context: String,
    dockerfile: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    args: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Volume {
    #[serde(rename = "type")]
    kind: &'static str,
    source: String,
    target: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
}

/// `compose.yaml`.
pub(super) fn compose(
    export: &Export<'_>,
    launch: &ContainerLaunch,
) -> Result<(String, Vec<Note>)> {
    let name = &export.installation.name;
    let head = match &launch.http {
        Some(http) => format!(
            "# {name}, as Berth confines it. After `docker compose up` it is at\n\
             #   http://127.0.0.1:{}{}\n",
            http.port, http.path
        ),
        // A session needs its input and output, and no terminal between.
        None => format!(
            "# {name}, as Berth confines it. A client starts it with:\n\
             #   docker compose run --rm --no-TTY {name}\n"
        ),
    };
    file(export, launch, &head)
}

/// `gordon-mcp.yml`, which takes the same services.
pub(super) fn gordon(export: &Export<'_>, launch: &ContainerLaunch) -> Result<(String, Vec<Note>)> {
    let name = &export.installation.name;
    let head = format!(
        "# {name}, as Berth confines it. Put this file into the folder that you start\n\
         # `docker ai` in.\n"
    );
    file(export, launch, &head)
}

fn file(export: &Export<'_>, launch: &ContainerLaunch, head: &str) -> Result<(String, Vec<Note>)> {
    let mut notes = Vec::new();
    let names = env::variables(export.installation);
    if !names.is_empty() {
        let names = names.values().cloned().collect();
        notes.push(Note::SecretsAsVariables { names });
    }
    let mut volumes = BTreeMap::new();
    let mut mounts = Vec::new();
    for mount in &launch.mounts {
        mounts.push(match mount {
            Mount::Bind {
                source,
                target,
                access,
            } => Volume {
                kind: "bind",
                source: literal(source),
                target: literal(target),
                read_only: *access == Access::ReadOnly,
            },
            Mount::Volume { target, .. } => {
                let name = format!("data-{}", volumes.len() + 1);
                volumes.insert(name.clone(), Empty {});
                Volume {
                    kind: "volume",
                    source: name,
                    target: literal(target),
                    read_only: false,
                }
            }
        });
    }
    let build = build(export)?;
    if mounts.iter().any(|mount| mount.kind == "bind") || build.is_some() {
        notes.push(Note::PersonalPaths);
    }
    if let Some((folder, _)) = &build {
        notes.push(Note::BuiltHere {
            folder: folder.clone(),
        });
    }
    if !volumes.is_empty() {
        notes.push(Note::WithoutData);
    }
    let mut environment: BTreeMap<String, String> = launch
        .env
        .iter()
        .map(|(name, value)| (name.clone(), literal(value)))
        .collect();
    for secret in &export.installation.secrets {
        environment.insert(secret.env.clone(), env::filled(secret, &names)?);
    }
    let hardening = &launch.hardening;
    let strict = |on: bool, text: &str| {
        if on {
            vec![text.to_owned()]
        } else {
            Vec::new()
        }
    };
    let service = Service {
        image: image(export, launch),
        build: build.map(|(_, build)| build),
        entrypoint: launch.entrypoint.iter().map(|it| literal(it)).collect(),
        command: launch.args.iter().map(|it| literal(it)).collect(),
        user: hardening.user.clone(),
        environment,
        volumes: mounts,
        ports: launch
            .http
            .iter()
            .map(|http| format!("127.0.0.1:{0}:{0}", http.port))
            .collect(),
        stdin_open: launch.http.is_none(),
        tty: false,
        init: hardening.init,
        read_only: hardening.read_only_root,
        tmpfs: match hardening.tmpfs_tmp.as_str() {
            "" => Vec::new(),
            options => std::iter::once("/tmp")
                .chain(hardening.scratch.iter().map(String::as_str))
                .map(|folder| format!("{folder}:{options}"))
                .collect(),
        },
        security_opt: strict(hardening.no_new_privileges, "no-new-privileges:true"),
        cap_drop: strict(hardening.drop_all_capabilities, "ALL"),
        pids_limit: hardening.pids,
        mem_limit: format!("{}m", hardening.memory_mib),
        memswap_limit: format!("{}m", hardening.memory_mib),
        cpus: hardening.cpus,
        network_mode: (hardening.network == Network::None).then(|| "none".to_owned()),
        healthcheck: Healthcheck { disable: true },
    };
    let services = [(export.installation.name.as_str(), service)].into();
    let text = serde_saphyr::to_string(&File { services, volumes })
        .map_err(|error| Error::internal("an export has no YAML form").caused_by(&error))?;
    Ok((format!("{head}{text}"), notes))
}

/// The image with the digest that was pinned; one that was built has none.
pub(super) fn image(export: &Export<'_>, launch: &ContainerLaunch) -> String {
    let digest = export
        .installation
        .pins
        .iter()
        .find_map(|pin| pin.digest.as_ref());
    match digest {
        Some(digest) => format!("{}@{digest}", launch.image),
        None => launch.image.clone(),
    }
}

/// How it is built, with the folder, where it is and the catalog still says so.
pub(super) fn build(export: &Export<'_>) -> Result<Option<(String, Build)>> {
    let installation = export.installation;
    let variant = export
        .entry
        .and_then(|entry| entry.variant(&installation.variant));
    let Some(Run::Build(spec) | Run::Dev(spec)) = variant.map(|variant| &variant.run) else {
        return Ok(None);
    };
    let Some(build) = &spec.build else {
        return Ok(None);
    };
    let Some(InputValue::Paths(grants)) = installation.inputs.get(&build.source) else {
        return Err(Error::internal("a built server has no source folder"));
    };
    let Some(grant) = grants.first() else {
        return Err(Error::internal("a built server has no source folder"));
    };
    let literals = build
        .args
        .iter()
        .map(|(name, value)| (name.clone(), literal(value)));
    Ok(Some((
        grant.path.clone(),
        Build {
            context: literal(&grant.path),
            dockerfile: build.dockerfile.clone(),
            target: build.target.clone(),
            args: literals.collect(),
        },
    )))
}

/// A text that compose leaves as it is: a `$` would begin one of its variables.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}
