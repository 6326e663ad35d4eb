//! Installed in place, with the real tools.

use std::path::Path;

use berth_testkit::token;
use berth_tests::kaiten::{KAITEN, Kaiten, user};
use berth_tests::leak;
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::{Ran, Sandbox};
use serde_json::{Value, json};

/// The folder of the generation that is current.
fn generation(sandbox: &Sandbox) -> String {
    let page = sandbox.berth(&["show", KAITEN, "--json"]).ok().json();
    page["installation"]["folder"].as_str().unwrap().to_owned()
}

fn state(sandbox: &Sandbox) -> Value {
    let rows = sandbox.berth(&["list", "--json"]).ok().json();
    rows[0]["state"].clone()
}

/// Of the project's shape: `lint` fails, and shows what nobody is to see.
const MAKEFILE: &str = "test:\n\t@echo \"tests in $(CURDIR) with $${KAITEN_TOKEN:-no token}\"\nlint:\n\t@cat .env; exit 3\n";

/// The project's own targets run in its folder as the person, once that was agreed to.
fn acted(sandbox: &Sandbox, kaiten: &Kaiten) {
    let offered = sandbox.berth(&["act", KAITEN]).ok().stdout;
    assert!(
        offered.contains("test  Run the project's tests"),
        "{offered}"
    );
    let refused = sandbox.berth(&["act", KAITEN, "test"]);
    assert_eq!(refused.exit, Some(4), "{refused:?}");
    let said = format!("`make test` runs in {} as you", kaiten.path());
    assert!(refused.stdout.contains(&said), "{refused:?}");
    let ran = sandbox.berth(&["act", KAITEN, "test", "--yes"]).ok();
    let said = format!("tests in {} with no token", kaiten.path());
    assert!(ran.stderr.contains(&said), "{ran:?}");

    let failed = sandbox.berth(&["act", KAITEN, "lint", "--yes"]);
    assert_eq!(failed.exit, Some(12), "{failed:?}");
    // make's own exit code for a target that fails.
    assert!(
        failed.stderr.contains("`make lint` ended with exit code 2"),
        "{failed:?}"
    );
    assert!(failed.stderr.contains("KAITEN_TOKEN=••••••"), "{failed:?}");
    assert!(!format!("{failed:?}").contains(&kaiten.token));

    let mut without = sandbox.command(sandbox.path("bin/berth"));
    let without = without
        .args(["act", KAITEN, "test", "--yes", "--json"])
        .env("PATH", "/nowhere")
        .output()
        .unwrap();
    let without = Ran::from(without);
    assert_eq!(without.exit, Some(11), "{without:?}");
    assert_eq!(without.last_json()["error"]["code"], "command_missing");
}

