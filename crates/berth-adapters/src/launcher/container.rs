//! The container of a session, as the Engine API is asked for it.

use std::path::Path;

use berth_core::catalog::{Access, Network};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::port::SessionLabels;
use berth_core::server::{ContainerLaunch, Hardening, HttpLaunch, Mount};
use serde_json::{Map, Value, json};

use super::secrets::SecretVariable;

/// The container's name, for people who look at the engine's list: it tells whose it is.
pub(super) fn name(labels: &SessionLabels) -> String {
    format!(
        "berth-{}-{}",
        labels.installation,
        labels.session.to_ascii_lowercase()
    )
}

/// Checks that what is to be visible inside is there. The engine would refuse as well, but with a
/// text only.
pub(super) fn check_mounts(launch: &ContainerLaunch) -> Result<()> {
    for mount in &launch.mounts {
        if let Mount::Bind { source, .. } = mount
            && !Path::new(source).exists()
        {
            return Err(Error::new(ErrorCode::PathMissing {
                path: source.clone(),
            }));
        }
    }
    Ok(())
}

/// The body of `POST /containers/create`: exactly the launch's hardening, no terminal, standard
/// streams attached, and gone when it ends.
pub(super) fn body(
    launch: &ContainerLaunch,
    secrets: &[SecretVariable],
    labels: &SessionLabels,
) -> Value {
    let mut body = common(launch, secrets);
    let own = json!({
        "Labels": labels.to_map(),
        "OpenStdin": launch.http.is_none(),
        // The engine ends the container's input when this launcher is gone, in whatever way.
        "StdinOnce": launch.http.is_none(),
        "AttachStdin": launch.http.is_none(),
        "AttachStdout": true,
        "AttachStderr": true,
        // Whether a session is well, its client sees. The image's own check would run beside it,
        // and may be broken, or for a server that listens.
        "Healthcheck": { "Test": ["NONE"] },
        "HostConfig": {
            "AutoRemove": true,
            // The protocol goes through the output: the engine would keep all of it on its disk,
            // with whatever private things a tool answers.
            "LogConfig": { "Type": "none" },
        },
    });
    let owner = Owner {
        installation: &labels.installation,
        home: &labels.home,
    };
    let network = match (&launch.stack, launch.hardening.network) {
        (Some(stack), _) => stack.network.as_str(),
        (None, Network::None) => "none",
        (None, Network::Bridge) => "bridge",
    };
    merge(&mut body, own);
    merge(
        &mut body["HostConfig"],
        host_config(launch, network, &owner),
    );
    if let Some(http) = &launch.http {
        publish(&mut body, http);
    }
    body
}

/// Has the engine lead a port of this computer to a server: the one that is kept for it, or one that
/// is free.
pub(crate) fn publish(body: &mut Value, http: &HttpLaunch) {
    let port = inside(http);
    let outside = http.kept.map(|port| port.to_string()).unwrap_or_default();
    body["ExposedPorts"] = json!({ &port: {} });
    // Never anything but this computer's own address.
    body["HostConfig"]["PortBindings"] =
        json!({ &port: [{ "HostIp": HERE, "HostPort": outside }] });
}

/// Whose a container is, for its volumes.
pub(crate) struct Owner<'a> {
    /// The installation's name.
    pub installation: &'a str,
    /// Berth's home.
    pub home: &'a str,
}

/// Puts the fields of one object into another.
pub(crate) fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}

/// What every container of an installation has: its image, environment and command.
pub(crate) fn common(launch: &ContainerLaunch, secrets: &[SecretVariable]) -> Value {
    let env: Vec<String> = launch
        .env
        .iter()
        .map(|(name, value)| (name, value.as_str()))
        .filter(|(name, _)| !secrets.iter().any(|(secret, _)| secret == *name))
        .chain(secrets.iter().map(|(name, value)| (name, value.expose())))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut body = json!({
        // The identifier, not the name: what was agreed to, whatever the name points to by now.
        "Image": launch.image_id,
        "Env": env,
        "Tty": false,
    });
    if !launch.entrypoint.is_empty() {
        body["Entrypoint"] = json!(launch.entrypoint);
    }
    if !launch.args.is_empty() {
        body["Cmd"] = json!(launch.args);
    }
    if let Some(user) = &launch.hardening.user {
        body["User"] = json!(user);
    }
    body
}

