//! Claude Code's scopes through the window, and what stands in its files already.

use std::fs;
use std::path::{Path, PathBuf};

use berth_testkit::token;
use berth_tests::hub::{HUB, add_hub, using_image};
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;
use serde_json::{Value, json};

use super::steps;

/// What another program has written into ~/.claude.json, as Claude Code itself lays it out.
const SETTINGS: &str = r#"  "mcpServers": {
    "other": {
      "type": "stdio",
      "command": "/bin/true",
      "args": [
        "a  b",
        "é\\\""
      ],
      "env": {
        "KEY": "of somebody"
      },
      "odd": [
        1,
        {
          "deep": null
        }
      ]
    }
  },
  "unknown": {
    "z": 1,
    "a": "kept as it is"
  }"#;

/// The same in a project's file, as nobody's program would lay it out.
const PROJECT: &str = "{\n\t\"mcpServers\": {\n\t\t\"other\": { \"command\": \"npx\",   \"odd\": 1.50 }\n\t},\n\n\t\"mine\": [ true,null ] }";

struct Files {
    settings: PathBuf,
    project: PathBuf,
}

impl Files {
    /// A person who has used Claude Code, and whose project other people's servers are in.
    fn of(sandbox: &Sandbox) -> Self {
        let made = sandbox.command("git").args(["init", "--quiet"]).status();
        // Claude Code takes the repository's root for the project, and this test runs in another.
        assert!(made.expect("git").success());
        let files = Self {
            settings: sandbox.home().join(".claude.json"),
            project: sandbox.project().join(".mcp.json"),
        };
        fs::write(&files.settings, format!("{{\n{SETTINGS}\n}}")).expect("a file");
        fs::write(&files.project, PROJECT).expect("a file");
        // What Claude Code adds by itself, of the person and of the project, is added now.
        let foreign = r#"{"type":"stdio","command":"/bin/true","args":[]}"#;
        let add = ["mcp", "add-json", "-s", "local", "mine", foreign];
        sandbox.claude(&add).ok();
        sandbox.claude(&["mcp", "list"]).ok();
        files
    }

    fn settings(&self) -> String {
        fs::read_to_string(&self.settings).expect("~/.claude.json")
    }

    /// Whatever Berth writes into it, what others have written is there byte for byte.
    fn assert_others_kept(&self) {
        let settings = self.settings();
        let end = SETTINGS.find("\n  },\n").expect("two keys");
        // Between the two is where a server is put in.
        let (servers, unknown) = (&SETTINGS[..end], &SETTINGS[end + "\n  },\n".len()..]);
        for part in [servers, unknown] {
            assert!(settings.contains(part), "{part}\nis not in\n{settings}");
        }
    }
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Claude Code's settings without Berth's server.
fn without_hub(text: &str, project: &Path) -> Value {
    let mut value = read(text);
    let project = project.to_str().expect("UTF-8");
    for servers in [
        "/mcpServers".to_owned(),
        format!("/projects/{}/mcpServers", project.replace('/', "~1")),
    ] {
        if let Some(Value::Object(servers)) = value.pointer_mut(&servers) {
            servers.remove(HUB);
        }
    }
    value
}

async fn install(window: &Window, scope: &str, project: Option<&Path>) {
    steps::open_sheet(window, HUB).await;
    window.click(&format!("scope-{scope}")).await;
    if let Some(project) = project {
        let project = project.to_str().expect("UTF-8");
        window.type_into("project", project).await;
    }
    window.type_into("input-token", &token::right()).await;
    steps::agree_and_succeed(window).await;
}

#[tokio::test]
async fn each_scope_is_written_where_it_belongs_and_leaves_the_rest_byte_for_byte() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let files = Files::of(&sandbox);
    let project = sandbox.project();
    let before = files.settings();
    let window = Window::open(&sandbox).await;
    let launcher = |server: &Value| {
        assert_eq!(server["args"], json!(["run", HUB]), "{server}");
        let command = server["command"].as_str().expect("a command").to_owned();
        assert!(Path::new(&command).is_absolute(), "{command}");
    };