/// From the catalog to working tools, through a change of the code, of what it depends on and of
/// the token, and back.
fn whole(sandbox: &Sandbox, tool: &str) {
    let kaiten = Kaiten::add(sandbox, "my code");
    // What the person made by themselves is mentioned, and stays theirs.
    std::fs::create_dir_all(kaiten.folder.join(".venv/bin")).unwrap();
    kaiten.write(".venv/bin/kaiten-mcp", "theirs");
    kaiten.write("Makefile", MAKEFILE);
    let before = kaiten.files(sandbox);

    let plan = [
        "plan",
        KAITEN,
        "--variant",
        "python",
        "--source",
        kaiten.path(),
        "--set",
        "subdomain=mycompany",
        "--json",
    ];
    let plan = sandbox.berth(&plan).json();
    let theirs = format!("{}/.venv/bin/kaiten-mcp", kaiten.path());
    assert_eq!(plan["environments"]["python"], theirs.as_str(), "{plan}");

    let ran = kaiten.install(sandbox, "python", &[]).ok();
    let shown: Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    let step = &shown["preview"]["steps"][2];
    assert_eq!(step["kind"], "install_in_place", "{step}");
    assert_eq!(step["subject"], kaiten.path());
    let lines = step["lines"].as_array().unwrap().iter();
    let mut commands = lines.filter_map(|line| line["text"].as_str());
    let folder = format!("-e '{}'", kaiten.path());
    let command = commands.find(|line| line.ends_with(&folder));
    assert!(command.is_some_and(|line| line.contains(tool)), "{step}");
    let warnings = &shown["preview"]["plan"]["warnings"];
    let in_place = json!({ "warning": "in_place", "folder": kaiten.path() });
    assert!(
        warnings.as_array().unwrap().contains(&in_place),
        "{warnings}"
    );
    assert!(is_connected(sandbox, KAITEN));

    let first = generation(sandbox);
    let seen = user(sandbox);
    assert_eq!(seen["company"], "mycompany");
    assert_eq!(seen["code"], "one");
    assert_eq!(seen["from"], format!("{}/src/kaiten_mcp", kaiten.path()));
    assert_eq!(
        seen["python"],
        format!("{first}/venv"),
        "never the system's, never the source's"
    );
    acted(sandbox, &kaiten);
    let verified = sandbox.berth(&["verify", KAITEN, "--json"]).ok().json();
    assert_eq!(verified["tools"], 246);
    assert_eq!(kaiten.files(sandbox), before, "nothing was written there");
    assert!(
        Path::new(&first).join("pycache").exists(),
        "what was compiled is here"
    );

    kaiten.change_code("two");
    assert_eq!(user(sandbox)["code"], "two", "without anything");
    assert_eq!(generation(sandbox), first);

    kaiten.change_dependencies("\"six==1.16.0\"");
    assert_eq!(user(sandbox)["dependencies"], json!([]));
    sandbox.berth(&["update", KAITEN, "--yes"]).ok();
    assert_eq!(user(sandbox)["dependencies"], json!(["six==1.16.0"]));
    let second = generation(sandbox);
    assert_ne!(second, first);
    assert!(
        !Path::new(&first).exists(),
        "the environment before is gone"
    );

    // Another token: the one before is taken no more, the folder is asked for again.
    let other = token::right();
    kaiten
        .install_with(sandbox, "python", &other, &["--replace"])
        .ok();
    assert_eq!(user(sandbox)["company"], "mycompany");
    assert_eq!(sandbox.keychain_items().len(), 1);
    for token in [&kaiten.token, &other] {
        let mut found = leak::files(&sandbox.path(""), token).0;
        // The person's own files, which hold theirs.
        found.retain(|path| !path.starts_with(&kaiten.folder));
        assert_eq!(found, Vec::<std::path::PathBuf>::new());
    }

    let now = kaiten.files(sandbox);
    sandbox.berth(&["remove", KAITEN, "--yes"]).ok();
    assert_nothing_left(sandbox, KAITEN);
    assert_eq!(kaiten.files(sandbox), now, "byte for byte");
}

#[test]
fn with_pip() {
    whole(&Sandbox::without_uv(), "-m pip install");
}

#[test]
fn with_uv() {
    whole(&Sandbox::new(), "uv pip install");
}

#[test]
fn a_token_that_is_short_or_wrong_is_refused_and_all_is_undone() {
    let sandbox = Sandbox::new();
    let kaiten = Kaiten::add(&sandbox, "source");
    let before = kaiten.files(&sandbox);
    let ran = kaiten.install_with(&sandbox, "python", "too-short", &[]);
    assert_eq!(ran.exit, Some(6), "{ran:?}");
    assert_eq!(ran.last_json()["error"]["code"], "input_invalid", "{ran:?}");
    let ran = kaiten.install_with(&sandbox, "python", &token::wrong(), &[]);
    assert_eq!(ran.exit, Some(12), "{ran:?}");
    let error = ran.last_json()["error"].clone();
    assert_eq!(error["code"], "credential_refused", "{error}");
    assert_eq!(error["tool"], "kaiten_get_current_user", "{error}");
    assert_nothing_left(&sandbox, KAITEN);
    assert_eq!(kaiten.files(&sandbox), before);
}

#[test]
fn what_a_build_backend_writes_stays_the_persons() {
    let sandbox = Sandbox::new();
    let kaiten = Kaiten::add(&sandbox, "source");
    let project = std::fs::read_to_string(kaiten.folder.join("pyproject.toml")).unwrap();
    let project = project
        .replace("hatchling==1.27.0", "setuptools==80.9.0")
        .replace("hatchling.build", "setuptools.build_meta");
    kaiten.write(
        "pyproject.toml",
        project.split("[tool.hatch").next().unwrap(),
    );
    let before = kaiten.files(&sandbox);
    // It fails after the build: what the build wrote is not Berth's to judge.
    let ran = kaiten.install_with(&sandbox, "python", &token::wrong(), &[]);
    assert_eq!(ran.exit, Some(12), "{ran:?}");
    assert_nothing_left(&sandbox, KAITEN);
    kaiten.install(&sandbox, "python", &[]).ok();
    assert_eq!(user(&sandbox)["code"], "one");
    sandbox.berth(&["remove", KAITEN, "--yes"]).ok();
    assert_nothing_left(&sandbox, KAITEN);
    let after = kaiten.files(&sandbox);
    assert!(before.iter().all(|file| after.contains(file)), "{after:?}");
    let made: Vec<_> = after.iter().filter(|file| !before.contains(file)).collect();
    let info = kaiten.folder.join("src/kaiten_mcp.egg-info");
    assert!(
        !made.is_empty() && made.iter().all(|(path, _)| path.starts_with(&info)),
        "{made:?}"
    );
}

