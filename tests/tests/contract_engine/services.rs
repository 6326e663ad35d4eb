//! Services of stacks, on the real engine.

use berth_core::port::Engine;
use berth_testkit::contract::services::{Ground, check};
use berth_testkit::ground;
use tempfile::TempDir;

use super::{docker, engine, unique};

#[tokio::test]
async fn services_keep_the_contract() {
    let config = TempDir::new().expect("a folder");
    let engine = engine(config.path());
    let image = ground::image_python();
    docker(&["pull", "--quiet", &image]);
    let here = engine.image(&image).await.expect("asked").expect("pulled");
    let program = "import os, time; print(os.environ['WORD'], flush=True); time.sleep(600)";
    let ground = Ground {
        engine: &engine,
        image,
        image_id: here.id,
        entrypoint: ["python3", "-c", program].map(str::to_owned).to_vec(),
    };
    check(&ground, &format!("c{}", unique())).await;
}
