//! Source folders that are not given.

use berth_testkit::token;
use berth_tests::sandbox::{Ran, Sandbox};
use berth_tests::source::Source;

use crate::people::{assert_nothing_left, engine};

const NAME: &str = "built";

fn run(sandbox: &Sandbox, folder: &std::path::Path, args: &[&str]) -> Ran {
    let mut command = sandbox.command(sandbox.path("bin/berth"));
    command.args(args).args(["--secret-env", "token=T"]);
    command.env("T", token::right()).current_dir(folder);
    command.output().unwrap().into()
}

#[test]
fn the_current_folder_counts_then_the_only_one_and_of_several_none() {
    let _engine = engine();
    let sandbox = Sandbox::new();
    let source = Source::add(&sandbox, NAME, "cli-found");
    let project = sandbox.project();

    // Beside the home and the current folder: nobody looks there.
    let missing = run(&sandbox, &project, &["install", NAME, "--yes"]);
    assert_eq!(missing.exit, Some(6), "{missing:?}");
    let said = "No folder of `demo-mcp` was found on this computer.\n\
                Get its source, then say where it is: `--set source=DIR`.";
    assert!(missing.stderr.contains(said), "{missing:?}");

    let first = sandbox.home().join("src/company/demo");
    source.copy_to(&first);
    let plan = run(&sandbox, &project, &["plan", NAME]).ok();
    let said = format!("Source folder: {} (demo-mcp 0.1.0)\n", first.display());
    assert_eq!(plan.stderr, said);
    let build = format!("--target deps {}", first.display());
    assert!(plan.stdout.contains(&build), "{}", plan.stdout);

    let second = sandbox.home().join("things/demo");
    source.copy_to(&second);
    let unclear = run(&sandbox, &project, &["install", NAME, "--yes", "--json"]);
    assert_eq!(unclear.exit, Some(6), "{unclear:?}");
    let error = unclear.last_json()["error"].clone();
    assert_eq!(error["code"], "source_unclear");
    let folders = [&first, &second].map(|folder| folder.to_str().unwrap());
    assert_eq!(error["folders"], serde_json::json!(folders));
    let hint = format!("Say which: `--set source={}`.", folders[0]);
    assert_eq!(error["hint"], hint.as_str());

    // In one of them, however deep.
    let ran = run(&sandbox, &second.join("src"), &["install", NAME, "--yes"]).ok();
    let said = format!("Source folder: {} (demo-mcp 0.1.0)\n", second.display());
    assert!(ran.stderr.contains(&said), "{ran:?}");
    let folder = || {
        let shown = sandbox.berth(&["show", NAME, "--json"]).ok().json();
        shown["installation"]["inputs"]["source"]["value"][0]["path"].clone()
    };
    assert_eq!(folder(), folders[1]);

    // It stays where it is when the server is replaced, wherever one is.
    let args = ["install", NAME, "--replace", "--yes"];
    let again = run(&sandbox, &first, &args).ok();
    assert!(!again.stderr.contains("Source folder"), "{again:?}");
    assert_eq!(folder(), folders[1]);
    sandbox.berth(&["remove", NAME, "--yes"]).ok();

    // It is remembered, and for this variant as well.
    std::fs::remove_dir_all(&first).unwrap();
    let args = ["plan", NAME, "--variant", "baked"];
    let plan = run(&sandbox, &project, &args).ok();
    let said = format!(
        "Source folder: {} (demo-mcp 0.1.0, used before)\n",
        second.display()
    );
    assert_eq!(plan.stderr, said);

    // What is given is not looked for, and another project is refused as before.
    let given = run(
        &sandbox,
        &second,
        &["plan", NAME, "--source", project.to_str().unwrap()],
    );
    assert_eq!(given.exit, Some(6), "{given:?}");
    assert!(!given.stderr.contains("Source folder"), "{given:?}");
    assert_nothing_left(&sandbox, NAME);
    source.clean(&sandbox);
}

#[test]
fn what_stands_in_the_way_besides_is_said_first() {
    let mut sandbox = Sandbox::new();
    sandbox.set("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let _source = Source::add(&sandbox, NAME, "cli-stopped");
    let args = ["install", NAME, "--variant", "dev", "--yes", "--json"];
    let ran = run(&sandbox, &sandbox.project(), &args);
    assert_eq!(ran.exit, Some(8), "{ran:?}");
}
