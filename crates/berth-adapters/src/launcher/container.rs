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
        "Labels": labels.to_map(),
        "Tty": false,
        "OpenStdin": launch.http.is_none(),
        // The engine ends the container's input when this launcher is gone, in whatever way.
        "StdinOnce": launch.http.is_none(),
        "AttachStdin": launch.http.is_none(),
        "AttachStdout": true,
        "AttachStderr": true,
        // Whether a session is well, its client sees. The image's own check would run beside it,
        // and may be broken, or for a server that listens.
        "Healthcheck": { "Test": ["NONE"] },
        "HostConfig": host_config(launch, labels),
    });
    if let Some(http) = &launch.http {
        let port = inside(http);
        body["ExposedPorts"] = json!({ &port: {} });
        // Never anything but this computer's own address; without a number the engine takes a port
        // that is free.
        body["HostConfig"]["PortBindings"] = json!({ &port: [{ "HostIp": HERE, "HostPort": "" }] });
    }
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

fn host_config(launch: &ContainerLaunch, labels: &SessionLabels) -> Value {
    let Hardening {
        read_only_root,
        tmpfs_tmp,
        no_new_privileges,
        drop_all_capabilities,
        init,
        pids,
        memory_mib,
        cpus,
        network,
        user: _,
    } = &launch.hardening;
    let memory = u64::from(*memory_mib) << 20;
    let mut tmpfs = Map::new();
    if !tmpfs_tmp.is_empty() {
        tmpfs.insert("/tmp".to_owned(), json!(tmpfs_tmp));
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
        "AutoRemove": true,
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
        "NetworkMode": match network {
            Network::None => "none",
            Network::Bridge => "bridge",
        },
        "Mounts": launch.mounts.iter().map(|each| mount(each, labels)).collect::<Vec<_>>(),
        // The protocol goes through the output: the engine would keep all of it on its disk, with
        // whatever private things a tool answers.
        "LogConfig": { "Type": "none" },
    })
}

#[allow(clippy::cast_possible_truncation)]
fn nano_cpus(cpus: f64) -> i64 {
    // A float turns into the nearest integer, and into 0 (no limit of its own) if it is none.
    (cpus.max(0.0) * 1e9).round() as i64
}

