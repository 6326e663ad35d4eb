//! A machine that lacks something: the window opens all the same, names it, and has the fix.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::time::Duration;

use berth_testkit::ground;
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

/// Waits until the status bar shows this of a component, and opens its page.
async fn open(window: &Window, topic: &str, state: &str) {
    let status = window.find(&format!("status-{topic}")).await;
    shows(window, &format!("status-{topic}"), "data-state", state).await;
    status.click().await.expect("its page");
    window.find(&format!("check-panel-{topic}")).await;
}

/// Waits until an attribute has a value.
async fn shows(window: &Window, id: &str, attribute: &str, value: &str) {
    for _ in 0..600 {
        let found = window.find(id).await.attr(attribute).await;
        if matches!(&found, Ok(Some(now)) if now == value) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!(
        "`{id}` never had {attribute}={value}\n{}",
        window.text().await
    );
}

/// The page comes to say this, and offers these fixes.
async fn says(window: &Window, topic: &str, expected: &[&str], fixes: &[&str]) {
    let panel = format!("check-panel-{topic}");
    for part in expected {
        window.text_in(&panel, part).await;
    }
    for fix in fixes {
        window.find(&format!("fix-{fix}")).await;
    }
}

async fn mended(window: &Window, topic: &str) {
    window.click("doctor-again").await;
    shows(window, &format!("status-{topic}"), "data-state", "ok").await;
    shows(window, &format!("check-{topic}"), "data-status", "good").await;
}

#[tokio::test]
async fn an_engine_that_is_missing_stopped_or_forbidden() {
    let mut sandbox = Sandbox::new();
    let socket = sandbox.path("engine.sock");
    sandbox.set("DOCKER_HOST", format!("unix://{}", socket.display()));
    let real = ground::docker_host();
    let real = real.strip_prefix("unix://").expect("a socket").to_owned();
    let window = Window::open(&sandbox).await;

    // Nothing is in the place where it should be.
    open(&window, "engine", "bad").await;
    let endpoint = socket.display().to_string();
    says(&window, "engine", &[&endpoint], &["recheck"]).await;
    // What needs no engine can be installed all the same.
    window.click("nav-catalog").await;
    window.click("install-time").await;
    window.find("plan-steps").await;
    window.click("sheet-close").await;
    window.gone("install-sheet").await;

    // A socket that nobody listens on.
    drop(UnixListener::bind(&socket).expect("bound"));
    open(&window, "engine", "bad").await;
    window.click("doctor-again").await;
    says(
        &window,
        "engine",
        &["systemctl start docker"],
        &["copy_command", "recheck"],
    )
    .await;

    // It runs after all.
    std::fs::remove_file(&socket).expect("gone");
    symlink(&real, &socket).expect("a link");
    mended(&window, "engine").await;
    window.close().await;
}

#[tokio::test]
async fn an_engine_whose_socket_is_not_ours() {
    let mut sandbox = Sandbox::new();
    let socket = sandbox.path("engine.sock");
    let _engine = UnixListener::bind(&socket).expect("bound");
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600)).expect("private");
    std::os::unix::fs::chown(&socket, Some(65_534), Some(65_534)).expect("somebody else's");
    sandbox.set("DOCKER_HOST", format!("unix://{}", socket.display()));
    // Tests may run as root, whom no permission stops: without this capability it is as with
    // everybody else.
    let starter = [
        "setpriv",
        "--bounding-set=-dac_override",
        "--inh-caps=-dac_override",
    ];
    let window = Window::open_by(&sandbox, &starter).await;
    open(&window, "engine", "bad").await;
    says(
        &window,
        "engine",
        &["You may not use", "usermod -aG docker"],
        &["copy_command", "recheck"],
    )
    .await;
    window.close().await;
}

#[tokio::test]
async fn claude_code_is_missing_and_comes() {
    let mut sandbox = Sandbox::new();
    // Nothing but the system's own programs; no Claude Code in any usual place.
    std::fs::remove_file(sandbox.path("bin/claude")).expect("gone");
    sandbox.set(
        "PATH",
        format!("{}:/usr/bin:/bin", sandbox.path("bin").display()),
    );
    let window = Window::open(&sandbox).await;
    open(&window, "claude", "bad").await;
    says(
        &window,
        "claude",
        &["npm install -g @anthropic-ai/claude-code"],
        &["copy_command", "open_link", "recheck"],
    )
    .await;
    // An install says so before anything runs.
    window.click("nav-catalog").await;
    window.click("install-time").await;
    window.find("plan-problem").await;
    window.click("plan-doctor").await;
    window.find("check-panel-claude").await;

    symlink(ground::claude(), sandbox.path("bin/claude")).expect("a link");
    mended(&window, "claude").await;
    window.close().await;
}

#[tokio::test]
async fn there_is_no_keychain_and_the_encrypted_vault_takes_its_place() {
    let mut sandbox = Sandbox::new();
    sandbox.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    sandbox.set("XDG_RUNTIME_DIR", sandbox.path("runtime"));
    std::fs::create_dir(sandbox.path("runtime")).expect("a folder");
    // The run's own bus is where a bare launcher looks; this machine has none there either.
    let starter = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        "mount -t tmpfs none /run/user && exec \"$0\" \"$@\"",
    ];
    let window = Window::open_by(&sandbox, &starter).await;
    open(&window, "vault", "bad").await;
    says(
        &window,
        "vault",
        &["no keychain that is running", "gnome-keyring"],
        &["copy_command", "recheck", "create_vault"],
    )
    .await;
    let passphrase = "a long passphrase of the test";
    window.click("create_vault").await;
    window.type_into("passphrase", passphrase).await;
    window.type_into("passphrase-repeat", passphrase).await;
    window.click("passphrase-submit").await;
    shows(&window, "status-vault", "data-state", "ok").await;
    window.text_in("status-vault", "Encrypted vault").await;
    assert_eq!(
        sandbox.files_with(passphrase),
        [""; 0].map(std::path::PathBuf::from)
    );
    window.close().await;
}

#[tokio::test]
async fn a_locked_keychain_is_said_to_be_locked() {
    let sandbox = Sandbox::new();
    let collection = "array:objpath:/org/freedesktop/secrets/collection/login";
    let locked = sandbox
        .command("dbus-send")
        .args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
        ])
        .args([
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
        ])
        .arg(collection)
        .output()
        .expect("dbus-send");
    assert!(locked.status.success(), "{locked:?}");
    let window = Window::open(&sandbox).await;
    open(&window, "vault", "bad").await;
    says(&window, "vault", &["locked"], &["recheck"]).await;
    window.close().await;
}
