//! A person's machine on which others have things, too: what is there, and what must be.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use berth_adapters::sqlite::SqliteStore;
use berth_core::port::Store;
use berth_core::server::volume_name;
use berth_testkit::token;
use berth_tests::kaiten::Kaiten;
use berth_tests::sandbox::{Ran, Sandbox, argv_with};
use berth_tests::source::Source;
use berth_tests::stack::add_stack;
use serde_json::{Value, json};

use crate::image::{entry, make_image, others_containers};

/// The entry's identifier, and the name that it is installed under.
pub const HUB: &str = "hub";

/// What others have on this machine under the name that Berth is to install.
pub const THEIRS: &str =
    r#"{"type":"stdio","command":"/bin/false","args":[],"env":{"KEY":"theirs"}}"#;

/// Item of the keychain that another Berth home has.
const OTHER_ITEM: &str = "hub/01OTHERHOME/token";

/// An entry that is installed in place, from a folder of kaiten's shape.
const IN_PLACE: &str = r#"
id: hub
title: In place
publisher: Tests
summary: Is installed from its folder
description: Is installed from its folder.
categories: [utilities]
permissions: { network: none, files: its source }
inputs:
  - key: source
    title: Source folder
    required: true
    kind: { type: source, marker: { file: pyproject.toml, name: kaiten-mcp } }
  - key: token
    title: Token
    required: true
    kind: { type: secret }
variants:
  - id: python
    title: Python from source
    best_for: Tests
    run:
      type: python
      package: kaiten-mcp
      source: source
      script: kaiten-mcp
      env: { KAITEN_SUBDOMAIN: mycompany, KAITEN_TOKEN: "{{token}}" }
credential_check: { tool: kaiten_get_current_user }
"#;

/// A machine with an entry of github's shape over an image of its own, and with things of others:
/// registrations, items in the keychain, containers.
pub struct Machine {
    pub sandbox: Sandbox,
    image: String,
    token: String,
    containers: [String; 2],
}

/// Everything that Berth could leave half-done.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Every registration of every scope, as the files have them.
    pub registrations: Value,
    /// Accounts in the keychain.
    pub items: Vec<String>,
    /// Files in Berth's home, but for those that it always keeps.
    pub files: Vec<PathBuf>,
    /// The installation's volumes.
    pub volumes: Vec<String>,
    /// What `berth list` shows: names and states.
    pub rows: Vec<(String, String)>,
}

impl Machine {
    /// `label` tells the image from those of other tests, which share the engine.
    pub fn new(label: &str) -> Self {
        let sandbox = Sandbox::new();
        let image = make_image(&sandbox, label);
        sandbox.add_entry(HUB, &entry(&image));
        Self::around(sandbox, image, label)
    }

    /// The same, with an entry whose image is built from a folder.
    pub fn built(label: &str) -> (Self, Source) {
        let sandbox = Sandbox::new();
        let source = Source::add(&sandbox, HUB, &format!("faults-{label}"));
        let image = source.dev.clone();
        (Self::around(sandbox, image, label), source)
    }

    /// The same, with an entry of a stack.
    pub fn with_stack(label: &str) -> Self {
        let sandbox = Sandbox::new();
        add_stack(&sandbox);
        let image = make_image(&sandbox, label);
        Self::around(sandbox, image, label)
    }

    /// The same, with an entry that is installed in place from a folder.
    pub fn in_place(label: &str) -> (Self, Kaiten) {
        let sandbox = Sandbox::new();
        let kaiten = Kaiten::add(&sandbox, "my code");
        sandbox.add_entry(HUB, IN_PLACE);
        let image = make_image(&sandbox, label);
        (Self::around(sandbox, image, label), kaiten)
    }

    fn around(sandbox: Sandbox, image: String, label: &str) -> Self {
        let containers = others_containers(&sandbox, label);
        let machine = Self {
            sandbox,
            image,
            token: token::right(),
            containers,
        };
        let claude = |args: &[&str]| {
            machine.sandbox.claude(args).ok();
        };
        claude(&["mcp", "add-json", "--scope", "user", "other", THEIRS]);
        claude(&["mcp", "add-json", "--scope", "local", "other", THEIRS]);
        claude(&["mcp", "add-json", "--scope", "project", "other", THEIRS]);
        machine.store_item("berth", OTHER_ITEM);
        machine.store_item("somebody", "me");
        // Berth's own state is made the first time that it runs.
        machine.berth(&["list"]).ok();
        machine
    }

