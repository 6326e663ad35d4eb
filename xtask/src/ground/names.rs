//! The variables by which tests learn the components' addresses. `berth_testkit::ground` reads
//! them, tests/README.md explains them; a test here holds the three together.

/// The checkout.
pub const ROOT: &str = "BERTH_TEST_ROOT";
/// The container engine's endpoint, `unix:///…`.
pub const DOCKER_HOST: &str = "BERTH_TEST_DOCKER_HOST";
/// The image registry, `127.0.0.1:port`, plain HTTP.
pub const REGISTRY: &str = "BERTH_TEST_REGISTRY";
/// The real Claude Code CLI.
pub const CLAUDE: &str = "BERTH_TEST_CLAUDE";
/// The WebDriver server for the app.
pub const TAURI_DRIVER: &str = "BERTH_TEST_TAURI_DRIVER";
/// What tauri-driver needs as `--native-driver`.
pub const WEBKIT_DRIVER: &str = "BERTH_TEST_WEBKIT_DRIVER";
/// An X display, `:n`.
pub const DISPLAY: &str = "BERTH_TEST_DISPLAY";
/// The session bus with the run's shared keychain, unlocked.
pub const BUS: &str = "BERTH_TEST_BUS";
/// A folder for what tests write, removed after the run.
pub const TMP: &str = "BERTH_TEST_TMP";
/// Image with Debian, Python, venv and pip, in the registry.
pub const IMAGE_PYTHON: &str = "BERTH_TEST_IMAGE_PYTHON";
/// The same with Node and npm.
pub const IMAGE_NODE: &str = "BERTH_TEST_IMAGE_NODE";
/// The fixture MCP server on an otherwise empty image, in the registry.
pub const IMAGE_SERVER: &str = "BERTH_TEST_IMAGE_SERVER";
/// PostgreSQL, of the official image's shape, in the registry.
pub const IMAGE_POSTGRES: &str = "BERTH_TEST_IMAGE_POSTGRES";
/// The launcher.
pub const BERTH: &str = "BERTH_TEST_BERTH";
/// The app with its front end inside.
pub const APP: &str = "BERTH_TEST_APP";
/// The .deb made of both.
pub const DEB: &str = "BERTH_TEST_DEB";
/// The fixture MCP server as a program of this machine.
pub const SERVER: &str = "BERTH_TEST_SERVER";

/// A Python from 3.12 on, which this machine's need not be.
pub const NEWER_PYTHON: &str = "BERTH_TEST_NEWER_PYTHON";
/// uv, which this machine need not have.
pub const UV: &str = "BERTH_TEST_UV";

/// All of them.
#[cfg(test)]
pub const ALL: &[&str] = &[
    ROOT,
    DOCKER_HOST,
    REGISTRY,
    CLAUDE,
    TAURI_DRIVER,
    WEBKIT_DRIVER,
    DISPLAY,
    BUS,
    TMP,
    IMAGE_PYTHON,
    IMAGE_NODE,
    IMAGE_SERVER,
    IMAGE_POSTGRES,
    BERTH,
    APP,
    DEB,
    SERVER,
    NEWER_PYTHON,
    UV,
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_reader_and_the_page_know_every_variable() {
        let reader = include_str!("../../../crates/berth-testkit/src/ground.rs");
        let page = include_str!("../../../tests/README.md");
        for name in super::ALL {
            assert!(
                reader.contains(&format!("\"{name}\"")),
                "berth_testkit::ground lacks {name}"
            );
            assert!(
                page.contains(&format!("`{name}`")),
                "tests/README.md lacks {name}"
            );
        }
    }
}
