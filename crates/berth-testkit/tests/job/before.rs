//! What a person has done with the demo before a shape begins.

use std::sync::Arc;

use berth_core::client::Place;
use berth_core::facts::Facts;
use berth_core::input::SecretValues;
use berth_core::plan::{Choices, Plan, prepare_connect, prepare_install};
use berth_core::port::{ServiceState, Store};
use berth_core::secret::Secret;
use berth_testkit::fake::World;
use berth_testkit::faulty::Faults;

use super::shapes::entry;
use super::support::{Watcher, run};

/// Installs the demo as it was before the shape begins.
pub async fn install(world: &Arc<World>, mut choices: Choices, secret: &str) {
    for value in choices.secrets.values_mut() {
        *value = Secret::new(secret);
    }
    let secrets = choices.secrets.clone();
    let plan = prepare_install(&world.ports(), entry(), &choices, &Facts::default())
        .await
        .expect("a plan");
    done(world, plan, secrets).await;
}

pub async fn done(world: &Arc<World>, plan: Plan, secrets: SecretValues) {
    let job = run(world, plan, secrets, &Faults::none(), &Watcher::default())
        .await
        .expect("no crash")
        .expect("started");
    assert_eq!(job.error, None);
}

/// Registers the demo with Claude Desktop as well.
pub async fn connect(world: &Arc<World>) {
    connect_to(world, &Place::claude_desktop(), false).await;
}

/// Registers the demo at one more place.
pub async fn connect_to(world: &Arc<World>, place: &Place, direct: bool) {
    let (ports, facts) = (world.ports(), Facts::default());
    let plan = prepare_connect(&ports, "demo", place, false, direct, &facts)
        .await
        .expect("a plan");
    let watcher = Watcher::default();
    let job = run(world, plan, SecretValues::new(), &Faults::none(), &watcher)
        .await
        .expect("no crash")
        .expect("started");
    assert_eq!(job.error, None);
}

/// Stops the demo's services as a person does.
pub fn stop(world: &World) {
    let mut installation = world
        .store
        .installation("demo")
        .expect("read")
        .expect("installed");
    installation.stopped = true;
    world
        .store
        .put_installation(&installation)
        .expect("written");
    for service in &mut world.state().services {
        service.state = ServiceState::Stopped;
    }
}