/// Objects, not the short form with colons: no path can be mistaken for an option, and a source
/// that is not there is an error instead of a new folder of root's.
fn mount(mount: &Mount, labels: &SessionLabels) -> Value {
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
        Mount::Volume { name, target } => json!({
            "Type": "volume",
            "Source": name,
            "Target": target,
            // Used only when this makes it. It outlives sessions and generations.
            "VolumeOptions": { "Labels": {
                SessionLabels::INSTALLATION: labels.installation,
                SessionLabels::HOME: labels.home,
            } },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use berth_core::secret::Secret;
    use berth_core::server::HealthPaths;
    use std::collections::BTreeMap;

    fn labels() -> SessionLabels {
        SessionLabels {
            installation: "time".to_owned(),
            generation: "G1".to_owned(),
            session: "01ABC".to_owned(),
            home: "/home/ada/.local/share/berth".to_owned(),
            owner: "1:2:m.b.n".to_owned(),
        }
    }

    fn launch() -> ContainerLaunch {
        ContainerLaunch {
            image: "mcp/time:1".to_owned(),
            image_id: "sha256:abc".to_owned(),
            entrypoint: Vec::new(),
            args: Vec::new(),
            env: BTreeMap::from([("TZ".to_owned(), "UTC".to_owned())]),
            mounts: Vec::new(),
            http: None,
            hardening: Hardening::default(),
        }
    }

    #[test]
    fn the_default_is_the_strict_one() {
        let body = body(&launch(), &[], &labels());
        let expected = json!({
            "Image": "sha256:abc",
            "Env": ["TZ=UTC"],
            "Labels": {
                "dev.berth.installation": "time",
                "dev.berth.generation": "G1",
                "dev.berth.session": "01ABC",
                "dev.berth.home": "/home/ada/.local/share/berth",
                "dev.berth.owner": "1:2:m.b.n"
            },
            "Tty": false,
            "OpenStdin": true,
            "StdinOnce": true,
            "AttachStdin": true,
            "AttachStdout": true,
            "AttachStderr": true,
            "Healthcheck": { "Test": ["NONE"] },
            "HostConfig": {
                "AutoRemove": true,
                "ReadonlyRootfs": true,
                "Tmpfs": { "/tmp": "rw,noexec,nosuid,size=64m" },
                "SecurityOpt": ["no-new-privileges"],
                "CapDrop": ["ALL"],
                "Init": true,
                "PidsLimit": 256,
                "Memory": 2_147_483_648_u64,
                "MemorySwap": 2_147_483_648_u64,
                "NanoCpus": 1_000_000_000,
                "NetworkMode": "bridge",
                "Mounts": [],
                "LogConfig": { "Type": "none" }
            }
        });
        assert_eq!(body, expected);
        assert_eq!(name(&labels()), "berth-time-01abc");
    }

    #[test]
    fn a_port_is_published_on_this_computer_only() {
        let mut launch = launch();
        let http = HttpLaunch {
            port: 8788,
            path: "/mcp".to_owned(),
            headers: BTreeMap::new(),
            ready: None,
            health: HealthPaths::default(),
        };
        launch.http = Some(http.clone());
        let body = body(&launch, &[], &labels());
        assert_eq!(body["ExposedPorts"], json!({ "8788/tcp": {} }));
        assert_eq!(
            body["HostConfig"]["PortBindings"],
            json!({ "8788/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "" }] })
        );
        assert_eq!(body["OpenStdin"], false);
        let bound = |ip: &str| {
            json!({ "NetworkSettings": { "Ports": {
            "1/tcp": null, "8788/tcp": [{ "HostIp": ip, "HostPort": "32768" }] } } })
        };
        assert_eq!(published(&bound("127.0.0.1"), &http), Some(32768));
        assert_eq!(published(&bound("0.0.0.0"), &http), None);
        assert_eq!(published(&json!({}), &http), None);
    }

    #[test]
    fn every_field_of_the_hardening_counts() {
        let mut launch = launch();
        launch.hardening = Hardening {
            read_only_root: false,
            tmpfs_tmp: String::new(),
            no_new_privileges: false,
            drop_all_capabilities: false,
            init: false,
            pids: 7,
            memory_mib: 64,
            cpus: 0.25,
            network: Network::None,
            user: Some("1000:1000".to_owned()),
        };
        let body = body(&launch, &[], &labels());
        let host = &body["HostConfig"];
        assert_eq!(body["User"], "1000:1000");
        assert_eq!(host["ReadonlyRootfs"], false);
        assert_eq!(host["Tmpfs"], json!({}));
        assert_eq!(host["SecurityOpt"], json!([]));
        assert_eq!(host["CapDrop"], json!([]));
        assert_eq!(host["Init"], false);
        assert_eq!(host["PidsLimit"], 7);
        assert_eq!(host["Memory"], 67_108_864);
        assert_eq!(host["MemorySwap"], 67_108_864);
        assert_eq!(host["NanoCpus"], 250_000_000);
        assert_eq!(host["NetworkMode"], "none");
    }

    #[test]
    fn arguments_mounts_and_secrets_go_where_they_belong() {
        let mut launch = launch();
        launch.entrypoint = vec!["/server".to_owned()];
        launch.args = vec!["--x".to_owned(), "$HOME; rm".to_owned()];
        launch.env.insert("TOKEN".to_owned(), String::new());
        launch.mounts = vec![
            Mount::Bind {
                source: "/home/ada/a:b,ro".to_owned(),
                target: "/data".to_owned(),
                access: Access::ReadOnly,
            },
            Mount::Volume {
                name: "berth-time-data".to_owned(),
                target: "/keep".to_owned(),
            },
        ];
        let secrets = [("TOKEN".to_owned(), Secret::new("s3cret"))];
        let body = body(&launch, &secrets, &labels());
        assert_eq!(body["Entrypoint"], json!(["/server"]));
        assert_eq!(body["Cmd"], json!(["--x", "$HOME; rm"]));
        assert_eq!(body["Env"], json!(["TZ=UTC", "TOKEN=s3cret"]));
        assert_eq!(
            body["HostConfig"]["Mounts"],
            json!([
                { "Type": "bind", "Source": "/home/ada/a:b,ro", "Target": "/data", "ReadOnly": true },
                { "Type": "volume", "Source": "berth-time-data", "Target": "/keep",
                  "VolumeOptions": { "Labels": {
                      "dev.berth.installation": "time",
                      "dev.berth.home": "/home/ada/.local/share/berth" } } }
            ])
        );
    }

    #[test]
    fn a_folder_that_is_gone_is_named() {
        let place = tempfile::tempdir().expect("a folder");
        let bind = |source: &Path| Mount::Bind {
            source: source.display().to_string(),
            target: "/data".to_owned(),
            access: Access::ReadWrite,
        };
        let mut launch = launch();
        launch.mounts = vec![bind(place.path())];
        check_mounts(&launch).expect("it is there");
        launch.mounts.push(bind(&place.path().join("gone")));
        let error = check_mounts(&launch).expect_err("it is not");
        assert_eq!(error.name(), "path_missing");
        assert!(error.message().contains("gone"));
    }
}
