//! Stacks as compose files.

use berth_core::catalog::{HealthCheck, Network};
use berth_core::export::Format;
use berth_core::server::{
    ContainerLaunch, Hardening, HealthPaths, HttpLaunch, Installation, Launch, Mount, SecretTarget,
    SecretUse,
};
use berth_core::stack::{Service, Stack};
use serde_json::{Value, json};

use super::{container, export, yaml};

/// The container of the other tests as the server of a stack with a database, and where it is said as a service
/// that stays.
fn stack(long_lived: bool) -> Installation {
    let mut installation = container();
    let Launch::Container(launch) = &mut installation.launch else {
        panic!("it is a container");
    };
    let plain = |image: &str| ContainerLaunch {
        image: image.to_owned(),
        entrypoint: Vec::new(),
        args: Vec::new(),
        env: [].into(),
        mounts: Vec::new(),
        hardening: Hardening {
            network: Network::None,
            ..Hardening::default()
        },
        ..(**launch).clone()
    };
    let health = |command: &[&str]| HealthCheck {
        command: command.iter().map(|&word| word.to_owned()).collect(),
        interval_seconds: 2,
        timeout_seconds: 5,
        retries: 10,
        start_seconds: 30,
    };
    let mut database = plain("postgres:17-alpine");
    database.mounts.push(Mount::Volume {
        name: "berth-hub-0a-2".to_owned(),
        target: "/var/lib/data".to_owned(),
    });
    database.hardening.user = Some("70:70".to_owned());
    let mut services = vec![
        Service {
            name: "db".to_owned(),
            after: Vec::new(),
            health: Some(health(&["pg_isready", "$USER"])),
            launch: database,
        },
        Service {
            name: "queue".to_owned(),
            after: vec!["db".to_owned()],
            health: None,
            launch: plain("demo/queue:3"),
        },
    ];
    if long_lived {
        launch.http = Some(HttpLaunch {
            port: 8080,
            kept: Some(41234),
            path: "/mcp".to_owned(),
            headers: [].into(),
            ready: None,
            health: HealthPaths::default(),
        });
        services.push(Service {
            name: Stack::SERVER.to_owned(),
            after: vec!["db".to_owned(), "queue".to_owned()],
            health: Some(health(&["ready"])),
            launch: (**launch).clone(),
        });
    }
    launch.stack = Some(Stack {
        project: "berth-hub-0a".to_owned(),
        network: "berth-hub-0a-inside".to_owned(),
        internal: true,
        services,
    });
    let own = long_lived.then(|| Stack::SERVER.to_owned());
    for secret in &mut installation.secrets {
        secret.service.clone_from(&own);
    }
    installation.secrets.push(SecretUse {
        service: Some("db".to_owned()),
        made: true,
        env: "POSTGRES_PASSWORD".to_owned(),
        target: SecretTarget::Variable,
        template: "{{password}}".to_owned(),
        input: "password".to_owned(),
    });
    if long_lived {
        installation.secrets.push(SecretUse {
            service: None,
            made: false,
            env: "Authorization".to_owned(),
            target: SecretTarget::Header,
            template: "Bearer {{access}}".to_owned(),
            input: "access".to_owned(),
        });
    }
    installation
}

#[test]
fn a_stack_is_written_with_its_services_in_their_order() {
    let exported = export(&stack(false), None, Format::Compose);
    let file = yaml(&exported.text);
    assert!(exported.text.contains("run --rm --no-TTY server\n"));
    assert_eq!(file["networks"], json!({ "default": { "internal": true } }));
    assert_eq!(file["volumes"], json!({ "data-1": {}, "data-2": {} }));
    let (server, database) = (&file["services"]["server"], &file["services"]["db"]);
    let healthy = json!({ "condition": "service_healthy" });
    let started = json!({ "condition": "service_started" });
    assert_eq!(
        server["depends_on"],
        json!({ "db": healthy, "queue": started })
    );
    assert_eq!(
        file["services"]["queue"]["depends_on"],
        json!({ "db": healthy })
    );
    assert_eq!(server["restart"], Value::Null, "it ends with its session");
    assert_eq!(server["stdin_open"], true);
    for service in [server, database] {
        assert_eq!(
            service["network_mode"],
            Value::Null,
            "they reach each other"
        );
        assert_eq!(service["read_only"], true);
        assert_eq!(service["cap_drop"], json!(["ALL"]));
    }
    assert_eq!(database["restart"], "unless-stopped");
    assert_eq!(database["stdin_open"], false);
    assert_eq!(database["ports"], Value::Null);
    assert_eq!(database["user"], "70:70");
    assert_eq!(
        database["image"], "postgres:17-alpine",
        "its own pin counts"
    );
    let check = json!({
        "test": ["CMD", "pg_isready", "$$USER"],
        "interval": "2s", "timeout": "5s", "retries": 10, "start_period": "30s",
    });
    assert_eq!(database["healthcheck"], check);
    // Each has its own secrets, and what both use is one variable.
    let password = "${POSTGRES_PASSWORD:?put it into the file .env}";
    assert_eq!(
        database["environment"],
        json!({ "POSTGRES_PASSWORD": password })
    );
    let url = format!("pg://hub:{password}@db");
    assert_eq!(server["environment"]["DATABASE_URL"], url);
    let fitting: Vec<Format> = Format::ALL
        .into_iter()
        .filter(|format| format.fits(&stack(false).launch))
        .collect();
    assert_eq!(
        fitting,
        [
            Format::McpJson,
            Format::McpJsonAbsolute,
            Format::ClaudeDesktop,
            Format::Compose,
            Format::Env
        ]
    );
}

#[test]
fn a_server_that_stays_is_published_where_it_was() {
    let installation = stack(true);
    let exported = export(&installation, None, Format::Compose);
    let file = yaml(&exported.text);
    let services = file["services"].as_object().unwrap();
    assert_eq!(services.len(), 3, "{}", exported.text);
    let server = &services["server"];
    assert_eq!(server["ports"], json!(["127.0.0.1:41234:8080"]));
    assert_eq!(server["restart"], "unless-stopped");
    assert_eq!(server["stdin_open"], false);
    assert_eq!(server["environment"]["Authorization"], Value::Null);
    for said in [
        "http://127.0.0.1:41234/mcp\n",
        "with the header Authorization: Bearer <ACCESS>\n",
        "`berth stop hub` first",
    ] {
        assert!(exported.text.contains(said), "{said}: {}", exported.text);
    }
    // A header is what clients send; the file has no use for it.
    let template = export(&installation, None, Format::Env).text;
    assert!(template.contains("POSTGRES_PASSWORD=\n"), "{template}");
    assert!(!template.contains("ACCESS"), "{template}");
}

#[test]
fn different_secrets_of_one_name_are_different_variables() {
    let mut installation = stack(false);
    for (service, input) in [("db", "password"), ("queue", "other")] {
        installation.secrets.push(SecretUse {
            service: Some(service.to_owned()),
            made: false,
            env: "SECRET".to_owned(),
            target: SecretTarget::Variable,
            template: format!("{{{{{input}}}}}"),
            input: input.to_owned(),
        });
    }
    let text = export(&installation, None, Format::Compose).text;
    let file = yaml(&text);
    let secret = |service: &str| file["services"][service]["environment"]["SECRET"].clone();
    assert_ne!(secret("db"), secret("queue"), "{text}");
    assert_eq!(secret("queue"), "${OTHER:?put it into the file .env}");
}
