//! The built-in catalog against the world: every package that an entry pins can be installed from
//! its registry, starts with the arguments and the environment that the entry says, and offers
//! the tools that the entry lists.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use berth_adapters::mcp::RmcpStarter;
use berth_adapters::node::NodeTools;
use berth_adapters::python::PythonTools;
use berth_core::catalog::template::{Known, Part, parse};
use berth_core::catalog::{Catalog, Entry, InputKind, NodeSpec, PythonSpec, Run, Variant};
use berth_core::client::LauncherCommand;
use berth_core::plan::PythonTool;
use berth_core::plan::command::venv_programs;
use berth_core::port::{McpStarter, NodeRuntime, PythonRuntime, StartRequest};
use berth_core::progress::Watch;
use berth_testkit::ground;
use futures_util::{StreamExt as _, stream};
use tempfile::TempDir;

/// A machine's worth of things that the servers are given.
struct Room {
    folder: TempDir,
    uv: String,
    node: String,
}

impl Room {
    async fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        for name in ["home", "data", "shared"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let made = std::process::Command::new("git")
            .args(["init", "--quiet"])
            .arg(folder.path().join("repository"))
            .status();
        assert!(made.is_ok_and(|status| status.success()), "git init");
        let uv = text(&ground::uv());
        let node = NodeTools.probe().await.expect("node with npm").path;
        Self { folder, uv, node }
    }

    fn path(&self, name: &str) -> String {
        text(&self.folder.path().join(name))
    }

    /// The value of an input: what a person must give, what has a default, or nothing.
    fn value(&self, entry: &Entry, key: &str) -> Option<String> {
        let input = entry.input(key).expect("a declared input");
        match &input.kind {
            InputKind::Boolean { default } => Some(default.to_string()),
            InputKind::Folder { .. } if key == "repository" => Some(self.path("repository")),
            InputKind::Folder { .. } => Some(self.path("shared")),
            // Nothing listens there: servers must start without reaching it.
            InputKind::Url { .. } if input.required => Some("http://127.0.0.1:9".to_owned()),
            InputKind::Text { default, .. } | InputKind::Choice { default, .. } => default.clone(),
            _ => {
                assert!(!input.required, "{}: give `{key}` a value here", entry.id);
                None
            }
        }
    }

    /// A template with its values; nothing where one of them is missing.
    fn fill(&self, entry: &Entry, template: &str) -> Option<String> {
        let mut filled = String::new();
        for part in parse(template).expect("a template") {
            match part {
                Part::Text(text) => filled.push_str(&text),
                Part::Known(Known::Data) => filled.push_str(&self.path("data")),
                Part::Known(Known::User) => panic!("{template}: only containers have a user"),
                Part::Value(key) => filled.push_str(&self.value(entry, &key)?),
                Part::Switch { key, text } => {
                    (self.value(entry, &key).as_deref() == Some("true")).then_some(())?;
                    filled.push_str(&text);
                }
            }
        }
        Some(filled)
    }

    async fn install_python(&self, folder: &Path, spec: &PythonSpec) -> String {
        let venv = text(&folder.join("venv"));
        let script = text(&Path::new(&venv_programs(&venv)).join(&spec.script));
        let version = spec.version.as_deref().expect("a pinned package");
        let mut requirements = vec![format!("{}=={version}", spec.package)];
        requirements.extend_from_slice(&spec.pins);
        let (tool, watch) = (PythonTool::Uv, Watch::silent());
        PythonTools
            .create_venv(tool, &self.uv, &spec.requires, &venv, &watch)
            .await
            .unwrap_or_else(|error| panic!("{}: {error:#?}", spec.package));
        PythonTools
            .install(tool, &self.uv, &venv, &requirements, &script, &watch)
            .await
            .unwrap_or_else(|error| panic!("{}: {error:#?}", spec.package));
        script
    }

    async fn install_node(&self, folder: &Path, spec: &NodeSpec) -> String {
        let bin = text(&folder.join("node_modules/.bin").join(&spec.bin));
        let (folder, watch) = (text(folder), Watch::silent());
        NodeTools
            .install(
                &self.node,
                &folder,
                &spec.package,
                spec.version.as_deref().expect("a package has a version"),
                &bin,
                &watch,
            )
            .await
            .unwrap_or_else(|error| panic!("{}: {error:#?}", spec.package));
        bin
    }

