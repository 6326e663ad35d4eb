//! The contract of [`ServiceEngine`](berth_core::port::ServiceEngine).

use std::collections::BTreeMap;

use berth_core::error::ErrorCode;
use berth_core::port::{Engine, ServiceLabels, ServiceRequest, ServiceState};
use berth_core::secret::Secret;
use berth_core::server::{ContainerLaunch, Hardening, Mount};
use berth_core::stack::{Service, Stack};

/// An engine, and an image that is there.
pub struct Ground<'a> {
    /// The engine.
    pub engine: &'a dyn Engine,
    /// The image's name.
    pub image: String,
    /// Its identifier.
    pub image_id: String,
    /// A program in it that says the variable `WORD` in a line of its output and runs on.
    pub entrypoint: Vec<String>,
}

fn stack(ground: &Ground<'_>, unique: &str) -> Stack {
    Stack {
        project: format!("berth-{unique}"),
        network: format!("berth-{unique}"),
        internal: true,
        services: vec![Service {
            name: "store".to_owned(),
            after: Vec::new(),
            health: None,
            launch: ContainerLaunch {
                image: ground.image.clone(),
                image_id: ground.image_id.clone(),
                entrypoint: ground.entrypoint.clone(),
                args: Vec::new(),
                env: BTreeMap::new(),
                mounts: vec![Mount::Volume {
                    name: format!("berth-{unique}-1"),
                    target: "/data".to_owned(),
                }],
                http: None,
                hardening: Hardening::default(),
                stack: None,
            },
        }],
    }
}

/// Runs the whole suite. `unique` tells this run's containers from others'.
///
/// # Panics
/// Where the engine is not as the contract says.
pub async fn check(ground: &Ground<'_>, unique: &str) {
    let engine = ground.engine;
    let stack = stack(ground, unique);
    let home = format!("/home/{unique}");
    for _ in 0..2 {
        let made = engine.make_network(&stack, unique, &home).await;
        made.expect("made, and there already");
    }
    let labels = ServiceLabels {
        installation: unique.to_owned(),
        generation: "01TESTG1".to_owned(),
        home: home.clone(),
        service: "store".to_owned(),
    };
    let request = ServiceRequest {
        stack: &stack,
        service: &stack.services[0],
        labels: labels.clone(),
        secrets: vec![("WORD".to_owned(), Secret::new("open-sesame"))],
    };
    let id = engine.make_service(&request).await.expect("made");
    let listed = async || engine.services(Some(unique)).await.expect("listed");
    let all = listed().await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].labels, labels);
    assert_eq!(
        (&all[0].id, all[0].state),
        (&id, ServiceState::Stopped),
        "it is made and not started"
    );
    let others = engine.services(Some("nobody-s")).await.expect("listed");
    assert_eq!(others, []);
    let sessions = engine.session_containers(None).await.expect("listed");
    assert!(
        sessions.iter().all(|session| session.id != id),
        "it is no session, and never swept"
    );

    for _ in 0..2 {
        engine.start_service(&id).await.expect("runs, or did");
    }
    let state = engine.service_state(&id).await.expect("asked");
    assert_eq!(state, ServiceState::Well, "it runs, and has no check");
    let mut said = String::new();
    for _ in 0..100 {
        let mut told = |line: String| said.push_str(&line);
        let log = engine.service_log(&id, 10, false, &mut told).await;
        log.expect("a log");
        if !said.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(said.contains("open-sesame"), "{said}");

    engine
        .remove_network(&stack.network)
        .await
        .expect("left, because a service is on it");
    for _ in 0..2 {
        engine.stop_service(&id).await.expect("stopped, or was");
    }
    assert_eq!(listed().await[0].state, ServiceState::Stopped);
    engine
        .start_service(&id)
        .await
        .expect("its network is there");
    engine.stop_service(&id).await.expect("stopped");
    let removed = engine.remove_network(&stack.network).await;
    removed.expect("what does not run does not keep it");
    let lost = engine.start_service(&id).await;
    lost.expect_err("it has no network any more");
    engine.remove_container(&id).await.expect("removed");
    assert_eq!(listed().await, []);
    let gone = engine.service_state(&id).await.expect("asked");
    assert_eq!(gone, ServiceState::Stopped);
    engine.stop_service(&id).await.expect("missing is fine");
    let removed = engine.remove_network(&stack.network).await;
    removed.expect("missing is fine");
    let volume = format!("berth-{unique}-1");
    assert!(engine.volume_exists(&volume).await.expect("asked"));
    engine.remove_volume(&volume).await.expect("removed");

    missing_image(ground, &stack, labels).await;
}

async fn missing_image(ground: &Ground<'_>, stack: &Stack, labels: ServiceLabels) {
    let mut service = stack.services[0].clone();
    service.launch.image_id = format!("sha256:{}", "0".repeat(64));
    let request = ServiceRequest {
        stack,
        service: &service,
        labels,
        secrets: Vec::new(),
    };
    let error = ground.engine.make_service(&request).await;
    let error = error.expect_err("there is no such image");
    let reference = ground.image.clone();
    assert_eq!(error.code, ErrorCode::ImageMissing { reference });
}
