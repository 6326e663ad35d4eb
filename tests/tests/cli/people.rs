//! Entries of the person's own over the run's registry, and machines that lack something.

use std::process::Stdio;

use berth_testkit::token;
pub use berth_tests::hub::{HUB, add_hub, pulling, using_image};
use berth_tests::leak::Watch;
pub use berth_tests::left::assert_nothing_left;
use berth_tests::sandbox::{Ran, Sandbox};

/// Runs `berth` with something on its standard input, and more variables.
pub fn berth_with(sandbox: &Sandbox, args: &[&str], input: &str, env: &[(&str, &str)]) -> Ran {
    use std::io::Write;
    let mut child = sandbox
        .command(sandbox.path("bin/berth"))
        .args(args)
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn an_image_with_a_secret_is_pulled_used_and_removed() {
    let _turn = pulling();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let right = token::right();
    let args = ["install", HUB, "--secret", "token", "--yes", "--json"];
    let ran = berth_with(&sandbox, &args, &format!("{right}\n"), &[]).ok();
    let done = ran.last_json();
    assert_eq!(done["event"], "done", "{done}");
    assert_eq!(done["installation"]["row"]["state"]["state"], "ready");
    let layers = ran
        .stdout
        .lines()
        .any(|line| line.contains(r#""kind":"layers""#));
    assert!(layers, "the pull tells its layers: {}", ran.stdout);

    let called = sandbox
        .berth(&["call", HUB, "whoami", "--json"])
        .ok()
        .json();
    assert_eq!(called["is_error"], false, "{called}");
    assert!(
        called["text"].as_str().unwrap().contains("fixture-user"),
        "{called}"
    );
    let refused = sandbox.berth(&["call", HUB, "leave", "{\"code\":3}"]);
    assert_ne!(refused.exit, Some(0), "{refused:?}");
    assert_eq!(
        sandbox.containers(),
        [""; 0],
        "each session ends its container"
    );

    assert_eq!(sandbox.files_with(&right), Vec::<std::path::PathBuf>::new());
    sandbox.berth(&["remove", HUB, "--data", "--yes"]).ok();
    assert_nothing_left(&sandbox, HUB);
}

#[test]
fn a_token_that_is_refused_is_told_and_everything_is_undone() {
    let _turn = pulling();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let wrong = token::wrong();
    let args = ["install", HUB, "--secret-env", "token=HUB_TOKEN", "--yes"];
    let ran = berth_with(&sandbox, &args, "", &[("HUB_TOKEN", &wrong)]);
    assert_eq!(ran.exit, Some(12), "{ran:?}");
    let expected = "The server refused the credentials when `whoami` was called.";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    assert!(!format!("{ran:?}").contains(&wrong), "{ran:?}");
    assert_eq!(sandbox.files_with(&wrong), Vec::<std::path::PathBuf>::new());
    assert_nothing_left(&sandbox, HUB);
}

/// It is in the environment of `berth`, where the person has put it, and of no program that `berth`
/// starts: Claude Code, probes, a project's build.
#[test]
fn a_secret_of_the_environment_is_passed_on_to_nobody() {
    let _turn = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let right = token::right();
    let watch = Watch::start(&[&right]);
    let args = ["install", HUB, "--secret-env", "token=HUB_TOKEN", "--yes"];
    berth_with(&sandbox, &args, "", &[("HUB_TOKEN", &right)]).ok();
    let seen = watch.stop();
    let berth = sandbox.path("bin/berth").display().to_string();
    let own = format!("environ of `{berth} install ");
    let others: Vec<&String> = seen.iter().filter(|seen| !seen.starts_with(&own)).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert!(!seen.is_empty(), "its own was looked at");
    sandbox.berth(&["remove", HUB, "--yes"]).ok();
    assert_nothing_left(&sandbox, HUB);
}

#[test]
fn a_malformed_entry_is_reported_and_the_others_are_there() {
    let sandbox = Sandbox::new();
    sandbox.add_entry("broken", "id: [");
    let ran = sandbox.berth(&["catalog", "search", "time"]).ok();
    assert!(ran.stdout.contains("time"), "{}", ran.stdout);
    let expected = "1 catalog file was skipped; see `berth doctor`.\n";
    assert_eq!(ran.stderr, expected);
    let doctor = sandbox.berth(&["doctor"]);
    assert!(doctor.stdout.contains("broken.yaml"), "{}", doctor.stdout);
}

#[test]
fn nothing_is_done_without_consent() {
    let sandbox = Sandbox::new();
    let home = sandbox.files_below(&sandbox.home().join(".claude.json"));
    let ran = berth_with(&sandbox, &["install", "time"], "y\n", &[]);
    assert_eq!(ran.exit, Some(4), "a pipe cannot agree: {ran:?}");
    assert!(
        ran.stdout.contains("mcp-server-time=="),
        "the plan was shown: {ran:?}"
    );
    let ran = sandbox.berth(&["install", "time", "--json"]);
    assert_eq!(ran.exit, Some(4));
    assert_eq!(ran.last_json()["error"]["code"], "consent_needed");
    assert_eq!(
        sandbox.files_below(&sandbox.home().join(".claude.json")),
        home
    );
    assert_nothing_left(&sandbox, "time");
}
