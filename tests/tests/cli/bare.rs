//! A machine with nothing on it: no engine, no Claude Code, an empty home.

use std::path::Path;
use std::process::{Command, Stdio};

use berth_testkit::ground;
use berth_tests::sandbox::Ran;
use serde_json::Value;
use tempfile::TempDir;

use crate::shown;

struct Bare(TempDir);

impl Bare {
    fn new() -> Self {
        Self(TempDir::with_prefix_in("bare", ground::tmp()).unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn berth(&self, args: &[&str]) -> Ran {
        Command::new(ground::berth())
            .args(args)
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", "/nonexistent")
            .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
            .current_dir(self.path())
            .stdin(Stdio::null())
            .output()
            .unwrap()
            .into()
    }

    fn shows(&self, name: &str, args: &[&str]) {
        shown::ran(name, self.path(), &self.berth(args));
    }
}

#[test]
fn help_of_every_command() {
    let bare = Bare::new();
    let commands: [&[&str]; 22] = [
        &[],
        &["catalog"],
        &["catalog", "search"],
        &["catalog", "show"],
        &["plan"],
        &["install"],
        &["list"],
        &["show"],
        &["run"],
        &["verify"],
        &["call"],
        &["remove"],
        &["secret"],
        &["secret", "set"],
        &["secret", "delete"],
        &["vault"],
        &["vault", "create"],
        &["vault", "unlock"],
        &["jobs"],
        &["jobs", "show"],
        &["jobs", "cancel"],
        &["doctor"],
    ];
    let mut text = String::new();
    for command in commands {
        let mut args = command.to_vec();
        args.push("--help");
        let ran = bare.berth(&args).ok();
        assert_eq!(ran.stderr, "");
        text.push_str(&format!("$ berth {}\n{}\n", args.join(" "), ran.stdout));
    }
    shown::compare("help", bare.path(), &text);
    assert!(!bare.path().join(".local").exists(), "help makes no home");
}

#[test]
fn a_wrong_command_line() {
    let bare = Bare::new();
    bare.shows("usage_unknown_command", &["lst"]);
    bare.shows("usage_unknown_command_json", &["lst", "--json"]);
    bare.shows("usage_missing_argument", &["install"]);
    bare.shows("usage_wrong_value", &["plan", "time", "--scope", "mine"]);
    assert_eq!(bare.berth(&[]).exit, Some(2), "help, but nothing was asked");
}

#[test]
fn the_catalog_needs_nothing() {
    let bare = Bare::new();
    bare.shows("catalog_search_all", &["catalog", "search"]);
    bare.shows(
        "catalog_search_words",
        &["catalog", "search", "time", "zone"],
    );
    bare.shows("catalog_search_nothing", &["catalog", "search", "qqqqqq"]);
    bare.shows(
        "catalog_search_filtered",
        &[
            "catalog",
            "search",
            "--runs-in",
            "node",
            "--sort",
            "title",
            "--limit",
            "2",
        ],
    );
    bare.shows("catalog_show", &["catalog", "show", "filesystem"]);
    bare.shows("catalog_show_unknown", &["catalog", "show", "nothing"]);
    bare.shows(
        "catalog_show_unknown_json",
        &["catalog", "show", "nothing", "--json"],
    );
}

#[test]
fn json_is_one_value_of_the_window_s_types() {
    let bare = Bare::new();
    let page = bare.berth(&["catalog", "search", "--json"]).ok().json();
    let total = page["total"].as_u64().unwrap();
    assert_eq!(page["cards"].as_array().unwrap().len() as u64, total);
    let page = bare
        .berth(&["--json", "catalog", "show", "time"])
        .ok()
        .json();
    assert_eq!(page["entry"]["id"], "time");
    assert_eq!(
        bare.berth(&["list", "--json"]).ok().json(),
        Value::Array(Vec::new())
    );
    assert_eq!(
        bare.berth(&["jobs", "--json"]).ok().json(),
        Value::Array(Vec::new())
    );
}

#[test]
fn nothing_is_installed() {
    let bare = Bare::new();
    bare.shows("list_empty", &["list"]);
    bare.shows("jobs_empty", &["jobs"]);
    bare.shows("secret_list_empty", &["secret", "list"]);
    bare.shows("show_not_installed", &["show", "time"]);
    bare.shows("remove_not_installed", &["remove", "time"]);
    bare.shows("remove_not_installed_json", &["remove", "time", "--json"]);
    bare.shows("verify_not_installed", &["verify", "time"]);
    bare.shows("call_not_installed", &["call", "time", "get_current_time"]);
    bare.shows(
        "call_not_json",
        &["call", "time", "get_current_time", "{zone}"],
    );
    bare.shows(
        "job_unknown",
        &["jobs", "show", "01ARZ3NDEKTSV4RRFFQ69G5FAV"],
    );
    bare.shows("run_not_installed", &["run", "time"]);
}

#[test]
fn plans_say_what_stands_in_the_way() {
    let bare = Bare::new();
    bare.shows("plan_unknown_entry", &["plan", "nothing"]);
    bare.shows("plan_without_claude", &["plan", "time"]);
    bare.shows("plan_without_claude_json", &["plan", "time", "--json"]);
    bare.shows("plan_missing_inputs", &["plan", "github"]);
    bare.shows("plan_unknown_input", &["plan", "time", "--set", "place=x"]);
    bare.shows(
        "plan_wrong_input",
        &["plan", "time", "--set", "timezone=no zone"],
    );
    bare.shows(
        "plan_not_an_assignment",
        &["plan", "time", "--set", "timezone"],
    );
    bare.shows(
        "plan_secret_without_value",
        &["plan", "github", "--secret", "token"],
    );
    bare.shows(
        "plan_secret_from_no_variable",
        &["plan", "github", "--secret-env", "token=NO_SUCH_VARIABLE"],
    );
    bare.shows(
        "plan_missing_project",
        &["plan", "time", "--scope", "project", "--project", "gone"],
    );
    bare.shows(
        "install_without_claude_json",
        &["install", "time", "--yes", "--json"],
    );
}

#[test]
fn the_doctor_names_what_is_missing_and_its_fix() {
    let bare = Bare::new();
    bare.shows("doctor_bare", &["doctor"]);
    let checks = bare.berth(&["doctor", "--json"]);
    assert_eq!(checks.exit, Some(1));
    assert_eq!(checks.json().as_array().unwrap().len(), 8);
    let report = bare.berth(&["doctor", "--report"]).ok();
    assert!(report.stdout.starts_with("# Berth "), "{}", report.stdout);
    let home = bare.path().to_string_lossy().into_owned();
    assert!(!report.stdout.contains(&home), "{}", report.stdout);
}

#[test]
fn the_launcher_s_link_is_made_where_it_was_said() {
    let bare = Bare::new();
    let linked = bare.berth(&["doctor", "--link", "--json"]).ok().json();
    let path = linked["path"].as_str().unwrap();
    assert_eq!(linked["on_path"], false, "{linked}");
    assert_eq!(Path::new(path), bare.path().join(".local/bin/berth"));
    let version: Ran = Command::new(path).arg("--version").output().unwrap().into();
    assert!(version.ok().stdout.starts_with("berth "));
}

#[test]
fn another_home_is_another_berth() {
    let bare = Bare::new();
    let home = bare.path().join("elsewhere");
    let home = home.to_str().unwrap();
    bare.berth(&["--home", home, "list"]).ok();
    assert!(Path::new(home).join("berth.db").exists());
    assert!(!bare.path().join(".local").exists());
}
