//! What is started in containers, with everything it will be able to touch.

use super::super::command::CommandLine;
use super::{PreviewLine, flag, run, text};
use crate::catalog::{Access, Network};
use crate::secret::DOTS;
use crate::server::{ContainerLaunch, Hardening, HttpLaunch, Mount, SecretUse};
use crate::stack::Stack;

/// What is started for a session. Nothing where the server runs all the time: it is only reached.
pub(super) fn container(launch: &ContainerLaunch) -> Vec<PreviewLine> {
    if let Some((http, port)) = launch
        .http
        .as_ref()
        .and_then(|http| Some((http, http.kept?)))
    {
        return reached(http, &http.address(port));
    }
    let speaks = match &launch.http {
        // A free port of this computer's; none of its network.
        Some(http) => format!("--publish=127.0.0.1::{}", http.port),
        None => "-i".to_owned(),
    };
    let mut lines = vec![docker_run(&["--rm", &speaks], launch)];
    lines.extend(confined(launch));
    if let Some(http) = &launch.http {
        lines.extend(reached(http, &format!("http://127.0.0.1:…{}", http.path)));
    }
    lines.push(PreviewLine::Network {
        text: match (&launch.stack, launch.hardening.network) {
            (Some(stack), _) => network(stack),
            (None, Network::None) => "none".to_owned(),
            (None, Network::Bridge) => "bridge".to_owned(),
        },
    });
    lines
}

/// Where a server is reached, and what it is sent with every request.
fn reached(http: &HttpLaunch, address: &str) -> Vec<PreviewLine> {
    let mut lines = vec![PreviewLine::Network {
        text: address.to_owned(),
    }];
    let headers = http.headers.iter();
    lines.extend(headers.map(|(name, value)| text(format!("{name}: {value}"))));
    lines
}

fn docker_run(options: &[&str], launch: &ContainerLaunch) -> PreviewLine {
    let mut args = vec!["run".to_owned()];
    args.extend(options.iter().map(|&option| option.to_owned()));
    args.push(launch.image.clone());
    args.extend(launch.args.iter().cloned());
    run(&CommandLine {
        program: "docker".to_owned(),
        args,
    })
}

/// A stack's network, and whether it leads anywhere.
fn network(stack: &Stack) -> String {
    if stack.internal {
        format!("{} (leads nowhere else)", stack.network)
    } else {
        stack.network.clone()
    }
}

/// What each service is started as, and what tells that it is well.
pub(super) fn services(stack: &Stack, secrets: &[SecretUse]) -> Vec<PreviewLine> {
    let mut lines = vec![PreviewLine::Network {
        text: network(stack),
    }];
    for service in &stack.services {
        let restart = format!("--restart={}", Stack::RESTART);
        let name = format!("--network-alias={}", service.name);
        let mut options = vec!["-d", &name, &restart];
        let http = service.launch.http.as_ref();
        let published = http.and_then(|http| {
            let port = http.kept?;
            Some(format!("--publish=127.0.0.1:{port}:{}", http.port))
        });
        options.extend(published.as_deref());
        lines.push(docker_run(&options, &service.launch));
        lines.extend(confined(&service.launch));
        let own = |secret: &&SecretUse| secret.service.as_ref() == Some(&service.name);
        for secret in secrets.iter().filter(own) {
            lines.push(flag(format!("-e {}={DOTS}", secret.env)));
        }
        if let Some(health) = &service.health {
            lines.push(flag(format!("--health-cmd {}", health.command.join(" "))));
        }
    }
    lines
}

/// What a container sees and how it is confined.
fn confined(launch: &ContainerLaunch) -> Vec<PreviewLine> {
    let mut lines = Vec::new();
    if !launch.entrypoint.is_empty() {
        lines.push(flag(format!(
            "--entrypoint {}",
            launch.entrypoint.join(" ")
        )));
    }
    lines.extend(hardening_flags(&launch.hardening).into_iter().map(flag));
    for (name, value) in &launch.env {
        lines.push(flag(format!("-e {name}={value}")));
    }
    for mount in &launch.mounts {
        lines.push(match mount {
            Mount::Bind {
                source,
                target,
                access,
            } => PreviewLine::Mount {
                source: source.clone(),
                target: target.clone(),
                read_only: *access == Access::ReadOnly,
            },
            Mount::Volume {
                name: source,
                target,
            }
            | Mount::EngineSocket { source, target } => PreviewLine::Mount {
                source: source.clone(),
                target: target.clone(),
                read_only: false,
            },
        });
    }
    lines
}

/// The flags that `docker run` would be given for this confinement.
#[must_use]
pub fn hardening_flags(hardening: &Hardening) -> Vec<String> {
    let mut flags = Vec::new();
    let mut add = |on: bool, text: String| {
        if on {
            flags.push(text);
        }
    };
    add(hardening.read_only_root, "--read-only".to_owned());
    add(true, format!("--tmpfs /tmp:{}", hardening.tmpfs_tmp));
    for folder in &hardening.scratch {
        add(true, format!("--tmpfs {folder}:{}", hardening.tmpfs_tmp));
    }
    add(
        hardening.no_new_privileges,
        "--security-opt no-new-privileges".to_owned(),
    );
    add(hardening.drop_all_capabilities, "--cap-drop ALL".to_owned());
    add(hardening.init, "--init".to_owned());
    add(true, format!("--pids-limit {}", hardening.pids));
    add(true, format!("--memory {}m", hardening.memory_mib));
    add(true, format!("--cpus {}", hardening.cpus));
    if let Some(user) = &hardening.user {
        add(true, format!("--user {user}"));
    }
    for group in &hardening.groups {
        add(true, format!("--group-add {group}"));
    }
    flags
}
