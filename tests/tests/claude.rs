//! Claude Code's registrations, with its real command line: what is Berth's comes and goes, and of
//! everything else not a byte changes.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use berth_adapters::claude::{ClaudeCli, Person};
use berth_adapters::sqlite::SqliteStore;
use berth_core::client::{LauncherCommand, Place, Scope};
use berth_core::error::ErrorCode;
use berth_core::port::{ClientHealth, Clients, Store};
use berth_core::settings::Settings;
use berth_testkit::ground;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Everything that Claude Code's own writing would change: indentation, `1.0`, a large integer, an
/// exponent, escapes, line ends, blanks at the end; keys that nobody knows.
const ODD: &str = "{\n    \"numStartups\": 7,  \"odd\": 1.0, \"big\": 12345678901234567890, \"exp\": 1e3,\r\n    \"esc\": \"\\u00e9\\/x\",\n    \"list\": [1,\n       2],\n    \"mcpServers\": {\n        \"foreign\": {\"command\":\"/bin/x\",   \"env\": {\"TOKEN\": \"tok-1\"}, \"type\": \"stdio\"},\n        \"weird\": {\"custom\": true, \"command\": \"y\", \"n\": 1.50}\n    },\n    \"projects\": {\"/somewhere\": {\"mcpServers\": {\"z\": {\"command\": \"zz\"}}, \"unknown\": [ ]}}";

/// A person with a home, a project, and Claude Code.
struct Machine {
    dir: TempDir,
    claude: ClaudeCli,
}

impl Machine {
    fn new() -> Self {
        Self::with(None)
    }

