//! The engine in memory builds as a real one does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use berth_core::port::Engine;
use berth_testkit::contract::build;
use berth_testkit::fake::World;

const BASE: &str = "r.example/server:1";

struct Memory {
    world: Arc<World>,
    engine: Arc<dyn Engine>,
    folders: AtomicUsize,
}

#[async_trait]
impl build::World for Memory {
    fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    fn base(&self) -> String {
        BASE.to_owned()
    }

    fn absent(&self) -> String {
        "r.example/no-such-image:1".to_owned()
    }

    fn folder(&self, files: &[(&str, &str)]) -> String {
        let number = self.folders.fetch_add(1, Ordering::Relaxed);
        let folder = format!("/home/ada/source-{number}");
        for (name, text) in files {
            self.world
                .state()
                .files
                .write(&format!("{folder}/{name}"), text);
        }
        folder
    }

    async fn has_containers(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn the_engine_in_memory_keeps_the_contract_of_builds() {
    let world = World::new();
    world.state().publish(BASE);
    let image = world.state().registry[BASE].clone();
    world.state().images.insert(BASE.to_owned(), image);
    let memory = Memory {
        engine: world.ports().engine,
        world,
        folders: AtomicUsize::new(0),
    };
    build::check(&memory, "memory").await;
}
