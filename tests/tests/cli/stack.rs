//! A stack: its services run by themselves, its server for each session.

use berth_tests::sandbox::{Ran, Sandbox};
use berth_tests::stack::{STACK, add_stack};
use serde_json::{Value, json};

use crate::people::assert_nothing_left;

fn count(sandbox: &Sandbox) -> String {
    let ran = sandbox.berth(&["call", STACK, "count"]).ok();
    ran.stdout.trim().to_owned()
}

fn lines(ran: Ran) -> Vec<String> {
    ran.ok().stdout.lines().map(str::to_owned).collect()
}

/// The containers of this machine's services.
fn services(sandbox: &Sandbox) -> Vec<String> {
    let home = format!("label=dev.berth.home={}", sandbox.berth_home().display());
    let filter = ["--filter", "label=dev.berth.service", "--filter", &home];
    let list = ["ps", "--all", "--quiet", "--no-trunc"];
    lines(sandbox.docker(&[&list[..], &filter].concat()))
}

fn left(sandbox: &Sandbox, what: &str) -> Vec<String> {
    let home = format!("label=dev.berth.home={}", sandbox.berth_home().display());
    lines(sandbox.docker(&[what, "ls", "--quiet", "--filter", &home]))
}

fn inspected(sandbox: &Sandbox) -> Value {
    let all = services(sandbox);
    let [id] = &all[..] else {
        panic!("one service: {all:?}");
    };
    let ran = sandbox.docker(&["inspect", id]).ok();
    let mut all: Value = serde_json::from_str(&ran.stdout).unwrap();
    all[0].take()
}

fn standing(sandbox: &Sandbox) -> (Value, Value) {
    let page = sandbox.berth(&["show", STACK, "--json"]).ok().json();
    let state = &page["row"]["state"]["state"];
    (state.clone(), page["services"][0]["state"].clone())
}

#[test]
fn a_stack_is_installed_used_stopped_updated_and_removed() {
    let sandbox = Sandbox::new();
    add_stack(&sandbox);
    let plan = sandbox.berth(&["plan", STACK]).ok().stdout;
    for said in [
        "Start the services store and wait until they are well",
        "docker run -d --network-alias=store --restart=unless-stopped",
        "--memory 128m",
        "-e PASSWORD=••••••••",
        "--health-cmd python3 -c",
        "(leads nowhere else)",
    ] {
        assert!(plan.contains(said), "{said}: {plan}");
    }
    let ran = sandbox.berth(&["install", STACK, "--yes", "--json"]).ok();
    assert!(ran.stdout.contains("store is well"), "{}", ran.stdout);
    assert_eq!(count(&sandbox), "1");
    assert_eq!(count(&sandbox), "2");
    assert_eq!(standing(&sandbox), (json!("ready"), json!("well")));

    is_confined_and_known_to_the_engines_tools(&sandbox);
    let log = sandbox.berth(&["logs", STACK, "store"]).ok().stdout;
    assert!(log.contains("the password is ••••••••"), "{log}");
    assert!(log.contains("listening"), "{log}");
    let unknown = sandbox.berth(&["logs", STACK, "other"]);
    assert_eq!(unknown.exit, Some(3), "{unknown:?}");

    stopped_and_started(&sandbox);
    updated_and_undone(&sandbox);

    sandbox.berth(&["remove", STACK, "--yes"]).ok();
    assert_eq!(services(&sandbox), [""; 0]);
    assert_eq!(left(&sandbox, "network"), [""; 0]);
    assert_eq!(left(&sandbox, "volume").len(), 1, "its data is kept");
    let kept = sandbox.keychain_items();
    assert_eq!(kept, [format!("{STACK}/kept-{STACK}/password")]);
    sandbox.berth(&["install", STACK, "--yes"]).ok();
    assert_eq!(count(&sandbox), "7", "the password fits what was kept");
    sandbox.berth(&["remove", STACK, "--data", "--yes"]).ok();
    assert_nothing_left(&sandbox, STACK);
    assert_eq!(services(&sandbox), [""; 0]);
    assert_eq!(left(&sandbox, "network"), [""; 0]);
    assert_eq!(left(&sandbox, "volume"), [""; 0]);
}

