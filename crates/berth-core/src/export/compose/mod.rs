//! Compose files (the Compose Specification): a service that is confined as Berth confines it.

mod file;

use std::collections::BTreeMap;

use file::{Condition, Empty, File, NetworkOptions, Service, Volume};

pub(super) use file::Build;

use super::{Export, Note, env};
use crate::catalog::{Access, Network, Run};
use crate::error::{Error, Result};
use crate::input::InputValue;
use crate::server::{ContainerLaunch, Installation, Mount, Pin, SecretUse};
use crate::stack::Stack;

/// `compose.yaml`.
pub(super) fn compose(
    export: &Export<'_>,
    launch: &ContainerLaunch,
) -> Result<(String, Vec<Note>)> {
    let name = &export.installation.name;
    let what = match &launch.stack {
        Some(_) => format!("{name} and what it needs"),
        None => name.clone(),
    };
    let mut head = format!("# {what}, as Berth confines it.");
    match &launch.http {
        Some(http) => {
            let port = http.kept.unwrap_or(http.port);
            let path = &http.path;
            head.push_str(&format!(
                " After `docker compose up` it is at\n#   http://127.0.0.1:{port}{path}\n"
            ));
            for secret in headers(export.installation) {
                let value = env::example(secret);
                head.push_str(&format!("#   with the header {}: {value}\n", secret.env));
            }
            if http.kept.is_some() {
                head.push_str(&format!(
                    "# Berth's own uses this port as well: `berth stop {name}` first.\n"
                ));
            }
        }
        // A session needs its input and output, and no terminal between.
        None => head.push_str(&format!(
            " A client starts it with:\n#   docker compose run --rm --no-TTY {}\n",
            server_name(export, launch)
        )),
    }
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

/// The service that clients talk to. Those beside it have names of their own, and none this one.
fn server_name<'a>(export: &Export<'a>, launch: &ContainerLaunch) -> &'a str {
    match launch.stack {
        Some(_) => Stack::SERVER,
        None => &export.installation.name,
    }
}

/// The secrets that clients send, rather than the server is given.
fn headers(installation: &Installation) -> impl Iterator<Item = &SecretUse> {
    let all = installation.secrets.iter();
    all.filter(|secret| !secret.target.is_variable())
}

/// What a file is made of while its services are written.
struct Writing<'a> {
    export: &'a Export<'a>,
    /// The variables that hold the secrets.
    names: BTreeMap<&'a str, String>,
    /// The engine's names of volumes, each with the file's.
    volumes: BTreeMap<&'a str, String>,
    /// Whether folders of this computer are named.
    personal: bool,
}

fn file<'a>(
    export: &'a Export<'a>,
    launch: &'a ContainerLaunch,
    head: &str,
) -> Result<(String, Vec<Note>)> {
    let build = build(export)?;
    let mut writing = Writing {
        export,
        names: env::variables(export.installation),
        volumes: BTreeMap::new(),
        personal: build.is_some(),
    };
    let mut services = BTreeMap::new();
    let mut networks = BTreeMap::new();
    let name = server_name(export, launch);
    let mut after = Vec::new();
    if let Some(stack) = &launch.stack {
        for service in &stack.services {
            let mut written = writing.service(&service.launch, Some(&service.name))?;
            written.restart = Some(Stack::RESTART);
            written.depends_on = depends(&service.after, stack);
            written.healthcheck = service.health.as_ref().into();
            services.insert(service.name.as_str(), written);
        }
        after = stack.services.iter().map(|it| it.name.clone()).collect();
        if stack.internal {
            networks.insert("default", NetworkOptions { internal: true });
        }
    }
    if !services.contains_key(name) {
        let mut written = writing.service(launch, None)?;
        if let Some(stack) = &launch.stack {
            written.depends_on = depends(&after, stack);
        }
        services.insert(name, written);
    }
    let mut notes = Vec::new();
    if !writing.names.is_empty() {
        let names = writing.names.into_values().collect();
        notes.push(Note::SecretsAsVariables { names });
    }
    if writing.personal {
        notes.push(Note::PersonalPaths);
    }
    if let Some((folder, build)) = build {
        notes.push(Note::BuiltHere { folder });
        if let Some(server) = services.get_mut(name) {
            server.build = Some(build);
        }
    }
    if !writing.volumes.is_empty() {
        notes.push(Note::WithoutData);
    }
    let volumes = writing.volumes.into_values();
    let file = File {
        services,
        volumes: volumes.map(|name| (name, Empty {})).collect(),
        networks,
    };
    let text = serde_saphyr::to_string(&file)
        .map_err(|error| Error::internal("an export has no YAML form").caused_by(&error))?;
    Ok((format!("{head}{text}"), notes))
}

