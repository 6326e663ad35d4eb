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
        stack: None,
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
            "GroupAdd": [],
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
        kept: None,
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
        scratch: vec!["/run/x".to_owned()],
        groups: vec![998, 0],
    };
    let body = body(&launch, &[], &labels());
    let host = &body["HostConfig"];
    assert_eq!(body["User"], "1000:1000");
    assert_eq!(host["ReadonlyRootfs"], false);
    assert_eq!(host["Tmpfs"], json!({ "/run/x": "" }));
    assert_eq!(host["SecurityOpt"], json!([]));
    assert_eq!(host["CapDrop"], json!([]));
    assert_eq!(host["Init"], false);
    assert_eq!(host["PidsLimit"], 7);
    assert_eq!(host["Memory"], 67_108_864);
    assert_eq!(host["MemorySwap"], 67_108_864);
    assert_eq!(host["NanoCpus"], 250_000_000);
    assert_eq!(host["NetworkMode"], "none");
    assert_eq!(host["GroupAdd"], json!(["998", "0"]));
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
        Mount::EngineSocket {
            source: "/run/user/1000/docker.sock".to_owned(),
            target: "/var/run/docker.sock".to_owned(),
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
                  "dev.berth.home": "/home/ada/.local/share/berth" } } },
            { "Type": "bind", "Source": "/run/user/1000/docker.sock",
              "Target": "/var/run/docker.sock", "ReadOnly": false }
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
