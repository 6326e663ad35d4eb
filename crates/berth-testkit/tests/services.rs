//! The fake engine's services, by the contract, and what goes wrong when a stack comes up.

use berth_testkit::contract::services::{Ground, check};
use berth_testkit::fake::World;

#[tokio::test]
async fn the_fake_keeps_the_contract() {
    let world = World::new();
    let image = world.state().build("demo/store:1");
    let ports = world.ports();
    let ground = Ground {
        engine: ports.engine.as_ref(),
        image: "demo/store:1".to_owned(),
        image_id: image.id,
        entrypoint: Vec::new(),
    };
    check(&ground, "contract").await;
}