    fn store_item(&self, service: &str, account: &str) {
        use std::io::Write;
        let mut child = self
            .sandbox
            .command("secret-tool")
            .args(["store", "--label=theirs", "service", service])
            .args(["username", account])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"theirs").unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// Runs `berth` with the right token in its environment.
    pub fn berth(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// The same, to be started.
    pub fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.sandbox.command(self.sandbox.path("bin/berth"));
        command
            .args(args)
            .env("HUB_TOKEN", &self.token)
            .stdin(Stdio::null());
        command
    }

    /// The token that the server takes.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// After a kill: the keychain may have gone with its client, and comes back as it does on a
    /// desktop. It goes when it next writes to that client, which is at once.
    pub fn revive_keychain(&self) {
        for _ in 0..4 {
            std::thread::sleep(std::time::Duration::from_millis(25));
            self.sandbox.keychain().revive().unwrap();
        }
    }

    /// Takes the image out of the engine, so that the next installation pulls it.
    pub fn forget_image(&self) {
        // It may not be there.
        let _ = self.sandbox.docker(&["rmi", "--force", &self.image]);
    }

    /// The program that is registered.
    pub fn launcher(&self) -> PathBuf {
        let command = self.registrations()["user"][HUB]["command"].clone();
        command.as_str().unwrap().into()
    }

    /// From now on the entry's server goes on when its input has ended.
    pub fn make_stubborn(&self) {
        let stays = entry(&self.image).replace(
            "      network: none",
            "      args: [--stay]\n      network: none",
        );
        self.sandbox.add_entry(HUB, &stays);
    }

