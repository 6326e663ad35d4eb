//! dynamic-mcp with a real PostgreSQL beside it: its server stays, at a port that is kept, through
//! crashes and restarts of the engine.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use berth_testkit::token;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::project::{DATABASE, Project};
use berth_tests::sandbox::{Ran, Sandbox};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::engine::OwnEngine;

const NAME: &str = "dynamic-mcp";
/// How long services may take to come back by themselves.
const PATIENCE: Duration = Duration::from_secs(60);

fn make(project: &Project, name: &str) {
    let arguments = json!({ "name": name, "code": "return 1" });
    project.tool("dynamic.tool.create", &arguments);
}

fn listed(project: &Project) -> Value {
    project.tool("dynamic.tool.list", &json!({}))["tools"].take()
}

/// The container of a service.
fn container(sandbox: &Sandbox, service: &str) -> String {
    let home = format!("label=dev.berth.home={}", sandbox.berth_home().display());
    let own = format!("label=dev.berth.service={service}");
    let list = ["ps", "--all", "--quiet", "--no-trunc", "--filter", &home];
    let ran = sandbox
        .docker(&[&list[..], &["--filter", &own]].concat())
        .ok();
    let mut ids = ran.stdout.lines().map(str::to_owned);
    let id = ids.next().unwrap_or_else(|| panic!("no {service}"));
    assert_eq!(ids.next(), None);
    id
}

pub fn inspected(sandbox: &Sandbox, service: &str) -> Value {
    let ran = sandbox
        .docker(&["inspect", &container(sandbox, service)])
        .ok();
    let mut all: Value = serde_json::from_str(&ran.stdout).unwrap();
    all[0].take()
}

/// Where the server is reached: nowhere but on this computer's own address.
fn address(sandbox: &Sandbox) -> String {
    let bound = inspected(sandbox, "server")["HostConfig"]["PortBindings"]["8788/tcp"].take();
    let [binding] = &bound.as_array().unwrap()[..] else {
        panic!("one port: {bound}");
    };
    assert_eq!(binding["HostIp"], "127.0.0.1");
    binding["HostPort"].as_str().unwrap().to_owned()
}

/// Waits until both services run and are well, without Berth's doing.
fn come_back(sandbox: &Sandbox) {
    let began = Instant::now();
    let well = |service| inspected(sandbox, service)["State"]["Health"]["Status"] == "healthy";
    while !(well("postgres") && well("server")) {
        let states =
            ["postgres", "server"].map(|service| inspected(sandbox, service)["State"].take());
        assert!(began.elapsed() < PATIENCE, "{states:?}");
        sleep(Duration::from_millis(200));
    }
}

#[test]
fn the_tools_are_in_a_database_that_only_berth_has_the_password_of() {
    let project = Project::dynamic_mcp(Sandbox::new(), "source");
    let sandbox = &project.sandbox;
    let folder = project.folder.to_str().unwrap();
    let args = ["plan", NAME, "--variant", "stack", "--source", folder];
    let plan = sandbox.berth(&args).ok().stdout;
    for said in [
        "--restart=unless-stopped --publish=127.0.0.1:",
        "-e POSTGRES_PASSWORD=••••••••",
        "-e MCP_DYNAMIC_PG_URL=••••••••",
        "--health-cmd pg_isready --username=dynamic_mcp",
        "--user 70:70",
    ] {
        assert!(plan.contains(said), "{said}: {plan}");
    }
    project.install(&["--variant", "stack"]);
    assert!(is_connected(sandbox, NAME));
    assert_eq!(project.tools(), 8);
    make(&project, "table");
    assert_eq!(listed(&project), json!(["table"]));
    let port = address(sandbox);
    assert!(
        plan.contains(&format!("http://127.0.0.1:{port}/mcp")),
        "{plan}"
    );
    is_confined(sandbox, &plan);
    let verified = sandbox.berth(&["verify", NAME]).ok().stdout;
    for said in ["/livez", "/readyz", "/metrics"] {
        assert!(verified.contains(said), "{said}: {verified}");
    }

    sandbox.berth(&["update", NAME, "--no-cache", "--yes"]).ok();
    project.install(&[
        "--variant",
        "stack",
        "--replace",
        "--set",
        "profile=enterprise",
    ]);
    assert_eq!(project.tools(), 17);
    assert_eq!(listed(&project), json!(["table"]), "with the same password");
    assert_eq!(address(sandbox), port);

    sandbox.berth(&["stop", NAME]).ok();
    assert_runs_without_berth(&project, port.parse().unwrap());
    let squatter = TcpListener::bind((Ipv4Addr::LOCALHOST, port.parse().unwrap())).unwrap();
    let refused = sandbox.berth(&["start", NAME, "--json"]);
    assert_eq!(
        refused.last_json()["error"]["code"],
        "port_taken",
        "{refused:?}"
    );
    project.install(&["--variant", "stack", "--replace"]);
    assert_ne!(address(sandbox), port, "somebody else has that one");
    assert_eq!(listed(&project), json!(["table"]));
    drop(squatter);

    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!(project.volumes(), [""; 0]);
}

