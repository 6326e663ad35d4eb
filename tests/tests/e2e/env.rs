//! A token in the `.env` file of a source folder: used, and never in the window.

use berth_tests::hub::using_image;
use berth_tests::leak::{self, Watch};
use berth_tests::left::{assert_nothing_left, is_connected};
use berth_tests::sandbox::Sandbox;
use berth_tests::source::Source;
use berth_tests::window::Window;
use thirtyfour::Key;

use super::secret::{assert_page_without, item, kept};
use super::steps;

const NAME: &str = "built";

/// Writes down everything that goes between the page and the app from here on.
const LISTEN: &str = "
    window.heard = '';
    const call = window.fetch;
    window.fetch = async (address, options) => {
        window.heard += `${address} ${options?.body}\\n`;
        const answer = await call(address, options);
        window.heard += `${await answer.clone().text()}\\n`;
        return answer;
    };
    return true";

#[tokio::test]
async fn a_token_is_taken_from_the_file_and_is_never_in_the_window() {
    let _image = using_image();
    let sandbox = Sandbox::new();
    let source = Source::add(&sandbox, NAME, "window-env");
    let token = source.token();
    let secrets = [token.as_str()];
    let window = Window::open(&sandbox).await;
    let watch = Watch::start(&secrets);

    window.click("nav-catalog").await;
    window.script(LISTEN).await;
    steps::open_sheet(&window, NAME).await;
    let folder = source.folder.to_str().expect("UTF-8");
    window.type_into("type-input-source", folder).await;
    let field = window.find("type-input-source").await;
    field.send_keys(Key::Enter).await.expect("entered");
    let file = source.folder.join(".env");
    let read = format!("Read from {}", file.display());
    window.text_in("env-file", &read).await;
    window
        .text_in("env-file", "1 of its lines could not be read.")
        .await;
    window
        .text_in("field-input-company", "From COMPANY in the .env file.")
        .await;
    let company = window.find("input-company").await;
    let shown = company.value().await.expect("a field");
    assert_eq!(shown.as_deref(), Some("ada"));
    window
        .text_in("field-input-token", "Use TOKEN of the .env file")
        .await;
    let stays = format!("The secrets that are taken from {} stay", file.display());
    window.text_in("warnings", &stays).await;
    assert_page_without(&window, &secrets, "before").await;

    // Without it the field is as empty as it looks.
    window.click("env-token").await;
    window.find("plan-incomplete").await;
    window.click("env-token").await;
    window.find("plan-step-store_secret").await;
    steps::agree_and_succeed(&window).await;
    steps::close_sheet(&window).await;
    assert!(is_connected(&sandbox, NAME));
    assert_eq!(kept(&sandbox, &item(&sandbox)), token);
    assert_page_without(&window, &secrets, "afterwards").await;

    let heard = window.script("return window.heard").await;
    let heard = heard.as_str().expect("a text");
    assert!(heard.contains("from_env") && heard.contains("\"variable\":\"TOKEN\""));
    assert!(!heard.contains(&token), "{heard}");
    let seen = watch.stop();
    assert!(seen.is_empty(), "{seen:#?}");
    let (found, _) = leak::files(&sandbox.path(""), &token);
    assert_eq!(found, [file], "the file keeps it, and nothing else has it");

    steps::remove(&window, NAME, false).await;
    assert_nothing_left(&sandbox, NAME);
    window.close().await;
    source.clean(&sandbox);
}