    /// With another program in Claude Code's place, made of this script; `$REAL` is the real one.
    fn with(script: Option<&str>) -> Self {
        let dir = TempDir::new().expect("a folder");
        for folder in ["home", "project", "berth"] {
            fs::create_dir(dir.path().join(folder)).expect("made");
        }
        let real = ground::claude();
        let program = match script {
            None => real,
            Some(script) => {
                let path = dir.path().join("claude");
                let text = format!(
                    "#!/bin/sh\nREAL='{}'\nDIR='{}'\nif [ \"$1\" = --version ]; then echo 2.1.0; exit; fi\n{script}\n",
                    real.display(),
                    dir.path().display()
                );
                // A child writes it: what this process has just written can be "busy" for a program
                // that another test starts at that moment, and then it cannot be started.
                let written = Command::new("/bin/sh")
                    .args(["-c", "printf '%s' \"$1\" > \"$0\" && chmod 755 \"$0\""])
                    .arg(&path)
                    .arg(text)
                    .status();
                assert!(written.expect("run").success());
                path
            }
        };
        let berth = dir.path().join("berth");
        let store = SqliteStore::open(&berth).expect("opened");
        let settings = Settings {
            claude_program: Some(program.to_str().expect("UTF-8").to_owned()),
            ..Settings::default()
        };
        store.put_settings(&settings).expect("written");
        let person = Person::at(dir.path().join("home"), None);
        let claude = ClaudeCli::new(berth, Arc::new(store)).of(person);
        Self { dir, claude }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn place(&self, scope: Scope) -> Place {
        let project = self.at("project").to_str().expect("UTF-8").to_owned();
        Place::claude_code(scope, scope.needs_project().then_some(project))
    }

    fn file(&self, scope: Scope) -> PathBuf {
        match scope {
            Scope::Project => self.at("project/.mcp.json"),
            Scope::User | Scope::Local => self.at("home/.claude.json"),
        }
    }

    fn text(&self, scope: Scope) -> String {
        fs::read_to_string(self.file(scope)).expect("there")
    }

    fn value(&self, scope: Scope) -> Value {
        serde_json::from_str(&self.text(scope)).expect("JSON")
    }

    /// What the command line itself says of a name, in the project.
    fn get(&self, name: &str) -> String {
        let output = Command::new(ground::claude())
            .args(["mcp", "get", name])
            .current_dir(self.at("project"))
            .env("HOME", self.at("home"))
            .env_remove("CLAUDE_CONFIG_DIR")
            .output()
            .expect("run");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn launcher(name: &str) -> LauncherCommand {
    LauncherCommand {
        program: "/opt/berth launcher/berth".to_owned(),
        args: vec!["run".to_owned(), name.to_owned()],
        address: None,
    }
}

#[tokio::test]
async fn in_every_scope_it_comes_and_goes_and_no_other_byte_changes() {
    for scope in [Scope::User, Scope::Local, Scope::Project] {
        let machine = Machine::new();
        let (claude, place) = (&machine.claude, machine.place(scope));
        let original = format!("{ODD}\n}}\n\n");
        fs::write(machine.file(scope), &original).expect("written");

        claude
            .register("time", &place, &launcher("time"))
            .await
            .expect("registered");
        let with = machine.text(scope);
        let foreign = "\"foreign\": {\"command\":\"/bin/x\",   \"env\": {\"TOKEN\": \"tok-1\"}, \"type\": \"stdio\"}";
        let kept = [
            "    \"numStartups\": 7,  \"odd\": 1.0, \"big\": 12345678901234567890, \"exp\": 1e3,\r\n    \"esc\": \"\\u00e9\\/x\",\n    \"list\": [1,\n       2],",
            foreign,
            "\"weird\": {\"custom\": true, \"command\": \"y\", \"n\": 1.50}",
            "{\"mcpServers\": {\"z\": {\"command\": \"zz\"}}, \"unknown\": [ ]}",
        ];
        for part in kept {
            assert!(with.contains(part), "{scope}: {part}\n{with}");
        }
        let found = claude.registration("time", &place).await.expect("read");
        assert_eq!(found.expect("there").raw, launcher("time").to_json());
        assert!(machine.get("time").contains("/opt/berth launcher/berth"));

        claude.unregister("time", &place).await.expect("taken out");
        claude
            .unregister("time", &place)
            .await
            .expect("missing is fine");
        let found = claude.registration("time", &place).await.expect("read");
        assert!(found.is_none());
        let without = machine.text(scope);
        if scope == Scope::Project {
            assert_eq!(without, original);
        } else {
            // Claude Code has added keys of its own.
            for part in kept {
                assert!(without.contains(part), "{scope}: {part}\n{without}");
            }
            // And once it has them, coming and going leaves no trace at all.
            claude
                .register("time", &place, &launcher("time"))
                .await
                .expect("registered");
            claude.unregister("time", &place).await.expect("taken out");
            assert_eq!(machine.text(scope), without, "{scope}");
        }
    }
}

#[tokio::test]
async fn a_new_person_gets_files_and_a_project_gets_rid_of_its_own() {
    let machine = Machine::new();
    let claude = &machine.claude;
    for scope in [Scope::User, Scope::Local, Scope::Project] {
        let place = machine.place(scope);
        claude
            .register("time", &place, &launcher("time"))
            .await
            .expect("registered");
        claude
            .register("time", &place, &launcher("time"))
            .await
            .expect("the same again");
        assert!(machine.file(scope).is_file());
    }
    let project = machine.place(Scope::Project);
    claude.unregister("time", &project).await.expect("out");
    assert!(!machine.file(Scope::Project).exists(), "Berth had it made");

    fs::write(machine.file(Scope::Project), "{\"mcpServers\": {}}").expect("written");
    claude
        .register("time", &project, &launcher("time"))
        .await
        .expect("registered");
    claude.unregister("time", &project).await.expect("out");
    assert!(machine.file(Scope::Project).exists(), "it was there before");
}

#[tokio::test]
async fn a_replaced_registration_comes_back_and_its_token_is_in_no_argument() {
    // Writes down every argument before it does the work.
    let machine = Machine::with(Some(
        "printf '%s\\n' \"$@\" >> \"$DIR/argv\"; exec \"$REAL\" \"$@\"",
    ));
    let claude = &machine.claude;
    for scope in [Scope::User, Scope::Project] {
        let place = machine.place(scope);
        let file = format!("{ODD}\n}}\n");
        fs::write(machine.file(scope), &file).expect("written");
        let before = claude
            .registration("foreign", &place)
            .await
            .expect("read")
            .expect("there");
        claude
            .register("foreign", &place, &launcher("foreign"))
            .await
            .expect("replaced");
        assert_eq!(
            machine.value(scope)["mcpServers"]["foreign"],
            launcher("foreign").to_json()
        );
        claude.restore(&before).await.expect("restored");
        let after = claude.registration("foreign", &place).await.expect("read");
        assert_eq!(after.expect("there").raw, before.raw);
        let order: Vec<String> = machine.value(scope)["mcpServers"]
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        assert_eq!(order, ["foreign", "weird"], "{scope}");
        let gone = Place { ..place.clone() };
        claude.unregister("weird", &gone).await.expect("out");
        claude.restore(&before).await.expect("once more is fine");
    }
    let argv = fs::read_to_string(machine.at("argv")).expect("written");
    assert!(
        argv.contains("add-json") && !argv.contains("tok-1"),
        "{argv}"
    );
}

#[tokio::test]
async fn a_command_line_that_fails_or_lies_changes_nothing() {
    let file = format!("{ODD}\n}}\n");
    for (script, expected) in [
        // Says no.
        ("echo refused >&2; exit 3", "claude_failed"),
        // Says no after it has broken the file.
        (
            "printf '{\"half' > \"$HOME/.claude.json\"; exit 1",
            "claude_failed",
        ),
        // Says yes and does nothing.
        ("exit 0", "client_config_changed"),
        // Says yes and wipes everything else.
        (
            "printf '{}' > \"$HOME/.claude.json\"; exec \"$REAL\" \"$@\"",
            "client_config_changed",
        ),
        // Says yes and breaks the file.
        (
            "printf 'x' > \"$HOME/.claude.json\"",
            "client_config_invalid",
        ),
        // Deletes it.
        ("rm \"$HOME/.claude.json\"", "client_config_changed"),
    ] {
        let machine = Machine::with(Some(script));
        let place = machine.place(Scope::User);
        fs::write(machine.file(Scope::User), &file).expect("written");
        let error = machine
            .claude
            .register("foreign2", &place, &launcher("foreign2"))
            .await
            .expect_err(script);
        assert_eq!(error.name(), expected, "{script}: {error:?}");
        let now = machine.value(Scope::User);
        let before: Value = serde_json::from_str(&file).expect("JSON");
        for (key, value) in before.as_object().expect("an object") {
            assert_eq!(&now[key], value, "{script}: {key}");
        }
        if !script.contains("REAL") {
            assert_eq!(machine.text(Scope::User), file, "{script}");
        }
        assert!(!machine.at("home/.claude.json.lock").exists());
    }
    let machine = Machine::with(Some("echo refused >&2; exit 3"));
    let error = machine
        .claude
        .register("x", &Place::default(), &launcher("x"))
        .await
        .expect_err("refused");
    assert!(error.causes.iter().any(|line| line.contains("refused")));
    let ErrorCode::ClaudeFailed { exit, .. } = error.code else {
        panic!("{error:?}");
    };
    assert_eq!(exit, Some(3));
    assert!(!machine.file(Scope::User).exists(), "there was none before");
}

#[tokio::test]
async fn what_somebody_else_adds_at_the_same_moment_stays() {
    let machine = Machine::with(Some(
        "\"$REAL\" mcp add-json -s user other '{\"type\":\"stdio\",\"command\":\"/o\",\"args\":[]}' && exec \"$REAL\" \"$@\"",
    ));
    fs::write(machine.file(Scope::User), format!("{ODD}\n}}\n")).expect("written");
    let place = machine.place(Scope::User);
    machine
        .claude
        .register("time", &place, &launcher("time"))
        .await
        .expect("registered");
    let servers = machine.value(Scope::User)["mcpServers"].clone();
    let names: Vec<&String> = servers.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["foreign", "weird", "other", "time"]);
}

#[tokio::test]
async fn several_at_once_lose_nothing() {
    let machine = Machine::new();
    fs::write(machine.file(Scope::User), format!("{ODD}\n}}\n")).expect("written");
    let names: Vec<String> = (0..6).map(|n| format!("s{n}")).collect();
    let place = machine.place(Scope::User);
    let registered = names.iter().map(|name| {
        let (claude, place) = (&machine.claude, &place);
        async move { claude.register(name, place, &launcher(name)).await }
    });
    for result in futures_util::future::join_all(registered).await {
        result.expect("registered");
    }
    let servers = machine.value(Scope::User)["mcpServers"].clone();
    for name in names.iter().map(String::as_str).chain(["foreign", "weird"]) {
        assert!(servers.get(name).is_some(), "{name}: {servers}");
    }
    assert!(machine.text(Scope::User).contains("\"odd\": 1.0"));
}

#[tokio::test]
async fn a_folder_in_a_repository_is_the_repositorys_project() {
    let machine = Machine::new();
    let git = |args: &[&str]| {
        let ran = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.invalid"])
            .args(args)
            .current_dir(machine.at("project"))
            .output()
            .expect("git");
        assert!(ran.status.success(), "{ran:?}");
    };
    git(&["init", "-q"]);
    git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    git(&["worktree", "add", "-q", "../linked", "-b", "other"]);
    fs::create_dir(machine.at("project/sub")).expect("made");
    for folder in ["project/sub", "linked"] {
        let project = machine.at(folder).to_str().expect("UTF-8").to_owned();
        let place = Place::claude_code(Scope::Local, Some(project));
        machine
            .claude
            .register("time", &place, &launcher("time"))
            .await
            .expect("registered");
        assert!(machine.get("time").contains("Local config"), "{folder}");
        let projects = vec![machine.at("project").to_str().expect("UTF-8").to_owned()];
        let state = machine.claude.probe(&projects).await.expect("there");
        assert!(
            state
                .registrations
                .iter()
                .any(|found| found.name == "time" && found.is_berths),
            "{folder}"
        );
        machine
            .claude
            .unregister("time", &place)
            .await
            .expect("taken out");
    }
}

#[tokio::test]
async fn health_is_what_claude_code_says_of_this_place() {
    let machine = Machine::new();
    let claude = &machine.claude;
    let server = LauncherCommand {
        program: ground::server().to_str().expect("UTF-8").to_owned(),
        args: Vec::new(),
        address: None,
    };
    let (user, local) = (machine.place(Scope::User), machine.place(Scope::Local));
    let project = machine.place(Scope::Project);
    assert_eq!(
        claude.health("time", &user).await.expect("asked"),
        ClientHealth::Absent
    );
    for (name, place, command, expected) in [
        ("good", &user, &server, ClientHealth::Connected),
        ("good", &local, &server, ClientHealth::Connected),
        ("bad", &user, &launcher("bad"), ClientHealth::Failed),
        ("shared", &project, &server, ClientHealth::PendingApproval),
    ] {
        claude
            .register(name, place, command)
            .await
            .expect("registered");
        let health = claude.health(name, place).await.expect("asked");
        assert_eq!(health, expected, "{name} {}", place.scope);
    }
    // In the project the local one hides the user's: that one is asked for outside of it.
    let hidden = Place {
        project: local.project.clone(),
        ..user
    };
    assert_eq!(
        claude.health("good", &hidden).await.expect("asked"),
        ClientHealth::Connected
    );
}

#[tokio::test]
async fn a_broken_file_is_named_and_left_alone() {
    let machine = Machine::with(Some("touch \"$DIR/called\"; exit 0"));
    let (claude, place) = (&machine.claude, machine.place(Scope::User));
    let file = machine.file(Scope::User);
    fs::write(&file, "{\"mcpServers\": {").expect("written");
    for error in [
        claude.register("x", &place, &launcher("x")).await.err(),
        claude.unregister("x", &place).await.err(),
        claude.registration("x", &place).await.err(),
    ] {
        assert_eq!(
            error.expect("it is broken").code,
            ErrorCode::ClientConfigInvalid {
                path: file.to_str().expect("UTF-8").to_owned()
            }
        );
    }
    let state = claude.probe(&[]).await.expect("the program is there");
    assert_eq!(state.unreadable.len(), 1);
    assert_eq!(machine.text(Scope::User), "{\"mcpServers\": {");
    assert!(!machine.at("called").exists());
}

#[tokio::test]
async fn the_configuration_folder_is_honoured_and_a_link_stays_one() {
    let machine = Machine::new();
    let (config, dots) = (machine.at("config"), machine.at("dotfiles"));
    fs::create_dir_all(&config).expect("made");
    fs::create_dir_all(&dots).expect("made");
    fs::write(dots.join("claude.json"), format!("{ODD}\n}}\n")).expect("written");
    let link = config.join(".claude.json");
    std::os::unix::fs::symlink("../dotfiles/claude.json", &link).expect("linked");
    let Machine { dir, claude } = machine;
    let claude = claude.of(Person::at(dir.path().join("home"), Some(config)));
    claude
        .register("time", &Place::default(), &launcher("time"))
        .await
        .expect("registered");
    assert!(link.is_symlink());
    let text = fs::read_to_string(dots.join("claude.json")).expect("there");
    assert!(text.contains("\"time\"") && text.contains("\"odd\": 1.0"));
    assert!(!dir.path().join("home/.claude.json").exists());
}

#[tokio::test]
async fn backups_are_private_and_few() {
    let machine = Machine::new();
    let (claude, place) = (&machine.claude, machine.place(Scope::Project));
    fs::write(machine.file(Scope::Project), "{\"mcpServers\": {}}").expect("written");
    for _ in 0..7 {
        claude
            .register("time", &place, &launcher("time"))
            .await
            .expect("registered");
        claude.unregister("time", &place).await.expect("taken out");
    }
    let folder = machine.at("berth/backups/claude");
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("listed") {
        let mode = entry
            .expect("listed")
            .metadata()
            .expect("there")
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        count += 1;
    }
    assert_eq!(count, 10);
    let mode = fs::metadata(&folder).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn without_the_program_nothing_is_done() {
    let machine = Machine::new();
    let store = SqliteStore::open(&machine.at("berth")).expect("opened");
    let settings = Settings {
        claude_program: Some("/no/such/claude".to_owned()),
        ..Settings::default()
    };
    store.put_settings(&settings).expect("written");
    let place = machine.place(Scope::User);
    let error = machine
        .claude
        .register("x", &place, &launcher("x"))
        .await
        .expect_err("missing");
    assert_eq!(error.code, ErrorCode::ClaudeMissing);
    assert!(!machine.file(Scope::User).exists());
    // What is there can be read without it, and put back without it.
    let registration = berth_core::client::Registration {
        name: "old".to_owned(),
        place: place.clone(),
        raw: json!({"type": "http", "url": "https://example.invalid/mcp"}),
    };
    machine
        .claude
        .restore(&registration)
        .await
        .expect("restored");
    let found = machine.claude.registration("old", &place).await;
    assert_eq!(found.expect("read"), Some(registration));
}

#[tokio::test]
async fn what_a_killed_change_left_beside_a_file_goes_with_the_next_look() {
    let machine = Machine::new();
    let lefts = [
        (Scope::User, "home/.claude.json.berth"),
        (Scope::Project, "project/.mcp.json.berth"),
    ];
    for (scope, left) in lefts {
        let left = machine.at(left);
        let text = format!("{ODD}\n}}\n");
        fs::write(machine.file(scope), &text).expect("written");
        fs::write(&left, &text).expect("written");
        let place = machine.place(scope);
        machine
            .claude
            .registration("time", &place)
            .await
            .expect("read");
        assert!(!left.exists(), "{}", left.display());
        assert_eq!(machine.text(scope), text);
    }
}
