//! Servers that are built from a folder.

use berth_testkit::{ground, token};
use berth_tests::leak;
use berth_tests::sandbox::{Ran, Sandbox};
use berth_tests::source::{CODE, Source, project};
use serde_json::{Value, json};

use crate::people::{assert_nothing_left, berth_with, using_image};

const NAME: &str = "built";

fn install(sandbox: &Sandbox, source: &Source, more: &[&str]) -> Ran {
    let folder = source.folder.to_str().unwrap();
    let args = [
        &["install", NAME, "--source", folder, "--yes", "--json"][..],
        &["--secret-env", "token=TOKEN_HERE"],
        more,
    ]
    .concat();
    berth_with(sandbox, &args, "", &[("TOKEN_HERE", &source.token())])
}

fn events(ran: &Ran) -> Vec<Value> {
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn read(sandbox: &Sandbox, path: &str) -> String {
    let arguments = json!({ "path": path }).to_string();
    let ran = sandbox
        .berth(&["call", NAME, "read_file", &arguments, "--json"])
        .ok();
    ran.json()["text"].as_str().unwrap().to_owned()
}

/// Of the image: its own layers beside those of its base. Of the folder: what a build is given, and
/// that is never the file with the token.
fn says_what_it_is_made_of(sandbox: &Sandbox, source: &Source) {
    let said = sandbox.berth(&["image", NAME, "--json"]).ok().json();
    assert_eq!(said["reference"], source.dev.as_str());
    let (base, own): (Vec<_>, Vec<_>) = said["layers"]
        .as_array()
        .unwrap()
        .iter()
        .partition(|layer| layer["base"] == true);
    assert!(
        base.iter()
            .any(|layer| layer["size"].as_u64() > Some(1 << 20))
    );
    let own = own
        .iter()
        .map(|layer| layer["instruction"].as_str().unwrap());
    let words: Vec<&str> = own.map(|text| text.split(' ').next().unwrap()).collect();
    assert_eq!(words, ["LABEL", "COPY", "RUN", "LABEL"], "{said:#}");
    let sent = &said["built_from"]["sent"];
    assert_eq!(sent["base"], ground::image_server().as_str());
    let parts = sent["parts"].as_array().unwrap().iter();
    let mut names: Vec<&str> = parts.map(|part| part["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Dockerfile", "pyproject.toml", "src"]);
    let path = source.folder.join(".dockerignore");
    let missing = json!({ "advice": "ignore_missing", "path": path });
    assert_eq!(said["advice"], json!([missing]));

    let text = sandbox.berth(&["image", NAME]).ok().stdout;
    for line in [
        format!("FROM {}", ground::image_server()),
        "3 files of ".to_owned(),
        format!("write {}", path.display()),
    ] {
        assert!(text.contains(&line), "{line}: {text}");
    }
    let unknown = sandbox.berth(&["image", "nothing"]);
    assert_eq!(unknown.exit, Some(3), "{unknown:?}");
}

#[test]
fn code_is_changed_without_a_build_and_never_by_the_server() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    let source = Source::add(&sandbox, NAME, "cli-dev");
    let theirs = source.make_theirs(&sandbox, &source.dev);

    let shown = sandbox.berth(&["catalog", "show", NAME]).ok().stdout;
    assert!(
        shown.contains(&format!("existing image: {}", source.dev)),
        "{shown}"
    );
    let folder = source.folder.to_str().unwrap();
    let args = [
        "plan",
        NAME,
        "--source",
        folder,
        "--secret-env",
        "token=T",
        "--no-cache",
    ];
    let plan = berth_with(&sandbox, &args, "", &[("T", &token::right())])
        .ok()
        .stdout;
    let command = format!(
        "docker build --tag {} --target deps --no-cache {folder}",
        source.dev
    );
    assert!(plan.contains(&command), "{plan}");
    assert!(plan.contains("is here already ("), "{plan}");
    let mount = format!("mounts {folder}/src at /app/src (read-only)");
    assert!(plan.contains(&mount), "{plan}");

    let ran = install(&sandbox, &source, &[]).ok();
    let told = events(&ran);
    let counts = told
        .iter()
        .filter(|event| event["progress"]["kind"] == "count");
    // Some come too soon after the one before to be told.
    assert!(counts.count() >= 2, "{told:#?}");
    let line = |text: &str| told.iter().any(|event| event["progress"]["text"] == *text);
    assert!(
        line("Step 3/5 : COPY pyproject.toml /app/pyproject.toml"),
        "{told:#?}"
    );
    let first = source.named(&sandbox, &source.dev).unwrap();
    assert_ne!(first, theirs);
    says_what_it_is_made_of(&sandbox, &source);

    assert_eq!(read(&sandbox, CODE), "one");
    source.write("src/code", "two");
    assert_eq!(read(&sandbox, CODE), "two");
    let arguments = json!({ "path": CODE, "text": "mine" }).to_string();
    let wrote = sandbox.berth(&["call", NAME, "write_file", &arguments]);
    assert_ne!(wrote.exit, Some(0), "{wrote:?}");
    assert_eq!(
        std::fs::read_to_string(source.folder.join("src/code")).unwrap(),
        "two"
    );

    // The same again gives the same; a change of what the image holds gives another, and the one
    // before goes.
    install(&sandbox, &source, &["--replace"]).ok();
    assert_eq!(source.built(&sandbox), [first.as_str()]);
    source.change("0.2.0");
    let ran = install(&sandbox, &source, &["--replace"]).ok();
    let second = source.named(&sandbox, &source.dev).unwrap();
    assert_ne!(second, first);
    assert_eq!(source.built(&sandbox), [second.as_str()]);
    assert_eq!(read(&sandbox, "/app/pyproject.toml"), project("0.2.0"));
    assert!(!ran.stdout.contains(&source.token()));

    // What is here can be used as it is, whatever the source says by now.
    source.change("0.3.0");
    install(&sandbox, &source, &["--replace", "--use-image"]).ok();
    assert_eq!(source.built(&sandbox), [second.as_str()]);
    assert_eq!(read(&sandbox, "/app/pyproject.toml"), project("0.2.0"));

    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
    assert_eq!(source.named(&sandbox, &source.dev), Some(theirs));
    assert_eq!(source.built(&sandbox), [""; 0]);
    source.clean(&sandbox);
}