/// What has to be well, or to run where nothing tells, before a service starts.
fn depends(after: &[String], stack: &Stack) -> BTreeMap<String, Condition> {
    let condition = |name: &str| match stack.service(name).map(|service| &service.health) {
        Some(Some(_)) => "service_healthy",
        _ => "service_started",
    };
    let named = |name: &String| {
        let condition = condition(name);
        (name.clone(), Condition { condition })
    };
    after.iter().map(named).collect()
}

impl<'a> Writing<'a> {
    fn service(&mut self, launch: &'a ContainerLaunch, service: Option<&str>) -> Result<Service> {
        let mut mounts = Vec::new();
        for mount in &launch.mounts {
            mounts.push(self.mount(mount));
        }
        let mut environment: BTreeMap<String, String> = launch
            .env
            .iter()
            .map(|(name, value)| (name.clone(), literal(value)))
            .collect();
        for secret in &self.export.installation.secrets {
            if secret.target.is_variable() && secret.service.as_deref() == service {
                environment.insert(secret.env.clone(), env::filled(secret, &self.names)?);
            }
        }
        let hardening = &launch.hardening;
        let strict = |on: bool, text: &str| {
            if on {
                vec![text.to_owned()]
            } else {
                Vec::new()
            }
        };
        let alone = launch.stack.is_none() && service.is_none();
        Ok(Service {
            image: image(self.export, launch),
            entrypoint: launch.entrypoint.iter().map(|it| literal(it)).collect(),
            command: launch.args.iter().map(|it| literal(it)).collect(),
            user: hardening.user.clone(),
            group_add: hardening.groups.iter().map(u32::to_string).collect(),
            environment,
            volumes: mounts,
            ports: launch
                .http
                .iter()
                .map(|http| format!("127.0.0.1:{}:{}", http.kept.unwrap_or(http.port), http.port))
                .collect(),
            stdin_open: launch.http.is_none() && service.is_none(),
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
            // Those of a stack reach each other, and nothing else.
            network_mode: (alone && hardening.network == Network::None).then(|| "none".to_owned()),
            ..Service::default()
        })
    }

    fn mount(&mut self, mount: &'a Mount) -> Volume {
        match mount {
            Mount::Bind {
                source,
                target,
                access,
            } => {
                self.personal = true;
                Volume {
                    kind: "bind",
                    source: literal(source),
                    target: literal(target),
                    read_only: *access == Access::ReadOnly,
                }
            }
            Mount::EngineSocket { source, target } => {
                self.personal = true;
                Volume {
                    kind: "bind",
                    source: literal(source),
                    target: literal(target),
                    read_only: false,
                }
            }
            Mount::Volume { name, target } => {
                let next = format!("data-{}", self.volumes.len() + 1);
                Volume {
                    kind: "volume",
                    source: self.volumes.entry(name).or_insert(next).clone(),
                    target: literal(target),
                    read_only: false,
                }
            }
        }
    }
}

/// The image with the digest that was pinned; one that was built has none.
pub(super) fn image(export: &Export<'_>, launch: &ContainerLaunch) -> String {
    let of_it = |pin: &&Pin| launch.image == format!("{}:{}", pin.what, pin.version);
    let pin = export.installation.pins.iter().find(of_it);
    match pin.and_then(|pin| pin.digest.as_ref()) {
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
    let spec = match variant.map(|variant| &variant.run) {
        Some(Run::Build(spec) | Run::Dev(spec)) => spec,
        Some(Run::Stack(stack)) => &stack.server,
        _ => return Ok(None),
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
