//! What the engine says about a session's container is what the installation says.

use berth_core::catalog::{Access, Network};
use berth_core::server::{Hardening, Mount};
use berth_testkit::ground;
use serde_json::{Value, json};

use crate::support::{Person, Session, engine, server_image};

fn inside(session: &mut Session) -> Value {
    let answer = session.ask(&json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "inside", "arguments": {}}
    }));
    let text = answer["result"]["content"][0]["text"]
        .as_str()
        .expect("text");
    serde_json::from_str(text).expect("JSON")
}

/// Reads a hardening back out of what the engine says.
fn read_back(container: &Value) -> Hardening {
    let host = &container["HostConfig"];
    let list = |key: &str| -> Vec<String> {
        let items = host[key].as_array().cloned().unwrap_or_default();
        items
            .iter()
            .map(|item| item.as_str().expect("text").to_owned())
            .collect()
    };
    let number = |key: &str| host[key].as_u64().expect("a number");
    assert_eq!(host["MemorySwap"], host["Memory"], "no swap beyond it");
    Hardening {
        read_only_root: host["ReadonlyRootfs"] == true,
        tmpfs_tmp: host["Tmpfs"]["/tmp"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        no_new_privileges: list("SecurityOpt") == ["no-new-privileges"],
        drop_all_capabilities: list("CapDrop") == ["ALL"],
        init: host["Init"] == true,
        pids: u32::try_from(number("PidsLimit")).expect("small"),
        memory_mib: u32::try_from(number("Memory") >> 20).expect("small"),
        #[allow(clippy::cast_precision_loss)]
        cpus: number("NanoCpus") as f64 / 1e9,
        network: match host["NetworkMode"].as_str() {
            Some("none") => Network::None,
            Some("bridge") => Network::Bridge,
            other => panic!("{other:?}"),
        },
        user: container["Config"]["User"]
            .as_str()
            .filter(|user| !user.is_empty())
            .map(str::to_owned),
        scratch: host["Tmpfs"]
            .as_object()
            .into_iter()
            .flat_map(|all| all.keys().cloned())
            .filter(|folder| folder != "/tmp")
            .collect(),
        groups: list("GroupAdd")
            .iter()
            .map(|group| group.parse().expect("a number"))
            .collect(),
    }
}

#[test]
fn the_engine_confirms_the_whole_hardening() {
    let person = Person::new();
    let strict = Hardening::default();
    let other = Hardening {
        read_only_root: false,
        tmpfs_tmp: "rw,noexec,nosuid,size=1m".to_owned(),
        no_new_privileges: true,
        drop_all_capabilities: true,
        init: false,
        pids: 17,
        memory_mib: 64,
        cpus: 0.5,
        network: Network::None,
        user: Some("1234:5678".to_owned()),
        scratch: vec!["/run/server".to_owned()],
        groups: vec![998],
    };
    for (name, wanted) in [("strict", strict), ("other", other)] {
        person.install_container(name, |launch| launch.hardening = wanted.clone());
        let mut session = person.start(name);
        session.until_up();
        let container = person.running_container();
        assert_eq!(read_back(&container), wanted);

        let host = &container["HostConfig"];
        assert_eq!(host["Privileged"], false);
        assert_eq!(host["AutoRemove"], true);
        assert_eq!(host["LogConfig"]["Type"], "none", "no transcript is kept");
        assert_eq!(host["CapAdd"], Value::Null);
        assert_eq!(host["PidMode"], "");
        assert_eq!(container["Config"]["Tty"], false);
        assert_eq!(container["Config"]["OpenStdin"], true);
        assert_eq!(container["Config"]["StdinOnce"], true);
        assert_eq!(container["Image"], server_image());

        let seen = inside(&mut session);
        assert_eq!(seen["noNewPrivileges"], true, "{seen}");
        let root = seen["mounts"].as_array().expect("a list");
        let root = root.iter().find(|mount| mount["at"] == "/").expect("/");
        let options = root["options"].as_str().expect("text");
        assert_eq!(options.starts_with("ro,"), wanted.read_only_root, "{seen}");
        assert_eq!(seen["capabilities"], "0000000000000000", "{seen}");
        if wanted.user.is_some() {
            assert_eq!((&seen["uid"], &seen["gid"]), (&json!(1234), &json!(5678)));
        }
        assert_eq!(seen["tmpRunsPrograms"], false, "{seen}");
        session.end_input();
        assert_eq!(session.wait().0.code(), Some(0));
    }
}

#[test]
fn a_container_says_whose_it_is() {
    let person = Person::new();
    let installation = person.install_image("server", &[]);
    let mut session = person.start("server");
    session.until_up();
    let container = person.running_container();
    let labels = &container["Config"]["Labels"];
    assert_eq!(labels["dev.berth.installation"], "server");
    assert_eq!(
        labels["dev.berth.generation"],
        installation.generation.as_str()
    );
    assert_eq!(
        labels["dev.berth.home"],
        person.berth_home().to_str().expect("text")
    );
    let owner = labels["dev.berth.owner"].as_str().expect("text");
    assert!(
        owner.starts_with(&format!("{}:", session.pid())),
        "{owner} is not {}",
        session.pid()
    );
    let id = labels["dev.berth.session"].as_str().expect("text");
    assert_eq!(id.len(), 26);
    assert_eq!(
        container["Name"],
        format!("/berth-server-{}", id.to_ascii_lowercase())
    );
    session.end_input();
    session.wait();
}

#[test]
fn only_what_was_agreed_to_is_visible_inside() {
    let person = Person::new();
    let folder = person.home().join("with: odd, name");
    std::fs::create_dir(&folder).expect("made");
    std::fs::write(folder.join("note"), "from outside").expect("written");
    let volume = format!("berth-test-{}", std::process::id());
    let bind = |target: &str, access| Mount::Bind {
        source: folder.to_str().expect("text").to_owned(),
        target: target.to_owned(),
        access,
    };
    person.install_container("server", |launch| {
        launch.mounts = vec![
            bind("/read", Access::ReadOnly),
            bind("/write", Access::ReadWrite),
            Mount::Volume {
                name: volume.clone(),
                target: "/keep".to_owned(),
            },
        ];
        launch.env.insert("COLOUR".to_owned(), "a=b c".to_owned());
    });
    let mut session = person.start("server");
    let mut call = |tool: &str, arguments: Value| {
        let answer = session.ask(&json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": tool, "arguments": arguments}
        }));
        let failed = answer["result"]["isError"] == true;
        let text = answer["result"]["content"][0]["text"].clone();
        (failed, text.as_str().unwrap_or_default().to_owned())
    };
    let read = call("read_file", json!({"path": "/read/note"}));
    assert_eq!(read, (false, "from outside".to_owned()));
    assert!(call("write_file", json!({"path": "/read/new", "text": "x"})).0);
    assert!(
        !call(
            "write_file",
            json!({"path": "/write/new", "text": "inside"})
        )
        .0
    );
    assert!(!call("write_file", json!({"path": "/keep/new", "text": "kept"})).0);
    assert!(
        call("environment", json!({"name": "COLOUR"}))
            .1
            .contains("a=b c")
    );
    session.end_input();
    assert_eq!(session.wait().0.code(), Some(0));
    assert_eq!(
        std::fs::read_to_string(folder.join("new")).expect("written"),
        "inside"
    );

    let (status, kept) = engine("GET", &format!("/volumes/{volume}"));
    assert_eq!(status, 200, "a volume outlives its session");
    assert_eq!(kept["Labels"]["dev.berth.installation"], "server");
    assert_eq!(engine("DELETE", &format!("/volumes/{volume}")).0, 204);
    assert!(ground::tmp().exists());
}