/// What is exported is a stack that Docker's own tool starts, with data of its own.
fn assert_runs_without_berth(project: &Project, port: u16) {
    let sandbox = &project.sandbox;
    let folder = sandbox.path("exported");
    fs::create_dir(&folder).unwrap();
    let export = |format: &str| sandbox.berth(&["export", NAME, "--as", format]).ok().stdout;
    // The database's image is the run's, under the name of the real one: no registry has its digest.
    let mut text = export("compose");
    let at = text.find(DATABASE).unwrap() + DATABASE.len();
    let digest = "@sha256:".len() + 64;
    assert!(text[at..].starts_with("@sha256:"), "it is pinned: {text}");
    text.replace_range(at..at + digest, "");
    fs::write(folder.join("compose.yaml"), text).unwrap();
    let compose = |args: &[&str]| {
        let mut command = sandbox.command("docker-compose");
        Ran::from(command.current_dir(&folder).args(args).output().unwrap())
    };
    let refused = compose(&["config", "--quiet"]);
    assert!(
        refused.stderr.contains("put it into the file .env"),
        "{refused:?}"
    );
    let password = token::right();
    let filled = export("env").replace("_PASSWORD=", &format!("_PASSWORD={password}"));
    assert!(filled.contains(&password), "{filled}");
    fs::write(folder.join(".env"), filled).unwrap();
    compose(&["up", "--detach", "--no-build"]).ok();
    let ready = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    };
    let began = Instant::now();
    while !ready().unwrap_or(false) {
        let log = || compose(&["logs", "--no-color"]);
        assert!(began.elapsed() < PATIENCE, "{:?}", log());
        sleep(Duration::from_millis(200));
    }
    // The same confinement as Berth's own.
    let id = compose(&["ps", "--quiet", "postgres"]).ok().stdout;
    let about = sandbox.docker(&["inspect", id.trim()]).ok().json();
    let host = &about[0]["HostConfig"];
    assert_eq!(host["ReadonlyRootfs"], true);
    assert_eq!(host["CapDrop"], json!(["ALL"]));
    assert_eq!(host["Memory"], 512_u64 << 20);
    assert_eq!(about[0]["State"]["Health"]["Status"], "healthy");
    assert_eq!(
        host["PortBindings"],
        json!({}),
        "only the server has a port"
    );
    compose(&["down", "--volumes"]).ok();
    fs::remove_dir_all(&folder).unwrap();
}