#[test]
fn a_folder_that_was_moved_is_said_everywhere_and_chosen_again() {
    let sandbox = Sandbox::new();
    let kaiten = Kaiten::add(&sandbox, "source");
    kaiten.install(&sandbox, "python", &[]).ok();
    let moved = sandbox.path("moved");
    std::fs::rename(&kaiten.folder, &moved).unwrap();

    let path = kaiten.path();
    assert_eq!(
        state(&sandbox),
        json!({ "state": "path_missing", "path": path })
    );
    let listed = sandbox.berth(&["list"]).ok().stdout;
    assert!(listed.contains(&format!("{path} is missing")), "{listed}");
    let expected = format!(
        "The server needs `{path}`, which is no longer there. Put it back, or reconfigure the server with where it is now."
    );
    let ran = sandbox.berth(&["run", KAITEN]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (Some(6), ""), "{ran:?}");
    assert_eq!(ran.stderr, format!("berth: {expected}\n"));
    let verified = sandbox.berth(&["verify", KAITEN, "--json"]);
    assert_eq!(
        verified.last_json()["error"]["code"],
        "path_missing",
        "{verified:?}"
    );
    let updated = sandbox.berth(&["update", KAITEN, "--yes", "--json"]);
    assert_eq!(
        updated.last_json()["error"]["code"],
        "input_invalid",
        "{updated:?}"
    );

    let moved = Kaiten {
        folder: moved,
        token: kaiten.token.clone(),
    };
    moved.install(&sandbox, "python", &["--replace"]).ok();
    assert_eq!(
        user(&sandbox)["from"],
        format!("{}/src/kaiten_mcp", moved.path())
    );
    assert_eq!(state(&sandbox)["state"], "ready");
    sandbox.berth(&["remove", KAITEN, "--yes"]).ok();
    assert_nothing_left(&sandbox, KAITEN);
}

#[test]
fn a_project_that_needs_another_python_says_so_before_anything_is_done() {
    let sandbox = Sandbox::without_uv();
    let kaiten = Kaiten::add(&sandbox, "source");
    let project = std::fs::read_to_string(kaiten.folder.join("pyproject.toml")).unwrap();
    kaiten.write("pyproject.toml", &project.replace(">=3.11", ">=3.99"));
    let refused = |begun: bool| {
        let ran = kaiten.install(&sandbox, "python", &[]);
        assert_eq!(ran.exit, Some(11), "{ran:?}");
        let error = ran.last_json()["error"].clone();
        assert_eq!(error["code"], "python_missing", "{error}");
        assert!(
            error["needed"].as_str().unwrap().contains(">=3.99"),
            "{error}"
        );
        assert_eq!(
            ran.stdout.contains(r#""event":"started""#),
            begun,
            "{ran:?}"
        );
        assert_nothing_left(&sandbox, KAITEN);
    };
    refused(false);
    // uv may know one that nobody here does, so it is asked.
    sandbox.add_uv();
    refused(true);
}

#[test]
fn another_projects_folder_is_refused() {
    let sandbox = Sandbox::new();
    let kaiten = Kaiten::add(&sandbox, "source");
    let project = std::fs::read_to_string(kaiten.folder.join("pyproject.toml")).unwrap();
    kaiten.write(
        "pyproject.toml",
        &project.replace("name = \"kaiten-mcp\"", "name = \"other\""),
    );
    let ran = kaiten.install(&sandbox, "python", &[]);
    let error = ran.last_json()["error"].clone();
    assert_eq!(error["code"], "input_invalid", "{error}");
    assert_eq!(error["problem"]["found"], "other", "{error}");
    assert_nothing_left(&sandbox, KAITEN);
}
