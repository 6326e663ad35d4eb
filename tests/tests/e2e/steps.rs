//! What every person does in the window.

use berth_tests::window::Window;

/// The screens of the navigation.
pub const SCREENS: [&str; 6] = [
    "catalog", "servers", "secrets", "clients", "activity", "settings",
];

/// Goes to a screen.
pub async fn go(window: &Window, screen: &str) {
    window.click(&format!("nav-{screen}")).await;
    window.find(&format!("page-{screen}")).await;
}

/// Finds an entry in the catalog and opens its install sheet.
pub async fn open_sheet(window: &Window, entry: &str) {
    window.click("nav-catalog").await;
    window.type_into("search", entry).await;
    window.click(&format!("install-{entry}")).await;
    window.find("install-sheet").await;
}

/// Agrees to the plan that the sheet shows and waits until the job is over. Gives how it ended:
/// `job-done`, `job-failed` or `job-cancelled`.
pub async fn agree(window: &Window) -> String {
    window.click("install-agree").await;
    window
        .find_any(&["job-done", "job-failed", "job-cancelled"])
        .await
}

/// Agrees, and the job must end well.
pub async fn agree_and_succeed(window: &Window) {
    let ended = agree(window).await;
    assert_eq!(ended, "job-done", "{}", window.text().await);
}

/// Closes the sheet of a job that is over.
pub async fn close_sheet(window: &Window) {
    window.click("sheet-close").await;
    window.gone("install-sheet").await;
}

/// Opens the page of an installed server.
pub async fn open_details(window: &Window, name: &str) {
    window.click("nav-servers").await;
    window.click(&format!("menu-{name}")).await;
    window.click(&format!("menu-{name}-details")).await;
    window.find("reconfigure").await;
}

/// Removes an installed server through the window, with its data where it has some.
pub async fn remove(window: &Window, name: &str, data: bool) {
    window.click("nav-servers").await;
    window.click(&format!("menu-{name}")).await;
    window.click(&format!("menu-{name}-remove")).await;
    if data {
        window.click("remove-data").await;
        // The dialog grows by that: a button that is clicked before is no longer where it was.
        window.find("plan-step-delete_data").await;
    }
    window.click("remove-agree").await;
    window.gone(&format!("server-{name}")).await;
}