    install(&window, "user", None).await;
    launcher(&read(&files.settings())["mcpServers"][HUB]);
    files.assert_others_kept();
    assert_eq!(without_hub(&files.settings(), &project), read(&before));
    assert_eq!(fs::read_to_string(&files.project).expect("a file"), PROJECT);
    assert!(is_connected(&sandbox, HUB));
    steps::close_sheet(&window).await;
    steps::remove(&window, HUB, false).await;
    assert_eq!(files.settings(), before, "user");

    install(&window, "local", Some(&project)).await;
    let here = project.to_str().expect("UTF-8");
    let settings = read(&files.settings());
    launcher(&settings["projects"][here]["mcpServers"][HUB]);
    assert!(settings["mcpServers"].get(HUB).is_none(), "{settings}");
    files.assert_others_kept();
    assert_eq!(without_hub(&files.settings(), &project), read(&before));
    assert_eq!(fs::read_to_string(&files.project).expect("a file"), PROJECT);
    assert!(is_connected(&sandbox, HUB));
    steps::close_sheet(&window).await;
    steps::remove(&window, HUB, false).await;
    assert_eq!(files.settings(), before, "local");

    install(&window, "project", Some(&project)).await;
    window.find("approve-hint").await;
    let mut shared = read(&fs::read_to_string(&files.project).expect("a file"));
    let hub = json!({ "type": "stdio", "command": "berth", "args": ["run", HUB] });
    assert_eq!(shared["mcpServers"][HUB], hub, "nothing of this person");
    if let Some(servers) = shared["mcpServers"].as_object_mut() {
        servers.remove(HUB);
    }
    assert_eq!(shared, read(PROJECT));
    files.assert_others_kept();
    assert_eq!(read(&files.settings()), read(&before));
    steps::close_sheet(&window).await;
    steps::remove(&window, HUB, false).await;
    assert_eq!(fs::read_to_string(&files.project).expect("a file"), PROJECT);
    assert_eq!(files.settings(), before, "project");
    assert_nothing_left(&sandbox, HUB);
    window.close().await;
}

#[tokio::test]
async fn a_foreign_server_of_the_name_is_kept_on_cancel_and_on_failure_and_replaced_when_told() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let foreign = r#"{"type":"stdio","command":"/bin/true","args":[],"env":{"KEY":"theirs"}}"#;
    let add = ["mcp", "add-json", "-s", "user", HUB, foreign];
    sandbox.claude(&add).ok();
    let path = sandbox.home().join(".claude.json");
    let settings = || fs::read_to_string(&path).expect("~/.claude.json");
    let registered = || read(&settings())["mcpServers"][HUB].clone();
    let before = settings();
    let window = Window::open(&sandbox).await;

    steps::open_sheet(&window, HUB).await;
    window.type_into("input-token", &token::right()).await;
    window
        .text_in("conflict", "Claude Code already has a server named “hub”")
        .await;
    let agree = window.find("install-agree").await;
    assert!(!agree.is_enabled().await.expect("a button"));
    window.click("conflict-cancel").await;
    window.gone("install-sheet").await;
    assert_eq!(settings(), before, "Cancel changes nothing");
    assert_eq!(sandbox.keychain_items(), [""; 0]);
    assert_eq!(sandbox.berth(&["list", "--json"]).ok().stdout, "[]\n");

    steps::open_sheet(&window, HUB).await;
    window.type_into("input-token", &token::wrong()).await;
    window.click("conflict-reconfigure").await;
    window.find("replacing").await;
    assert_eq!(
        settings(),
        before,
        "nothing is changed before it is agreed to"
    );
    assert_eq!(steps::agree(&window).await, "job-failed");
    assert_eq!(registered(), read(foreign), "it came back");
    assert_eq!(sandbox.keychain_items(), [""; 0]);

    window.click("install-again").await;
    window.type_into("input-token", &token::right()).await;
    steps::agree_and_succeed(&window).await;
    assert_eq!(registered()["args"], json!(["run", HUB]));
    assert!(is_connected(&sandbox, HUB));
    steps::close_sheet(&window).await;
    steps::remove(&window, HUB, false).await;
    window.close().await;
}