    /// Waits until a session has its container.
    pub fn until_container(&self, at: &str) {
        let limit = Instant::now() + Duration::from_secs(60);
        while self.sandbox.containers().is_empty() {
            assert!(Instant::now() < limit, "{at}: no container");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether the engine has it.
    pub fn has_image(&self) -> bool {
        self.sandbox.docker(&["image", "inspect", &self.image]).exit == Some(0)
    }

    /// Berth's own items in the keychain, the oldest generation first.
    pub fn own_items(&self, before: &Seen) -> Vec<String> {
        let mut items = self.sandbox.keychain_items();
        items.retain(|item| !before.items.contains(item));
        items
    }

    /// Deletes an item of Berth's as a person does in their keychain's own program.
    pub fn delete_item(&self, account: &str) {
        let mut command = self.sandbox.command("secret-tool");
        let args = ["clear", "service", "berth", "username", account];
        assert!(command.args(args).status().unwrap().success());
    }

    /// Whether the server is installed, as the store has it.
    pub fn is_listed(&self) -> bool {
        let store = SqliteStore::open(&self.sandbox.berth_home()).unwrap();
        store.installation(HUB).unwrap().is_some()
    }

    /// Looks at everything.
    pub fn look(&self) -> Seen {
        let rows = self.berth(&["list", "--json"]).ok().json();
        let rows = rows.as_array().unwrap().iter().map(|row| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&row["name"]), text(&row["state"]["state"]))
        });
        let items = self.sandbox.keychain_items();
        assert!(
            items.iter().any(|item| item == OTHER_ITEM),
            "the keychain does not answer, or lost what is another's: {items:?}; {:?}; {:?}",
            self.search_items(),
            self.berth(&["doctor", "--json"]),
        );
        Seen {
            rows: rows.collect(),
            registrations: self.registrations(),
            items,
            files: self.files(),
            volumes: self.volumes(),
        }
    }

    /// What the keychain's own program says of Berth's items.
    fn search_items(&self) -> Ran {
        let mut command = self.sandbox.command("secret-tool");
        let args = ["search", "--all", "service", "berth"];
        command.args(args).output().unwrap().into()
    }

    /// Every registration, by file and scope.
    fn registrations(&self) -> Value {
        let read = |path: PathBuf| -> Value {
            fs::read(path).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap())
        };
        let user = read(self.sandbox.home().join(".claude.json"));
        let projects = user["projects"].as_object().cloned().unwrap_or_default();
        let local: serde_json::Map<String, Value> = projects
            .into_iter()
            .map(|(path, project)| (path, project["mcpServers"].clone()))
            .collect();
        json!({
            "user": user["mcpServers"],
            "local": local,
            "project": read(self.sandbox.project().join(".mcp.json")),
        })
    }

    fn files(&self) -> Vec<PathBuf> {
        let home = self.sandbox.berth_home();
        // Folders that are empty count: an installation's is one that was not taken away.
        let mut found = Vec::new();
        let mut folders = vec![home.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap().flatten() {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                }
                found.push(entry.path().strip_prefix(&home).unwrap().to_owned());
            }
        }
        let always = [
            "backups/claude",
            "berth.db",
            "bin",
            "catalog",
            "claude.lock",
            "jobs",
            "launch.lock",
        ];
        found.retain(|path| {
            let path = path.to_string_lossy();
            path != "backups" && !always.iter().any(|kept| path.starts_with(kept))
        });
        found.sort();
        found
    }

    fn volumes(&self) -> Vec<String> {
        let ran = self.sandbox.docker(&["volume", "ls", "--quiet"]).ok();
        let home = self.sandbox.berth_home().display().to_string();
        let own = volume_name(&home, HUB, 1);
        let listed = ran.stdout.lines().map(str::to_owned);
        listed.filter(|name| *name == own).collect()
    }

    /// Waits until nothing that was started here runs any more: what a killed process had started
    /// goes on for a moment, and must not do harm either.
    pub fn until_quiet(&self, at: &str) {
        let here = self.sandbox.path("").display().to_string();
        let limit = Instant::now() + Duration::from_secs(120);
        loop {
            let running = argv_with(&here);
            let containers = self.sandbox.containers();
            if running.is_empty() && containers.is_empty() {
                return;
            }
            assert!(
                Instant::now() < limit,
                "{at}: still there: {running:#?} {containers:?}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What belongs to others is as it was.
    pub fn assert_others(&self, at: &str) {
        for container in &self.containers {
            let ran =
                self.sandbox
                    .docker(&["inspect", "--format", "{{.State.Running}}", container]);
            assert_eq!(ran.stdout.trim(), "true", "{at}: {ran:?}");
        }
        let read = |service: &str, account: &str| -> Ran {
            let mut command = self.sandbox.command("secret-tool");
            let lookup = ["lookup", "service", service, "username", account];
            command.args(lookup).output().unwrap().into()
        };
        assert_eq!(read("berth", OTHER_ITEM).stdout, "theirs", "{at}");
        assert_eq!(read("somebody", "me").stdout, "theirs", "{at}");
    }

    /// The server is wholly there: registered, with its secret, and it answers.
    pub fn assert_installed(&self, before: &Seen, at: &str) {
        let seen = self.look();
        assert_eq!(seen.rows, [(HUB.to_owned(), "ready".to_owned())], "{at}");
        let mut registrations = seen.registrations.clone();
        let user = registrations["user"].as_object_mut().unwrap();
        let ours = user.remove(HUB).unwrap_or_default();
        assert_eq!(ours["args"], json!(["run", HUB]), "{at}: {ours}");
        assert_eq!(registrations, before.registrations, "{at}");
        let own: Vec<&String> = seen
            .items
            .iter()
            .filter(|i| !before.items.contains(i))
            .collect();
        assert_eq!(own.len(), 1, "{at}: one secret: {:?}", seen.items);
        assert_eq!(
            seen.files, before.files,
            "{at}: a container needs no folder"
        );
        let verified = self.berth(&["verify", HUB, "--json"]);
        assert_eq!(verified.exit, Some(0), "{at}: {verified:?}");
        self.assert_others(at);
    }

    /// Nothing of the server is there, and everything else is.
    pub fn assert_absent(&self, before: &Seen, at: &str) {
        let seen = self.look();
        assert_eq!(&seen, before, "{at}");
        self.assert_others(at);
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let [one, other] = &self.containers;
        let _ = self.sandbox.docker(&["rm", "--force", one, other]);
    }
}
