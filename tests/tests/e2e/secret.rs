//! A secret's way through the window: into the keychain and nowhere else.

use std::fs;

use berth_testkit::{ground, token};
use berth_tests::hub::{HUB, add_hub, using_image};
use berth_tests::leak::{self, Watch};
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::{Ran, Sandbox};
use berth_tests::window::Window;

use super::steps;

/// Everything that the page holds or keeps: its elements, what stands in fields, its stores, the
/// addresses that it asked for.
pub const PAGE: &str = "return [
    document.documentElement.outerHTML,
    ...[...document.querySelectorAll('input, textarea, select')].map((field) => field.value),
    JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }),
    document.cookie, document.title, location.href,
    ...performance.getEntries().map((entry) => entry.name),
].join('\\n')";

pub async fn assert_page_without(window: &Window, secrets: &[&str], when: &str) {
    let page = window.script(PAGE).await;
    let page = page.as_str().expect("a text");
    assert!(page.contains("data-testid"), "the page was read: {page}");
    for secret in secrets {
        assert!(!page.contains(secret), "{when}: {page}");
    }
}

/// Looks at every screen, and at the page of the server.
async fn assert_screens_without(window: &Window, secrets: &[&str]) {
    for screen in steps::SCREENS {
        steps::go(window, screen).await;
        assert_page_without(window, secrets, screen).await;
    }
    window.click("nav-servers").await;
    window.click(&format!("menu-{HUB}")).await;
    window.click(&format!("menu-{HUB}-details")).await;
    window.find("reconfigure").await;
    assert_page_without(window, secrets, "the server's page").await;
}

/// What the keychain holds for Berth's item of this account.
pub fn kept(sandbox: &Sandbox, account: &str) -> String {
    let ran: Ran = sandbox
        .command("secret-tool")
        .args(["lookup", "service", "berth", "username", account])
        .output()
        .expect("secret-tool")
        .into();
    ran.ok().stdout
}

/// The only item in the keychain.
pub fn item(sandbox: &Sandbox) -> String {
    let items = sandbox.keychain_items();
    let [account] = &items[..] else {
        panic!("one item: {items:?}");
    };
    account.clone()
}

/// No file of the person has it: HOME and Berth's home with database and write-ahead log, the
/// project, the logs of app and driver, what runs beside them; nor do the components' logs.
fn assert_files_without(sandbox: &Sandbox, secrets: &[&str]) {
    let database = sandbox.berth_home().join("berth.db");
    for path in [&database, &database.with_extension("db-wal")] {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!bytes.is_empty(), "{}", path.display());
    }
    assert!(sandbox.path("driver.log").exists());
    for secret in secrets {
        for folder in [sandbox.path(""), sandbox.keychain().runtime_dir()] {
            let (found, _) = leak::files(&folder, secret);
            assert!(found.is_empty(), "{found:?}");
        }
        let (_, read) = leak::files(&sandbox.home(), secret);
        assert!(read > 5, "HOME was read: {read}");
    }
    let components = ground::tmp();
    let components = components.parent().expect("the run's folder");
    let logs = fs::read_dir(components).expect("the run's folder");
    let logs: Vec<_> = logs
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    assert!(!logs.is_empty(), "the engine has a log");
    for log in logs {
        let bytes = fs::read(&log).expect("a log");
        let text = String::from_utf8_lossy(&bytes);
        for secret in secrets {
            assert!(!text.contains(secret), "{}", log.display());
        }
    }
}

/// What the command line tells of this person's servers, jobs and secrets.
fn assert_told_without(sandbox: &Sandbox, secrets: &[&str]) {
    for args in [
        &["show", HUB, "--json"][..],
        &["jobs", "--json"],
        &["secret", "list", "--json"],
        &["doctor", "--json"],
    ] {
        let ran = sandbox.berth(args);
        assert!(!ran.stdout.is_empty(), "{ran:?}");
        for secret in secrets {
            assert!(!format!("{ran:?}").contains(secret), "{args:?}: {ran:?}");
        }
    }
}