    /// The names of the tools that a variant offers.
    async fn tools(&self, entry: &Entry, variant: &Variant) -> BTreeSet<String> {
        let at = format!("{}/{}", entry.id, variant.id);
        let folder = self.folder.path().join(at.replace('/', "-"));
        std::fs::create_dir(&folder).expect("a folder");
        let (program, args, env) = match &variant.run {
            Run::Python(spec) => {
                let script = self.install_python(&folder, spec).await;
                (script, &spec.args, &spec.env)
            }
            Run::Node(spec) => {
                let bin = self.install_node(&folder, spec).await;
                (bin, &spec.args, &spec.env)
            }
            other => panic!("{at}: {other:?} is no package"),
        };
        let args = args.iter().filter_map(|arg| self.fill(entry, arg));
        let request = StartRequest {
            command: with_environment(&self.environment(entry, env), program, args.collect()),
            folder: Some(self.path("home")),
            startup_seconds: START_LIMIT,
        };
        let watch = Watch::silent();
        let mut session = RmcpStarter
            .start(&request, &watch)
            .await
            .unwrap_or_else(|error| panic!("{at}: {error:#?}"));
        let tools = session.tools().await;
        let tools = tools.unwrap_or_else(|error| panic!("{at}: {error:#?}"));
        session.close().await.expect("it ends");
        tools.into_iter().map(|tool| tool.name).collect()
    }

    fn environment(
        &self,
        entry: &Entry,
        env: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut filled: BTreeMap<String, String> = env
            .iter()
            .filter_map(|(name, template)| Some((name.clone(), self.fill(entry, template)?)))
            .collect();
        filled.insert("HOME".to_owned(), self.path("home"));
        filled
    }
}

/// Seconds that a first answer may take: it compiles what was installed, beside other tests.
const START_LIMIT: u32 = 180;

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

/// The starter gives a bare environment, as clients do; `env` adds the server's own.
fn with_environment(
    environment: &BTreeMap<String, String>,
    program: String,
    args: Vec<String>,
) -> LauncherCommand {
    let mut all: Vec<String> = environment
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    all.push(program);
    all.extend(args);
    LauncherCommand {
        program: "/usr/bin/env".to_owned(),
        args: all,
        address: None,
    }
}

fn packages(entry: &Entry) -> Vec<&Variant> {
    entry
        .variants
        .iter()
        .filter(|variant| variant.planned.is_none())
        // What is installed from a person's folder is not on any index.
        .filter(|variant| match &variant.run {
            Run::Python(spec) => spec.source.is_none(),
            Run::Node(spec) => spec.source.is_none(),
            run => matches!(run, Run::Node(_)),
        })
        .collect()
}

/// How many are installed at once: most of the time they wait for the registry.
const AT_ONCE: usize = 3;

#[tokio::test]
async fn every_pinned_package_installs_and_offers_the_listed_tools() {
    let catalog = Catalog::built_in();
    let room = &Room::new().await;
    let entries: Vec<_> = catalog
        .cards()
        .iter()
        .map(|card| catalog.entry(&card.id).expect("it is there"))
        .collect();
    let packages = entries.iter().flat_map(|entry| {
        let packages = packages(entry);
        let first = packages.first().map(|first| first.version.clone());
        let listed = move |variant: &Variant| Some(&variant.version) == first.as_ref();
        let with = move |variant| (&**entry, variant, listed(variant));
        packages.into_iter().map(with)
    });
    let seen = stream::iter(packages)
        .map(async |(entry, variant, listed)| {
            let tools = room.tools(entry, variant).await;
            let at = format!("{}/{}", entry.id, variant.id);
            // The list is that of the first package; another version may have other tools.
            if listed {
                let listed = entry.tools.iter().map(|tool| tool.name.clone());
                assert_eq!(tools, listed.collect(), "{at}");
            } else {
                assert!(!tools.is_empty(), "{at}");
            }
        })
        .buffer_unordered(AT_ONCE)
        .count()
        .await;
    assert_eq!(seen, 10, "packages in the built-in catalog");
}
