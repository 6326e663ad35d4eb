//! Random sequences of what a person can do, with a fault somewhere in each.

use std::collections::BTreeSet;
use std::sync::Arc;

use berth_core::facts::Facts;
use berth_core::input::SecretValues;
use berth_core::plan::{Plan, VaultItem, prepare_install, prepare_remove, prepare_verify};
use berth_core::port::Store as _;
use berth_core::server::{Installation, Launch, check_seal};
use berth_testkit::fake::World;
use berth_testkit::faulty::{Fault, Faults};
use proptest::prelude::*;

use super::shapes::{BUILT, NEW_TOKEN, SOURCE, choices, dev, entry, token, write_source};
use super::support::{Watcher, recover, run, settle};

#[derive(Clone, Debug)]
enum Action {
    Install {
        variant: &'static str,
        project: bool,
        use_image: bool,
        no_cache: bool,
    },
    /// The person changes the source, or puts a part of it back.
    Edit {
        version: u8,
    },
    Remove {
        delete_data: bool,
    },
    Verify,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (prop::sample::select(vec!["python", "node", "image", "dev", "dev"]), any::<[bool; 3]>())
            .prop_map(|(variant, [project, use_image, no_cache])| Action::Install { variant, project, use_image, no_cache }),
        2 => (0_u8..3).prop_map(|version| Action::Edit { version }),
        2 => any::<bool>().prop_map(|delete_data| Action::Remove { delete_data }),
        1 => Just(Action::Verify),
    ]
}

fn fault() -> impl Strategy<Value = Option<(usize, Fault)>> {
    prop::option::of((0_usize..70, prop::sample::select(Fault::ALL.to_vec())))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_machine_agrees_with_the_records(
        steps in prop::collection::vec((action(), fault(), fault()), 1..7)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let world = World::new();
            world.state().publish("demo/server:1.0");
            world.state().build(BUILT);
            write_source(&world);
            for (action, first, second) in steps {
                let at = format!("{action:?} with {first:?}, then {second:?}");
                let Some((plan, secrets)) = planned(&world, &action).await else { continue };
                let watcher = Watcher::default();
                run(&world, plan, secrets, &faults(first), &watcher).await;
                let came = recover(&world, &faults(second), &watcher).await;
                if !matches!(came, Some(Ok(_))) {
                    settle(&world, &watcher, &at).await;
                }
                settle(&world, &watcher, &at).await;
                watcher.check(&at);
                agrees(&world, &at);
            }
        });
    }
}

fn faults(at: Option<(usize, Fault)>) -> Faults {
    at.map_or_else(Faults::none, |(call, fault)| Faults::at(call, fault))
}

/// A plan as the window would make it; none for what cannot be done now.
async fn planned(world: &Arc<World>, action: &Action) -> Option<(Plan, SecretValues)> {
    let ports = world.ports();
    match action {
        Action::Edit { version } => {
            let path = format!("{SOURCE}/src/server.py");
            world.state().files.write(&path, &version.to_string());
            None
        }
        Action::Install {
            variant,
            project,
            use_image,
            no_cache,
        } => {
            let mut choices = match *variant {
                "dev" => dev(),
                variant => choices(variant),
            };
            choices.use_image = *use_image;
            choices.no_cache = *no_cache;
            choices.replace = true;
            choices.secrets = token(NEW_TOKEN);
            if *variant == "node" {
                choices.secrets.clear();
            }
            if *project {
                choices.place.scope = berth_core::client::Scope::Local;
                choices.place.project = Some("/home/ada/project".to_owned());
            }
            let secrets = choices.secrets.clone();
            let plan = prepare_install(&ports, entry(), &choices, &Facts::default())
                .await
                .expect("everything is there");
            Some((plan, secrets))
        }
        Action::Remove { delete_data } => {
            let plan = prepare_remove(&ports, "demo", *delete_data).await.ok()?;
            Some((plan, SecretValues::new()))
        }
        Action::Verify => {
            let plan = prepare_verify(&ports, "demo", Some(entry())).await.ok()?;
            Some((plan, SecretValues::new()))
        }
    }
}