#[tokio::test]
async fn a_secret_is_only_in_the_keychain_and_a_refused_one_is_nowhere() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let (wrong, right) = (token::wrong(), token::right());
    let secrets = [wrong.as_str(), right.as_str()];
    let window = Window::open(&sandbox).await;
    let watch = Watch::start(&secrets);

    steps::open_sheet(&window, HUB).await;
    window.type_into("input-token", &wrong).await;
    assert_eq!(steps::agree(&window).await, "job-failed");
    let shown = window.text().await;
    let expected = "The server refused the credentials when “whoami” was called.";
    assert!(shown.contains(expected), "{shown}");
    window.find("undone").await;
    assert_page_without(&window, &secrets, "after the refusal").await;
    assert_nothing_left(&sandbox, HUB);

    window.click("install-again").await;
    let field = window.find("input-token").await;
    let typed = field.value().await.expect("a field");
    assert_eq!(typed.as_deref(), Some(""), "the refused one is forgotten");
    window.type_into("input-token", &right).await;
    steps::agree_and_succeed(&window).await;
    assert_page_without(&window, &secrets, "after the installation").await;
    assert!(is_connected(&sandbox, HUB));
    let called = sandbox.berth(&["call", HUB, "whoami"]).ok();
    assert!(called.stdout.contains("fixture-user"), "{}", called.stdout);
    sandbox.berth(&["verify", HUB]).ok();
    steps::close_sheet(&window).await;
    assert_screens_without(&window, &secrets).await;

    assert_eq!(kept(&sandbox, &item(&sandbox)), right);
    assert_files_without(&sandbox, &secrets);
    assert_told_without(&sandbox, &secrets);
    assert!(watch.looks() > 100, "it looked: {}", watch.looks());
    let seen = watch.stop();
    assert!(seen.is_empty(), "{seen:#?}");

    steps::remove(&window, HUB, false).await;
    assert_nothing_left(&sandbox, HUB);
    window.close().await;
    for secret in secrets {
        let (found, _) = leak::files(&sandbox.path(""), secret);
        assert!(found.is_empty(), "after closing: {found:?}");
    }
}

#[tokio::test]
async fn a_secret_is_replaced_and_deleted_on_its_screen_which_never_shows_it() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    add_hub(&sandbox);
    let (first, second, third) = (token::right(), token::right(), token::right());
    let secrets = [first.as_str(), second.as_str(), third.as_str()];
    let window = Window::open(&sandbox).await;
    let watch = Watch::start(&secrets);
    steps::open_sheet(&window, HUB).await;
    window.type_into("input-token", &first).await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    let account = item(&sandbox);
    assert_eq!(kept(&sandbox, &account), first);

    let row = format!("secret-{HUB}-token");
    let state = async |expected: &str| {
        window.text_in(&row, expected).await;
        assert_page_without(&window, &secrets, expected).await;
    };
    window.click("nav-secrets").await;
    state("In the keychain").await;
    give(&window, &second).await;
    state("In the keychain").await;
    assert_eq!(item(&sandbox), account);
    assert_eq!(kept(&sandbox, &account), second);
    let called = sandbox.berth(&["call", HUB, "whoami"]).ok();
    assert!(called.stdout.contains("fixture-user"), "{}", called.stdout);

    window.click(&format!("delete-{HUB}-token")).await;
    window.click("secret-delete-agree").await;
    state("Missing").await;
    assert_eq!(sandbox.keychain_items(), [""; 0]);
    window.click("nav-servers").await;
    window
        .text_in(&format!("server-{HUB}"), "Secret missing")
        .await;
    assert!(!is_connected(&sandbox, HUB));

    window.click("nav-secrets").await;
    give(&window, &third).await;
    state("In the keychain").await;
    assert_eq!(kept(&sandbox, &account), third);
    assert!(is_connected(&sandbox, HUB));

    assert_screens_without(&window, &secrets).await;
    assert_files_without(&sandbox, &secrets);
    let seen = watch.stop();
    assert!(seen.is_empty(), "{seen:#?}");
    window.close().await;
}

/// Gives the secret of the installed server a new value on the Secrets screen.
async fn give(window: &Window, value: &str) {
    window.click(&format!("replace-{HUB}-token")).await;
    let field = window.find("secret-value").await;
    let kind = field.attr("type").await.expect("a field");
    assert_eq!(kind.as_deref(), Some("password"));
    let empty = field.value().await.expect("a field");
    assert_eq!(empty.as_deref(), Some(""), "what is kept is not shown");
    window.type_into("secret-value", value).await;
    window.click("secret-save").await;
    window.gone("replace-dialog").await;
}
