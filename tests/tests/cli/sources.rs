//! Source folders that are not given.

use berth_testkit::token;
use berth_tests::leak::{self, Watch};
use berth_tests::sandbox::{Ran, Sandbox};
use berth_tests::source::Source;

use crate::people::{assert_nothing_left, using_image};

const NAME: &str = "built";

fn run(sandbox: &Sandbox, folder: &std::path::Path, args: &[&str]) -> Ran {
    let mut command = sandbox.command(sandbox.path("bin/berth"));
    command.args(args);
    command.args(["--secret-env", "token=T", "--no-env"]);
    command.env("T", token::right()).current_dir(folder);
    command.output().unwrap().into()
}

#[test]
fn the_current_folder_counts_then_the_only_one_and_of_several_none() {
    let _turn = using_image();
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

#[test]
fn what_stands_in_the_env_file_is_used_and_its_secret_is_in_the_keychain_only() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    let source = Source::add(&sandbox, NAME, "cli-env");
    let token = source.token();
    let file = source.folder.join(".env");
    let text = std::fs::read(&file).unwrap();
    let folder = source.folder.to_str().unwrap();
    let watch = Watch::start(&[&token]);
    let mut told = String::new();
    let mut berth = |args: &[&str]| {
        let ran = sandbox.berth(args);
        told.push_str(&format!("{ran:?}"));
        ran
    };

    let args = ["plan", NAME, "--source", folder];
    let plan = berth(&args).ok();
    let said = format!(
        "From {file}: token (TOKEN), company (COMPANY). --no-env takes nothing from it.\n\
         Left out of {file}: 1 line that cannot be read.\n",
        file = file.display()
    );
    assert_eq!(plan.stderr, said);
    let warning = format!(
        "Secrets are taken from {}, which keeps them.",
        file.display()
    );
    assert!(plan.stdout.contains(&warning), "{}", plan.stdout);

    let refused = berth(&[&args[..], &["--no-env", "--json"]].concat());
    assert_eq!(refused.exit, Some(6), "{refused:?}");
    let problems = refused.json()["inputs"].clone();
    assert_eq!(problems["token"]["problem"], "empty", "{problems}");
    assert!(problems["company"].is_null(), "{problems}");

    let ran = berth(&["install", NAME, "--source", folder, "--yes", "--json"]).ok();
    assert_eq!(ran.last_json()["event"], "done", "{ran:?}");
    berth(&["verify", NAME]).ok();
    let shown = berth(&["show", NAME, "--json"]).ok().json();
    let company = &shown["installation"]["inputs"]["company"]["value"];
    assert_eq!(company, "ada", "{shown}");
    berth(&["jobs", "--json"]).ok();
    assert_eq!(sandbox.keychain_items().len(), 1);

    assert_eq!(
        std::fs::read(&file).unwrap(),
        text,
        "the file stays as it is"
    );

    // The secret that the server has stays, and so does what is given.
    source.write(
        ".env",
        "TOKEN=not-a-token\nCOMPANY=https://eve.example.com/\n",
    );
    let again = ["install", NAME, "--source", folder, "--replace", "--yes"];
    let again = [&again[..], &["--set", "company=bob"]].concat();
    let ran = berth(&again).ok();
    assert!(!ran.stderr.contains("From "), "{ran:?}");
    let shown = berth(&["show", NAME, "--json"]).ok().json();
    let company = &shown["installation"]["inputs"]["company"]["value"];
    assert_eq!(company, "bob", "{shown}");

    assert!(!told.contains(&token), "{told}");
    // Where it came from has it no more, so nothing else on this machine may.
    let (found, read) = leak::files(&sandbox.path(""), &token);
    assert!(found.is_empty(), "{found:?}");
    assert!(read > 5);
    assert!(watch.looks() > 10);
    let seen = watch.stop();
    assert!(seen.is_empty(), "{seen:#?}");
    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
    source.clean(&sandbox);
}
