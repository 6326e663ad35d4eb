//! Built, with the code mounted or inside, on the real engine.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use berth_testkit::{ground, token};
use berth_tests::kaiten::{IMAGES, KAITEN, Kaiten, tool, user};
use berth_tests::leak::{self, Watch};
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::{Ran, Sandbox};
use berth_tests::turn::{self, Turn};
use serde_json::{Value, json};

const DEV: &str = IMAGES[0];
const BAKED: &str = IMAGES[1];

/// The images for one test at a time: the entry's images have one name each. Nobody has them.
fn names(sandbox: &Sandbox) -> Turn {
    let turn = turn::alone(KAITEN);
    let base = ground::image_python();
    sandbox.docker(&["pull", "--quiet", &base]).ok();
    for name in IMAGES {
        let _ = sandbox.docker(&["rmi", "--force", name]);
    }
    turn
}

fn image(sandbox: &Sandbox, name: &str) -> Option<String> {
    let ran = sandbox.docker(&["image", "inspect", "--format", "{{.Id}}", name]);
    (ran.exit == Some(0)).then(|| ran.stdout.trim().to_owned())
}

/// What the consent sheet said of the container: its flags, mounts and network, and of the build.
struct Said {
    flags: BTreeSet<String>,
    mounts: Vec<Value>,
    network: String,
    build: String,
}

fn said(ran: &Ran) -> Said {
    let shown: Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    let steps = shown["preview"]["steps"].as_array().unwrap().clone();
    let lines = |kind: &str| -> Vec<Value> {
        let step = steps.iter().find(|step| step["kind"] == kind).unwrap();
        step["lines"].as_array().unwrap().clone()
    };
    let starts = lines("write_installation");
    let texts = |line: &str| {
        let of = starts.iter().filter(|found| found["line"] == line);
        let texts: Vec<String> = of.map(|l| l["text"].as_str().unwrap().to_owned()).collect();
        texts
    };
    let is_mount = |line: &&Value| line["line"] == "mount";
    Said {
        flags: texts("flag").into_iter().collect(),
        mounts: starts.iter().filter(is_mount).cloned().collect(),
        network: texts("network").remove(0),
        build: lines("build_image")[0]["text"].as_str().unwrap().to_owned(),
    }
}

/// A session as a client has it, and the engine's word on its container.
struct Session(Child);

