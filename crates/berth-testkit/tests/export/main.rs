//! What is installed, in the formats of other programs.
#![allow(clippy::unwrap_used, missing_docs)]

mod stack;

use berth_core::catalog::{Access, Entry, Network, Trust, load};
use berth_core::client::LauncherCommand;
use berth_core::error::ErrorCode;
use berth_core::export::{Export, Exported, Format, Note};
use berth_core::input::{InputValue, PathGrant};
use berth_core::server::{
    ContainerLaunch, Hardening, Installation, Launch, Mount, Pin, SecretTarget, SecretUse,
};
use berth_testkit::sample;
use serde_json::{Value, json};

fn launcher(program: &str) -> LauncherCommand {
    LauncherCommand {
        program: program.to_owned(),
        args: vec!["run".to_owned(), "hub".to_owned()],
        address: None,
    }
}

/// A container with everything that a compose file has a word for.
fn container() -> Installation {
    let launch = ContainerLaunch {
        image: "demo/hub:1.2".to_owned(),
        image_id: "sha256:0a".to_owned(),
        entrypoint: vec!["/hub".to_owned()],
        args: vec!["--price".to_owned(), "$5".to_owned(), "yes".to_owned()],
        env: [("TZ".to_owned(), "1e3".to_owned())].into(),
        mounts: vec![
            Mount::Bind {
                source: "/home/ada/my $notes".to_owned(),
                target: "/notes".to_owned(),
                access: Access::ReadOnly,
            },
            Mount::Volume {
                name: "berth-hub-0a-1".to_owned(),
                target: "/data".to_owned(),
            },
        ],
        http: None,
        hardening: Hardening {
            network: Network::None,
            user: Some("1000:1000".to_owned()),
            ..Hardening::default()
        },
        stack: None,
    };
    Installation {
        launch: Launch::Container(Box::new(launch)),
        pins: vec![Pin {
            what: "demo/hub".to_owned(),
            version: "1.2".to_owned(),
            digest: Some(format!("sha256:{}", "ab".repeat(32))),
        }],
        secrets: vec![
            SecretUse {
                service: None,
                made: false,
                env: "HUB_TOKEN".to_owned(),
                target: SecretTarget::Variable,
                template: "{{token}}".to_owned(),
                input: "token".to_owned(),
            },
            SecretUse {
                service: None,
                made: false,
                env: "HUB_HEADER".to_owned(),
                target: SecretTarget::Variable,
                template: "Bearer $ {{token}}".to_owned(),
                input: "token".to_owned(),
            },
            SecretUse {
                service: None,
                made: false,
                env: "DATABASE_URL".to_owned(),
                target: SecretTarget::Variable,
                template: "pg://hub:{{password}}@db".to_owned(),
                input: "password".to_owned(),
            },
        ],
        ..sample::installation("hub", "G1")
    }
}