fn is_confined_and_known_to_the_engines_tools(sandbox: &Sandbox) {
    let store = inspected(sandbox);
    let labels = &store["Config"]["Labels"];
    let project = labels["com.docker.compose.project"].as_str().unwrap();
    assert!(project.starts_with("berth-counter-"), "{labels}");
    assert_eq!(labels["com.docker.compose.service"], "store");
    assert_eq!(labels["com.docker.compose.oneoff"], "False");
    assert_eq!(labels["dev.berth.session"], Value::Null);
    let host = &store["HostConfig"];
    assert_eq!(host["RestartPolicy"]["Name"], "unless-stopped");
    assert_eq!(host["ReadonlyRootfs"], true);
    assert_eq!(host["CapDrop"], json!(["ALL"]));
    assert_eq!(host["SecurityOpt"], json!(["no-new-privileges"]));
    assert_eq!(host["Memory"], 128 << 20);
    assert_eq!(host["Privileged"], false);
    assert_eq!(store["NetworkSettings"]["Ports"], json!({}));
    let network = host["NetworkMode"].as_str().unwrap();
    let ran = sandbox.docker(&["network", "inspect", network]).ok();
    let about: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(about[0]["Internal"], true);

    // No secret where it does not belong: images, labels, names, files.
    let env = store["Config"]["Env"].as_array().unwrap();
    let mut env = env.iter().filter_map(Value::as_str);
    let password = env.find_map(|one| one.strip_prefix("PASSWORD=")).unwrap();
    assert_eq!(password.len(), 40);
    assert!(!labels.to_string().contains(password));
    let files = sandbox.files_with(password);
    assert_eq!(files, Vec::<std::path::PathBuf>::new());
}

fn stopped_and_started(sandbox: &Sandbox) {
    sandbox.berth(&["stop", STACK]).ok();
    assert_eq!(standing(sandbox), (json!("stopped"), json!("stopped")));
    let run = sandbox.berth(&["run", STACK]);
    assert_eq!(run.exit, Some(12), "{run:?}");
    assert!(run.stderr.contains("berth start counter"), "{run:?}");
    assert_eq!(inspected(sandbox)["State"]["Running"], false, "it stays");
    sandbox.berth(&["start", STACK]).ok();
    assert_eq!(count(sandbox), "3");

    // One that worked before and fails now says why, without its password.
    let id = services(sandbox).remove(0);
    sandbox.docker(&["exec", &id, "touch", "/data/sick"]).ok();
    sandbox.berth(&["stop", STACK]).ok();
    let failed = sandbox.berth(&["start", STACK]);
    assert_eq!(failed.exit, Some(12), "{failed:?}");
    let said = format!("{}{}", failed.stdout, failed.stderr);
    assert!(said.contains("the password is ••••••••"), "{said}");
    sandbox.docker(&["exec", &id, "rm", "/data/sick"]).ok();
    sandbox.berth(&["stop", STACK]).ok();
    sandbox.berth(&["start", STACK]).ok();

    // Somebody else has stopped it: a client brings it up.
    sandbox.docker(&["stop", &id]).ok();
    assert_eq!(count(sandbox), "4");
    sandbox.docker(&["rm", "--force", &id]).ok();
    assert_eq!(count(sandbox), "5", "and makes it, where it is gone");
}

fn updated_and_undone(sandbox: &Sandbox) {
    let before = services(sandbox);
    sandbox.berth(&["update", STACK, "--yes"]).ok();
    let after = services(sandbox);
    assert_ne!(before, after);
    assert_eq!(after.len(), 1);
    for broken in ["mode=server", "mode=store"] {
        let args = ["install", STACK, "--replace", "--yes", "--set", broken];
        let ran = sandbox.berth(&args);
        assert_eq!(ran.exit, Some(12), "{broken}: {ran:?}");
        assert_eq!(services(sandbox), after, "{broken}");
        assert_eq!(inspected(sandbox)["State"]["Running"], true, "{broken}");
    }
    assert_eq!(count(sandbox), "6");
}

#[test]
fn a_service_that_is_not_well_is_named_and_nothing_is_left() {
    let sandbox = Sandbox::new();
    add_stack(&sandbox);
    let ran = sandbox.berth(&["install", STACK, "--yes", "--set", "mode=store"]);
    assert_eq!(ran.exit, Some(12), "{ran:?}");
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(
        said.contains("The service `store` did not become well."),
        "{said}"
    );
    assert!(said.contains("the password is ••••••••"), "{said}");
    assert_nothing_left(&sandbox, STACK);
    assert_eq!(services(&sandbox), [""; 0]);
    assert_eq!(left(&sandbox, "network"), [""; 0]);
    assert_eq!(left(&sandbox, "volume"), [""; 0]);
}