impl Session {
    fn start(sandbox: &Sandbox) -> (Self, Value) {
        let mut child = sandbox
            .command(sandbox.path("bin/berth"))
            .args(["run", KAITEN])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
        writeln!(child.stdin.as_mut().unwrap(), "{ping}").unwrap();
        let mut answer = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut answer).unwrap();
        assert!(answer.contains(r#""id": 1"#), "{answer}");
        let containers = sandbox.containers();
        assert_eq!(containers.len(), 1, "{containers:?}");
        let found = sandbox.docker(&["inspect", &containers[0]]).ok().json();
        (Self(child), found[0].clone())
    }

    fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

/// The flags that a container was really started with, in the words of the sheet.
fn flags(container: &Value) -> BTreeSet<String> {
    let host = &container["HostConfig"];
    let number = |key: &str| host[key].as_u64().unwrap();
    let mut flags = BTreeSet::new();
    let mut add = |on: bool, flag: String| {
        if on {
            flags.insert(flag);
        }
    };
    add(host["ReadonlyRootfs"] == true, "--read-only".to_owned());
    for (path, options) in host["Tmpfs"].as_object().unwrap() {
        add(
            true,
            format!("--tmpfs {path}:{}", options.as_str().unwrap()),
        );
    }
    for option in host["SecurityOpt"].as_array().unwrap() {
        add(true, format!("--security-opt {}", option.as_str().unwrap()));
    }
    for dropped in host["CapDrop"].as_array().unwrap() {
        add(true, format!("--cap-drop {}", dropped.as_str().unwrap()));
    }
    add(host["Init"] == true, "--init".to_owned());
    add(true, format!("--pids-limit {}", number("PidsLimit")));
    add(true, format!("--memory {}m", number("Memory") >> 20));
    add(
        true,
        format!("--cpus {}", number("NanoCpus") / 1_000_000_000),
    );
    for variable in container["Config"]["Env"].as_array().unwrap() {
        let variable = variable.as_str().unwrap();
        // The secret is no flag of the sheet: it stands there as dots.
        add(
            variable.starts_with("KAITEN_SUBDOMAIN="),
            format!("-e {variable}"),
        );
    }
    flags
}

/// K18 to K24, and that the engine confirms each word of the sheet.
fn assert_confined(sandbox: &Sandbox, said: &Said) {
    for flag in [
        "--read-only",
        "--tmpfs /tmp:rw,noexec,nosuid,size=64m",
        "--security-opt no-new-privileges",
        "--cap-drop ALL",
    ] {
        assert!(said.flags.contains(flag), "{flag}: {:?}", said.flags);
    }
    let (session, container) = Session::start(sandbox);
    assert_eq!(flags(&container), said.flags);
    let host = &container["HostConfig"];
    assert_eq!(host["NetworkMode"], said.network.as_str());
    for (key, value) in [
        ("Privileged", json!(false)),
        ("CapAdd", Value::Null),
        ("Devices", json!([])),
        ("PortBindings", Value::Null),
        ("PidMode", json!("")),
        ("AutoRemove", json!(true)),
    ] {
        let found = &host[key];
        let empty = |value: &Value| value.is_null() || *value == json!({}) || *value == json!([]);
        assert!(
            *found == value || (empty(found) && empty(&value)),
            "{key}: {found}"
        );
    }
    let config = &container["Config"];
    assert_eq!(
        (&config["Tty"], &config["OpenStdin"]),
        (&json!(false), &json!(true))
    );
    // The image's own user, the one without rights.
    assert_eq!(config["User"], "mcp");
    let mounts: Vec<Value> = container["Mounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mount| {
            json!({
                "line": "mount", "source": mount["Source"], "target": mount["Destination"],
                "read_only": mount["RW"] == false,
            })
        })
        .collect();
    assert_eq!(mounts, said.mounts);
    session.end();
    // And what that means inside.
    let written = tool(sandbox, "kaiten_create_card");
    let expected = json!({ "root": false, "output": false, "source": false, "tmp": true });
    assert_eq!(written, expected);
    let seen = user(sandbox);
    assert_eq!((&seen["uid"], &seen["tty"]), (&json!(1000), &json!(false)));
}

/// Every layer, configuration and history of an image, and whether the secret is in one.
fn assert_no_secret(sandbox: &Sandbox, name: &str, secrets: &[&str]) {
    let place = ground::tmp().join(format!("saved-kaiten-{}", std::process::id()));
    std::fs::create_dir_all(&place).unwrap();
    let saved = place.join("image.tar");
    sandbox
        .docker(&["save", "--output", saved.to_str().unwrap(), name])
        .ok();
    // It would be found there: what the image does hold is.
    assert_eq!(leak::files(&place, "name = \"kaiten-mcp\"").0, [saved]);
    for secret in secrets {
        assert_eq!(
            leak::files(&place, secret),
            (Vec::<PathBuf>::new(), 1),
            "{name}"
        );
    }
    std::fs::remove_dir_all(&place).unwrap();
    let history = ["history", "--no-trunc", "--format", "{{.CreatedBy}}", name];
    let history = sandbox.docker(&history).ok().stdout;
    let config = sandbox.docker(&["image", "inspect", name]).ok().stdout;
    assert!(history.contains("COPY"), "{history}");
    for secret in secrets {
        assert!(
            !history.contains(secret) && !config.contains(secret),
            "{name}"
        );
    }
}

/// Neither is in any file of this machine but the person's own, nor was in any command line.
fn assert_no_leak(sandbox: &Sandbox, kaiten: &Kaiten, secrets: &[&str], watch: Watch) {
    assert!(watch.looks() > 10, "{}", watch.looks());
    assert_eq!(watch.stop(), BTreeSet::new());
    for secret in secrets {
        let mut found = leak::files(&sandbox.path(""), secret).0;
        found.retain(|path| !path.starts_with(&kaiten.folder));
        assert_eq!(found, Vec::<PathBuf>::new());
    }
}

#[test]
fn with_the_source_mounted() {
    let sandbox = Sandbox::new();
    let _names = names(&sandbox);
    let kaiten = Kaiten::add(&sandbox, "source");
    let other = token::right();
    let secrets = [kaiten.token.as_str(), other.as_str()];
    let watch = Watch::start(&secrets);
    let before = kaiten.files(&sandbox);

    let ran = kaiten.install(&sandbox, "docker-dev", &[]).ok();
    let sheet = said(&ran);
    let build = format!("docker build --tag {DEV} --target deps {}", kaiten.path());
    assert_eq!(sheet.build, build);
    let mount = json!({
        "line": "mount", "source": format!("{}/src", kaiten.path()), "target": "/app/src",
        "read_only": true,
    });
    assert_eq!(sheet.mounts, [mount]);
    assert!(is_connected(&sandbox, KAITEN));
    let seen = user(&sandbox);
    assert_eq!(
        (&seen["company"], &seen["code"]),
        (&json!("mycompany"), &json!("one"))
    );
    let verified = sandbox.berth(&["verify", KAITEN, "--json"]).ok().json();
    assert_eq!(verified["tools"], 246);
    assert_confined(&sandbox, &sheet);
    assert_eq!(
        kaiten.files(&sandbox),
        before,
        "the server could not write there"
    );

    let first = image(&sandbox, DEV).unwrap();
    // As the real one: without its source there is nothing in it to start.
    let bare = sandbox.docker(&["run", "--rm", "-i", DEV]);
    assert_ne!(bare.exit, Some(0), "{bare:?}");
    assert!(bare.stderr.contains("ModuleNotFoundError"), "{bare:?}");

    kaiten.change_code("two");
    assert_eq!(user(&sandbox)["code"], "two", "without anything");
    assert_eq!(image(&sandbox, DEV).as_ref(), Some(&first));

    kaiten.change_dependencies("\"six==1.16.0\"");
    assert_eq!(user(&sandbox)["dependencies"], json!([]));
    sandbox.berth(&["update", KAITEN, "--yes"]).ok();
    assert_eq!(user(&sandbox)["dependencies"], json!(["six==1.16.0"]));
    let second = image(&sandbox, DEV).unwrap();
    assert_ne!(second, first);
    assert_eq!(image(&sandbox, &first), None, "the one before is gone");

    let again = ["--replace", "--use-image"];
    kaiten
        .install_with(&sandbox, "docker-dev", &other, &again)
        .ok();
    assert_eq!(user(&sandbox)["company"], "mycompany");
    assert_eq!(sandbox.keychain_items().len(), 1);

    assert_no_secret(&sandbox, DEV, &secrets);
    assert_no_leak(&sandbox, &kaiten, &secrets, watch);
    sandbox.berth(&["remove", KAITEN, "--yes"]).ok();
    assert_nothing_left(&sandbox, KAITEN);
    // Used as it was, it had become somebody's: what Berth built is Berth's to take away still.
    assert_eq!(image(&sandbox, DEV), None);
    assert_eq!(image(&sandbox, &second), None);
}

#[test]
fn with_everything_inside() {
    let sandbox = Sandbox::new();
    let _names = names(&sandbox);
    let kaiten = Kaiten::add(&sandbox, "source");
    let other = token::right();
    let secrets = [kaiten.token.as_str(), other.as_str()];
    let watch = Watch::start(&secrets);

    let ran = kaiten.install(&sandbox, "docker-baked", &[]).ok();
    let sheet = said(&ran);
    let build = format!(
        "docker build --tag {BAKED} --target baked {}",
        kaiten.path()
    );
    assert_eq!(sheet.build, build);
    assert_eq!(sheet.mounts, Vec::<Value>::new());
    assert!(is_connected(&sandbox, KAITEN));
    assert_eq!(user(&sandbox)["code"], "one");
    let verified = sandbox.berth(&["verify", KAITEN, "--json"]).ok().json();
    assert_eq!(verified["tools"], 246);
    assert_confined(&sandbox, &sheet);

    kaiten.change_code("two");
    assert_eq!(user(&sandbox)["code"], "one", "as it was built");
    sandbox.berth(&["update", KAITEN, "--yes"]).ok();
    assert_eq!(user(&sandbox)["code"], "two");
    kaiten.change_dependencies("\"six==1.16.0\"");
    sandbox
        .berth(&["update", KAITEN, "--yes", "--no-cache"])
        .ok();
    assert_eq!(user(&sandbox)["dependencies"], json!(["six==1.16.0"]));

    kaiten
        .install_with(&sandbox, "docker-baked", &other, &["--replace"])
        .ok();
    assert_eq!(user(&sandbox)["company"], "mycompany");
    assert_eq!(sandbox.keychain_items().len(), 1);

    assert_no_secret(&sandbox, BAKED, &secrets);
    assert_no_leak(&sandbox, &kaiten, &secrets, watch);
    sandbox.berth(&["remove", KAITEN, "--yes"]).ok();
    assert_nothing_left(&sandbox, KAITEN);
    assert_eq!(image(&sandbox, BAKED), None);
}

#[test]
fn a_token_that_is_wrong_leaves_no_image_either() {
    let sandbox = Sandbox::new();
    let _names = names(&sandbox);
    let kaiten = Kaiten::add(&sandbox, "source");
    for (variant, name) in [("docker-dev", DEV), ("docker-baked", BAKED)] {
        let ran = kaiten.install_with(&sandbox, variant, "too-short", &[]);
        assert_eq!(ran.exit, Some(6), "{ran:?}");
        let ran = kaiten.install_with(&sandbox, variant, &token::wrong(), &[]);
        assert_eq!(ran.exit, Some(12), "{ran:?}");
        assert_eq!(ran.last_json()["error"]["code"], "credential_refused");
        assert_nothing_left(&sandbox, KAITEN);
        assert_eq!(image(&sandbox, name), None);
    }
}

#[test]
fn from_one_variant_to_another_and_to_another_scope() {
    let sandbox = Sandbox::new();
    let _names = names(&sandbox);
    let kaiten = Kaiten::add(&sandbox, "source");
    kaiten.install(&sandbox, "docker-dev", &[]).ok();
    let project = ["--replace", "--scope", "project"];
    kaiten.install(&sandbox, "python", &project).ok();
    assert_eq!(image(&sandbox, DEV), None, "the variant before is gone");
    assert!(
        user(&sandbox)["python"]
            .as_str()
            .unwrap()
            .ends_with("/venv")
    );
    // Only in the scope that was chosen last, and without a secret there.
    let user_scope = std::fs::read_to_string(sandbox.home().join(".claude.json")).unwrap();
    let user_scope: Value = serde_json::from_str(&user_scope).unwrap();
    assert_eq!(user_scope["mcpServers"][KAITEN], Value::Null);
    let shared = std::fs::read_to_string(sandbox.project().join(".mcp.json")).unwrap();
    let shared: Value = serde_json::from_str(&shared).unwrap();
    let registered = json!({ "type": "stdio", "command": "berth", "args": ["run", KAITEN] });
    assert_eq!(shared["mcpServers"][KAITEN], registered);
    kaiten
        .install(&sandbox, "docker-baked", &["--replace"])
        .ok();
    assert_eq!(user(&sandbox)["from"], "/app/src/kaiten_mcp");
    sandbox.berth(&["remove", KAITEN, "--yes"]).ok();
    assert_nothing_left(&sandbox, KAITEN);
    assert_eq!(image(&sandbox, BAKED), None);
}
