//! What is on the machine before a shape begins.

use berth_core::client::{Place, Scope};
use berth_testkit::fake::World;

/// The demo's source folder.
pub const SOURCE: &str = "/home/ada/source";

/// Writes the demo's source folder.
pub fn write_source(world: &World) {
    let files = &mut world.state().files;
    files.write(
        &format!("{SOURCE}/Dockerfile"),
        "FROM demo/server:1.0 AS deps\nCOPY src /app/src\nFROM deps AS baked\n",
    );
    files.write(&format!("{SOURCE}/src/server.py"), "print()");
    files.write(
        &format!("{SOURCE}/pyproject.toml"),
        r#"{ "name": "demo", "version": "0.3.0", "requires": ">=3.11,<4" }"#,
    );
    files.write(
        &format!("{SOURCE}/package.json"),
        r#"{ "name": "demo", "version": "0.4.0", "requires": ">=20", "manager": "pnpm@10.29.3" }"#,
    );
    files.write(
        &format!("{SOURCE}/pnpm-lock.yaml"),
        "lockfileVersion: '9.0'",
    );
}

/// Things of other people and other servers.
pub fn surround(world: &World) {
    write_source(world);
    let mut state = world.state();
    state.publish("demo/server:1.0");
    state.publish("demo/cache:1");
    state.publish("demo/db:17");
    state.networks.insert("other".to_owned());
    state.build("other/image:2");
    state.volumes.insert("berth-other-1".to_owned());
    state.files.write(
        &format!("{}/installations/other/G1/x", World::BERTH_HOME),
        "other",
    );
    state.registrations.insert(
        (Place::default(), "other".to_owned()),
        serde_json::json!({ "type": "http", "url": "https://example.com" }),
    );
    state.registrations.insert(
        (
            Place::claude_code(Scope::Local, Some("/home/ada/project".to_owned())),
            "demo".to_owned(),
        ),
        serde_json::json!({ "command": "their-demo" }),
    );
}