/// Where a container's port is published.
pub(super) const HERE: &str = "127.0.0.1";

/// The port of a server inside its container, as the engine writes it.
fn inside(http: &HttpLaunch) -> String {
    format!("{}/tcp", http.port)
}

/// The port of this computer that leads to it, out of what the engine says of the container.
pub(super) fn published(inspected: &Value, http: &HttpLaunch) -> Option<u16> {
    let bound = &inspected["NetworkSettings"]["Ports"][inside(http)];
    bound
        .as_array()?
        .iter()
        .filter(|binding| binding["HostIp"] == HERE)
        .find_map(|binding| binding["HostPort"].as_str()?.parse().ok())
}

/// Exactly the launch's hardening, its mounts and its network.
pub(crate) fn host_config(launch: &ContainerLaunch, network: &str, owner: &Owner<'_>) -> Value {
    let Hardening {
        read_only_root,
        tmpfs_tmp,
        no_new_privileges,
        drop_all_capabilities,
        init,
        pids,
        memory_mib,
        cpus,
        network: _,
        user: _,
        scratch,
        groups,
    } = &launch.hardening;
    let memory = u64::from(*memory_mib) << 20;
    let mut tmpfs = Map::new();
    if !tmpfs_tmp.is_empty() {
        tmpfs.insert("/tmp".to_owned(), json!(tmpfs_tmp));
    }
    for folder in scratch {
        tmpfs.insert(folder.clone(), json!(tmpfs_tmp));
    }
    let security: &[&str] = if *no_new_privileges {
        &["no-new-privileges"]
    } else {
        &[]
    };
    let dropped: &[&str] = if *drop_all_capabilities {
        &["ALL"]
    } else {
        &[]
    };
    json!({
        "ReadonlyRootfs": read_only_root,
        "Tmpfs": tmpfs,
        "SecurityOpt": security,
        "CapDrop": dropped,
        "Init": init,
        "PidsLimit": pids,
        "Memory": memory,
        // Memory and swap together: the same number means no swap.
        "MemorySwap": memory,
        "NanoCpus": nano_cpus(*cpus),
        "NetworkMode": network,
        "GroupAdd": groups.iter().map(u32::to_string).collect::<Vec<_>>(),
        "Mounts": launch.mounts.iter().map(|each| mount(each, owner)).collect::<Vec<_>>(),
    })
}

#[allow(clippy::cast_possible_truncation)]
fn nano_cpus(cpus: f64) -> i64 {
    // A float turns into the nearest integer, and into 0 (no limit of its own) if it is none.
    (cpus.max(0.0) * 1e9).round() as i64
}

/// Objects, not the short form with colons: no path can be mistaken for an option, and a source
/// that is not there is an error instead of a new folder of root's.
fn mount(mount: &Mount, owner: &Owner<'_>) -> Value {
    match mount {
        Mount::Bind {
            source,
            target,
            access,
        } => json!({
            "Type": "bind",
            "Source": source,
            "Target": target,
            "ReadOnly": *access == Access::ReadOnly,
        }),
        Mount::EngineSocket { source, target } => json!({
            "Type": "bind",
            "Source": source,
            "Target": target,
            "ReadOnly": false,
        }),
        Mount::Volume { name, target } => json!({
            "Type": "volume",
            "Source": name,
            "Target": target,
            // Used only when this makes it. It outlives sessions and generations.
            "VolumeOptions": { "Labels": {
                SessionLabels::INSTALLATION: owner.installation,
                SessionLabels::HOME: owner.home,
            } },
        }),
    }
}

#[cfg(test)]
mod tests;