/// Each service is confined as the plan said, and its secret is in its environment only.
fn is_confined(sandbox: &Sandbox, plan: &str) {
    for (service, memory, user) in [("postgres", 512_u64, "70:70"), ("server", 2048, "")] {
        let about = inspected(sandbox, service);
        let host = &about["HostConfig"];
        assert!(plan.contains(&format!("--memory {memory}m")), "{plan}");
        assert_eq!(host["Memory"], memory << 20, "{service}");
        assert_eq!(about["Config"]["User"], user, "{service}");
        assert_eq!(host["ReadonlyRootfs"], true);
        assert_eq!(host["CapDrop"], json!(["ALL"]));
        assert_eq!(host["SecurityOpt"], json!(["no-new-privileges"]));
        assert_eq!(host["Init"], true);
        assert_eq!(host["PidsLimit"], 256);
        assert_eq!(host["RestartPolicy"]["Name"], "unless-stopped");
        assert_eq!(host["Privileged"], false);
    }
    let published = inspected(sandbox, "postgres")["HostConfig"]["PortBindings"].take();
    assert!(
        published.as_object().is_none_or(serde_json::Map::is_empty),
        "{published}"
    );
    let env = inspected(sandbox, "postgres")["Config"]["Env"].take();
    let password = env.as_array().unwrap().iter().find_map(|each| {
        let value = each.as_str()?.strip_prefix("POSTGRES_PASSWORD=")?;
        Some(value.to_owned())
    });
    let password = password.unwrap();
    assert_eq!(password.len(), 40);
    assert_eq!(
        sandbox.files_with(&password),
        Vec::<std::path::PathBuf>::new()
    );
    assert_eq!(berth_tests::sandbox::argv_with(&password), [""; 0]);
    let history = ["history", "--no-trunc", "dynamic-mcp:latest"];
    let history = sandbox.docker(&history).ok().stdout;
    assert!(!history.contains(&password), "{history}");
    let log = sandbox.berth(&["logs", NAME, "postgres"]).ok().stdout;
    assert!(log.contains("ready") && !log.contains(&password), "{log}");
}

#[test]
fn a_stack_comes_back_with_the_engine_and_after_a_crash() {
    let mut engine = OwnEngine::start();
    let mut sandbox = Sandbox::new();
    sandbox.set("DOCKER_HOST", engine.host());
    let project = Project::dynamic_mcp(sandbox, "source");
    let sandbox = &project.sandbox;
    project.install(&["--variant", "stack"]);
    make(&project, "table");
    let port = address(sandbox);

    // The computer is switched off in the middle of a session.
    let mut session = sandbox
        .command(sandbox.path("bin/berth"))
        .args(["run", NAME])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    kill_process(Pid::from_child(&session), Signal::KILL).unwrap();
    session.wait().unwrap();
    engine.stop();
    assert!(!is_connected(sandbox, NAME));
    engine.start_again();
    come_back(sandbox);
    assert!(is_connected(sandbox, NAME));
    assert_eq!(listed(&project), json!(["table"]));
    assert_eq!(address(sandbox), port);

    // The database dies, and the server with it: as the real one it does not live without.
    let database = container(sandbox, "postgres");
    let before = inspected(sandbox, "server")["RestartCount"].take();
    let _ = sandbox.docker(&["exec", &database, "sh", "-c", "kill -9 -1"]);
    let began = Instant::now();
    while inspected(sandbox, "server")["RestartCount"] == before {
        assert!(began.elapsed() < PATIENCE, "the server lives on");
        sleep(Duration::from_millis(100));
    }
    come_back(sandbox);
    assert_eq!(listed(&project), json!(["table"]));

    // What a person has stopped stays so.
    sandbox.berth(&["stop", NAME]).ok();
    engine.stop();
    engine.start_again();
    assert_eq!(inspected(sandbox, "server")["State"]["Running"], false);
    assert_eq!(inspected(sandbox, "postgres")["State"]["Running"], false);
    sandbox.berth(&["start", NAME]).ok();
    assert_eq!(listed(&project), json!(["table"]));
    assert_eq!(address(sandbox), port);
    sandbox.berth(&["remove", NAME, "--data", "--yes"]).ok();
    assert_nothing_left(sandbox, NAME);
    assert_eq!(project.volumes(), [""; 0]);
}