/// What is on the machine is what the records say, no more and no less. Only what a clean-up could
/// not delete, which a job names, may be left.
fn agrees(world: &World, at: &str) {
    let snapshot = world.snapshot();
    let current: Vec<Installation> = world.store.installations().expect("read");
    let jobs = world.store.jobs(100).expect("read");
    let named = jobs.iter().any(|job| !job.leftovers.is_empty());
    // A removal that failed can have taken away a part; asking again finishes it.
    let partly = jobs.iter().any(|job| {
        job.plan.purpose == berth_core::plan::Purpose::Remove
            && job.state == berth_core::job::JobState::Failed
    });
    assert_eq!(snapshot.containers, [], "{at}");

    for installation in &current {
        check_seal(installation).unwrap_or_else(|error| panic!("{at}: {error}"));
        // An undo that could not delete the record has taken away what belongs to it.
        if partly || named {
            continue;
        }
        for place in &installation.places {
            let key = (place.clone(), installation.name.clone());
            assert!(snapshot.registrations.contains_key(&key), "{at}: {key:?}");
        }
        for secret in &installation.secrets {
            let item = item(installation, &secret.input);
            assert!(snapshot.secrets.contains_key(&item), "{at}: {item:?}");
        }
        match &installation.launch {
            Launch::Process { program, .. } => {
                assert!(
                    snapshot.files.canonical(program).is_some(),
                    "{at}: {program}"
                );
            }
            Launch::Container(launch) => {
                let here = snapshot
                    .images
                    .values()
                    .any(|image| image.id == launch.image_id);
                assert!(here, "{at}: {}", launch.image);
            }
            Launch::Remote(_) => {}
        }
    }
    if named {
        return;
    }
    assert_eq!(
        snapshot.store.generations.len(),
        current.len(),
        "{at}: old generations"
    );
    images_agree(world, &current, partly, at);
    let known: BTreeSet<VaultItem> = current
        .iter()
        .flat_map(|installation| {
            installation
                .secrets
                .iter()
                .map(|secret| item(installation, &secret.input))
        })
        .collect();
    // What Berth made is kept with the data.
    let with_data = VaultItem::kept("demo", "demo", "password");
    for stored in snapshot.secrets.keys() {
        let has_data = *stored == with_data && !snapshot.volumes.is_empty();
        assert!(
            known.contains(stored) || has_data,
            "{at}: nobody's secret {stored:?}"
        );
    }
    let folders: BTreeSet<&String> = current.iter().filter_map(|i| i.folder.as_ref()).collect();
    let below = format!("{}/installations", World::BERTH_HOME);
    for path in snapshot.files.below(&below) {
        let known = folders
            .iter()
            .any(|folder| path.starts_with(folder.as_str()) || folder.starts_with(&path));
        assert!(known, "{at}: nobody's {path}");
    }
    assert_eq!(
        snapshot
            .files
            .below(&format!("{}/backups", World::BERTH_HOME)),
        Vec::<String>::new(),
        "{at}"
    );
    for (place, name) in snapshot.registrations.keys() {
        let known = current
            .iter()
            .any(|i| i.name == *name && i.places.contains(place));
        assert!(known, "{at}: nobody's registration {name} {place:?}");
    }
}

/// What was built is what the records say, and the name is theirs again where nothing is. A
/// removal that failed can have given it back to them already.
fn images_agree(world: &World, current: &[Installation], partly: bool, at: &str) {
    let images = world.snapshot().images;
    let theirs = World::new().state().build(BUILT);
    let built = current
        .iter()
        .find_map(|installation| installation.built.clone());
    let expected = built.as_ref().map_or(&theirs.id, |built| &built.id);
    let named = &images[BUILT].id;
    if !(partly && *named == theirs.id) {
        assert_eq!(named, expected, "{at}: the name");
    }
    assert!(
        images.values().any(|image| image.id == theirs.id),
        "{at}: theirs is gone"
    );
    let before = built.and_then(|built| built.before);
    assert!(
        before.is_none_or(|before| before == theirs.id),
        "{at}: Berth's own came before"
    );
    for (name, image) in &images {
        let known = name == BUILT
            || image.id == theirs.id
            || name.starts_with("demo/server")
            || (partly
                && current
                    .iter()
                    .any(|i| i.built.as_ref().is_some_and(|b| b.id == image.id)));
        assert!(known, "{at}: nobody's image {name}");
    }
}

fn item(installation: &Installation, input: &str) -> VaultItem {
    VaultItem {
        name: installation.name.clone(),
        generation: installation.generation.clone(),
        input: input.to_owned(),
    }
}