fn export(installation: &Installation, entry: Option<&Entry>, format: Format) -> Exported {
    let (shared, absolute) = (launcher("berth"), launcher("/opt/berth"));
    let export = Export {
        installation,
        entry,
        shared: &shared,
        absolute: &absolute,
        platform: berth_core::facts::Platform::Linux,
    };
    export.write(format).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn clients_start_the_launcher() {
    let installation = sample::installation("hub", "G1");
    for (format, command, notes) in [
        (Format::McpJson, "berth", vec![Note::NeedsBerth]),
        (
            Format::McpJsonAbsolute,
            "/opt/berth",
            vec![Note::NeedsBerth, Note::PersonalPaths],
        ),
    ] {
        let exported = export(&installation, None, format);
        assert_eq!(exported.file_name, ".mcp.json");
        let server = json!({ "type": "stdio", "command": command, "args": ["run", "hub"] });
        let file: Value = serde_json::from_str(&exported.text).unwrap();
        assert_eq!(file, json!({ "mcpServers": { "hub": server } }));
        assert_eq!(exported.notes, notes);
        assert!(exported.text.ends_with("}\n"));
    }
    let exported = export(&installation, None, Format::ClaudeDesktop);
    let file: Value = serde_json::from_str(&exported.text).unwrap();
    let server = json!({ "command": "/opt/berth", "args": ["run", "hub"] });
    assert_eq!(file, json!({ "mcpServers": { "hub": server } }));
}

#[test]
fn a_program_is_no_service() {
    let installation = sample::installation("hub", "G1");
    let (shared, absolute) = (launcher("berth"), launcher("/opt/berth"));
    let export = Export {
        installation: &installation,
        entry: None,
        shared: &shared,
        absolute: &absolute,
        platform: berth_core::facts::Platform::Linux,
    };
    let formats: Vec<Format> = export.all().unwrap().iter().map(|it| it.format).collect();
    let fitting = [
        Format::McpJson,
        Format::McpJsonAbsolute,
        Format::ClaudeDesktop,
    ];
    assert_eq!(formats, fitting);
    for format in Format::ALL {
        let written = export.write(format).map(|_| ()).map_err(|error| error.code);
        let unfit = ErrorCode::ExportUnfit {
            name: "hub".to_owned(),
            format,
        };
        let expected = if fitting.contains(&format) {
            Ok(())
        } else {
            Err(unfit)
        };
        assert_eq!(written, expected);
    }
}

#[test]
fn a_service_is_confined_as_its_session_is() {
    let exported = export(&container(), None, Format::Compose);
    let file = yaml(&exported.text);
    let digest = format!("sha256:{}", "ab".repeat(32));
    let service = json!({
        "image": format!("demo/hub:1.2@{digest}"),
        "entrypoint": ["/hub"],
        "command": ["--price", "$$5", "yes"],
        "user": "1000:1000",
        "environment": {
            "TZ": "1e3",
            "HUB_TOKEN": "${HUB_TOKEN:?put it into the file .env}",
            "HUB_HEADER": "Bearer $$ ${HUB_TOKEN:?put it into the file .env}",
            "DATABASE_URL": "pg://hub:${PASSWORD:?put it into the file .env}@db",
        },
        "volumes": [
            {
                "type": "bind", "source": "/home/ada/my $$notes", "target": "/notes",
                "read_only": true,
            },
            { "type": "volume", "source": "data-1", "target": "/data" },
        ],
        "stdin_open": true,
        "tty": false,
        "init": true,
        "read_only": true,
        "tmpfs": ["/tmp:rw,noexec,nosuid,size=64m"],
        "security_opt": ["no-new-privileges:true"],
        "cap_drop": ["ALL"],
        "pids_limit": 256,
        "mem_limit": "2048m",
        "memswap_limit": "2048m",
        "cpus": 1.0,
        "network_mode": "none",
        "healthcheck": { "disable": true },
    });
    let expected = json!({ "services": { "hub": service }, "volumes": { "data-1": {} } });
    assert_eq!(file, expected, "{}", exported.text);
    let names = vec!["PASSWORD".to_owned(), "HUB_TOKEN".to_owned()];
    assert_eq!(
        exported.notes,
        [
            Note::SecretsAsVariables { names },
            Note::PersonalPaths,
            Note::WithoutData
        ]
    );
    let gordon = export(&container(), None, Format::Gordon);
    assert_eq!(gordon.file_name, "gordon-mcp.yml");
    assert_eq!(yaml(&gordon.text), file);
}

#[test]
fn what_could_be_taken_for_another_type_is_quoted() {
    // Readers of YAML 1.1, as Python's, take these for a truth value and a number.
    let text = export(&container(), None, Format::Compose).text;
    for line in ["- yes\n", "TZ: 1e3\n"] {
        assert!(!text.contains(line), "{text}");
    }
}

#[test]
fn the_template_names_every_variable_and_no_value() {
    let exported = export(&container(), None, Format::Env);
    let lines: Vec<&str> = exported
        .text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert_eq!(lines, ["PASSWORD=", "HUB_TOKEN="]);
}

const BUILT: &str = r#"
id: built
title: Built
publisher: Somebody
summary: Is built
description: For tests.
categories: [utilities]
permissions: { network: none, files: its source }
inputs:
  - key: source
    title: Source folder
    required: true
    kind: { type: source, marker: { file: pyproject.toml } }
variants:
  - id: baked
    title: Built
    best_for: Tests
    run:
      type: build
      image: demo/hub:1.2
      build: { source: source, target: baked, args: { EDITION: small$ } }
"#;

#[test]
fn what_is_built_says_how_and_from_where() {
    let entry = load("built.yaml", BUILT, Trust::Community).unwrap();
    let grant = PathGrant {
        path: "/home/ada/src".to_owned(),
        access: Access::ReadOnly,
    };
    let mut installation = Installation {
        entry: "built".to_owned(),
        variant: "baked".to_owned(),
        inputs: [("source".to_owned(), InputValue::Paths(vec![grant]))].into(),
        ..container()
    };
    installation.pins[0].digest = None;
    let exported = export(&installation, Some(&entry), Format::Compose);
    let service = &yaml(&exported.text)["services"]["hub"];
    assert_eq!(service["image"], "demo/hub:1.2");
    let build = json!({
        "context": "/home/ada/src", "dockerfile": "Dockerfile", "target": "baked",
        "args": { "EDITION": "small$$" },
    });
    assert_eq!(service["build"], build);
    let folder = "/home/ada/src".to_owned();
    assert!(exported.notes.contains(&Note::BuiltHere { folder }));
}

#[test]
fn docker_s_registry_gets_names_of_secrets_only() {
    let mut installation = container();
    let Launch::Container(launch) = &mut installation.launch else {
        panic!("it is a container");
    };
    launch.entrypoint.clear();
    let mut entry = load("built.yaml", BUILT, Trust::Community).unwrap();
    entry.keywords = vec!["demo".to_owned()];
    let exported = export(&installation, Some(&entry), Format::DockerServer);
    assert_eq!(exported.file_name, "server.yaml");
    let digest = format!("sha256:{}", "ab".repeat(32));
    let secret = |name: &str, env: &str, example: &str| json!({ "name": name, "env": env, "example": example });
    let expected = json!({
        "name": "hub",
        "image": format!("demo/hub:1.2@{digest}"),
        "type": "server",
        "meta": { "category": "productivity", "tags": ["demo"] },
        "about": { "title": "Built", "description": "Is built" },
        "run": {
            "command": ["--price", "$5", "yes"],
            "volumes": ["/home/ada/my $notes:/notes:ro", "hub-data-2:/data"],
            "user": "1000:1000",
            "disableNetwork": true,
        },
        "config": {
            "secrets": [
                secret("hub.hub_token", "HUB_TOKEN", "<TOKEN>"),
                secret("hub.hub_header", "HUB_HEADER", "Bearer $ <TOKEN>"),
                secret("hub.database_url", "DATABASE_URL", "pg://hub:<PASSWORD>@db"),
            ],
            "env": [{ "name": "TZ", "value": "1e3" }],
        },
    });
    assert_eq!(yaml(&exported.text), expected, "{}", exported.text);
    let names = ["hub.hub_token", "hub.hub_header", "hub.database_url"];
    let names = names.map(str::to_owned).to_vec();
    assert_eq!(
        exported.notes,
        [
            Note::SecretsInDocker { names },
            Note::PersonalPaths,
            Note::WithoutData
        ]
    );
}

#[test]
fn docker_s_registry_has_no_word_for_another_entry_point() {
    let installation = container();
    assert!(!Format::DockerServer.fits(&installation.launch));
    assert!(Format::Compose.fits(&installation.launch));
}
