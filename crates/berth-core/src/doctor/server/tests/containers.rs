//! Servers in containers.

use super::*;
use crate::catalog::Network;
use crate::facts::{EndpointSource, EngineFacts};
use crate::server::{ContainerLaunch, Hardening};
use crate::stack::{Service, Stack};

fn container(image: &str) -> ContainerLaunch {
    ContainerLaunch {
        image: image.to_owned(),
        image_id: format!("sha256:{image}"),
        entrypoint: Vec::new(),
        args: Vec::new(),
        env: BTreeMap::new(),
        mounts: Vec::new(),
        http: None,
        hardening: Hardening {
            network: Network::Bridge,
            ..Hardening::default()
        },
        stack: None,
    }
}

fn stacked() -> Installation {
    let mut launch = container("notes:1");
    launch.stack = Some(Stack {
        project: "p".to_owned(),
        network: "n".to_owned(),
        internal: false,
        services: vec![Service {
            name: "db".to_owned(),
            after: Vec::new(),
            health: None,
            launch: container("db:17"),
        }],
    });
    Installation {
        launch: Launch::Container(Box::new(launch)),
        secrets: Vec::new(),
        ..server()
    }
}

fn facts() -> ServerFacts {
    ServerFacts {
        engine: Fact::Found {
            value: EngineFacts {
                product: "Docker".to_owned(),
                version: "28".to_owned(),
                api: "1.50".to_owned(),
                endpoint: "unix:///s".to_owned(),
                found_by: EndpointSource::Platform,
                platform: "linux/amd64".to_owned(),
                remote: false,
                rootful_here: true,
                socket: None,
            },
        },
        images: vec![
            ("notes:1".to_owned(), Ok(true)),
            ("db:17".to_owned(), Ok(true)),
        ],
        environment: Vec::new(),
        folders: Vec::new(),
        services: Ok(vec![("db".to_owned(), Some(ServiceState::Well))]),
        sessions: Some(Ok(2)),
        answer: None,
        ..well()
    }
}

#[test]
fn a_stack_needs_the_engine_its_images_and_its_services() {
    let seen = checks(&stacked(), &facts());
    let ids: Vec<Id> = seen.iter().map(|check| check.id).collect();
    let expected = [Id::Engine, Id::Images, Id::Services, Id::Sessions];
    assert_eq!(ids[4..8], expected);
    assert!(may_start(&seen));
    assert_eq!(of(&seen, Id::Sessions).seen[0].value, "2");
}

#[test]
fn an_engine_that_stands_still_hides_what_is_in_it() {
    let endpoint = "unix:///s".to_owned();
    let error = Error::new(E::EngineStopped { endpoint });
    let seen = checks(
        &stacked(),
        &ServerFacts {
            engine: Fact::Missing {
                error: error.clone(),
            },
            images: Vec::new(),
            sessions: None,
            ..facts()
        },
    );
    let check = of(&seen, Id::Engine);
    assert_eq!(
        (check.status, &check.error),
        (CheckStatus::Bad, &Some(error))
    );
    assert!(!check.fixes.is_empty());
    for id in [Id::Images, Id::Services, Id::Handshake] {
        assert_eq!(of(&seen, id).status, CheckStatus::Skipped, "{id:?}");
    }
}

#[test]
fn an_image_that_is_gone_is_named() {
    let mut facts = facts();
    facts.images[1].1 = Ok(false);
    let seen = checks(&stacked(), &facts);
    let reference = "db:17".to_owned();
    let error = Error::new(E::ImageMissing { reference });
    assert_eq!(of(&seen, Id::Images).error, Some(error));
    assert_eq!(of(&seen, Id::Services).status, CheckStatus::Skipped);
    assert!(!may_start(&seen));
}

#[test]
fn services_that_a_person_has_stopped_are_not_those_that_a_client_brings_up() {
    let mut facts = facts();
    facts.services = Ok(vec![("db".to_owned(), None)]);
    let seen = checks(&stacked(), &facts);
    assert_eq!(of(&seen, Id::Services).status, CheckStatus::Limited);
    assert!(may_start(&seen));
    let stopped = Installation {
        stopped: true,
        ..stacked()
    };
    let seen = checks(&stopped, &facts);
    let check = of(&seen, Id::Services);
    assert_eq!(check.status, CheckStatus::Bad);
    let name = "notes".to_owned();
    assert_eq!(check.fixes, [Fix::StartServices { name }]);
    facts.services = Ok(vec![("db".to_owned(), Some(ServiceState::Unwell))]);
    let seen = checks(&stacked(), &facts);
    assert_eq!(of(&seen, Id::Services).status, CheckStatus::Bad);
}