#[test]
fn an_image_with_everything_in_it_holds_no_token() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    let source = Source::add(&sandbox, NAME, "cli-baked");
    let ran = install(&sandbox, &source, &["--variant", "baked"]).ok();
    let withheld = "Kept out of the image, because it may hold tokens: .env";
    assert!(ran.stdout.contains(withheld), "{}", ran.stdout);
    assert_eq!(read(&sandbox, CODE), "one");
    source.write("src/code", "two");
    assert_eq!(read(&sandbox, CODE), "one", "as it was built");
    let shown = sandbox.berth(&["show", NAME, "--json"]).ok().json();
    let built = &shown["installation"]["built"];
    assert_eq!(built["reference"], source.baked.as_str(), "{shown}");
    assert_eq!(built["before"], Value::Null);

    // Every layer, the configuration and the history.
    let token = source.token();
    let place = ground::tmp().join(format!("saved-{}", std::process::id()));
    let whole = place.join("image.tar");
    std::fs::create_dir_all(&place).unwrap();
    sandbox
        .docker(&["save", "--output", whole.to_str().unwrap(), &source.baked])
        .ok();
    let (found, read_files) = leak::files(&place, &token);
    assert_eq!((found, read_files), (Vec::new(), 1));
    // It would be found there: what the image does hold is.
    assert_eq!(leak::files(&place, "name = \"demo-mcp\"").0, [whole]);
    std::fs::remove_dir_all(&place).unwrap();
    let history = [
        "history",
        "--no-trunc",
        "--format",
        "{{.CreatedBy}}",
        &source.baked,
    ];
    let history = sandbox.docker(&history).ok().stdout;
    assert!(
        history.contains("COPY") && !history.contains(&token),
        "{history}"
    );

    sandbox.berth(&["remove", NAME, "--yes"]).ok();
    assert_nothing_left(&sandbox, NAME);
    assert_eq!(source.named(&sandbox, &source.baked), None);
    assert_eq!(source.built(&sandbox), [""; 0]);
    source.clean(&sandbox);
}

#[test]
fn a_build_that_fails_says_where_and_leaves_what_was_there() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    let source = Source::add(&sandbox, NAME, "cli-fails");
    let theirs = source.make_theirs(&sandbox, &source.dev);
    let server = ground::image_server();
    let failing = format!("FROM {server} AS deps\nRUN [\"/server\", \"--exit\", \"3\"]\n");
    let dockerfile = source.folder.join("Dockerfile");
    for (recipe, expected) in [
        (
            failing.as_str(),
            json!({ "code": "build_failed", "step": r#"RUN ["/server", "--exit", "3"]"# }),
        ),
        (
            "FROM scratch AS other\n",
            json!({ "code": "build_target_missing", "target": "deps", "dockerfile": dockerfile }),
        ),
        (
            "FROM scratch AS deps\nRUN --mount=type=cache,target=/x true\n",
            json!({ "code": "buildkit_needed", "step": "RUN --mount=type=cache,target=/x true" }),
        ),
    ] {
        source.write("Dockerfile", recipe);
        let ran = install(&sandbox, &source, &[]);
        assert_eq!(ran.exit, Some(8), "{ran:?}");
        let error = ran.last_json()["error"].clone();
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&error[key], value, "{error}");
        }
        assert_nothing_left(&sandbox, NAME);
        assert_eq!(source.named(&sandbox, &source.dev).as_ref(), Some(&theirs));
    }
    std::fs::remove_file(source.folder.join("Dockerfile")).unwrap();
    let ran = install(&sandbox, &source, &[]);
    assert_eq!(
        ran.last_json()["error"]["code"],
        "dockerfile_missing",
        "{ran:?}"
    );
    let refused = install(&sandbox, &source, &["--no-cache", "--use-image"]);
    assert_eq!(refused.exit, Some(2), "{refused:?}");
    source.clean(&sandbox);
}
