//! The main window.

use tauri::{App, AppHandle, Manager, Runtime, WebviewUrl, WebviewWindowBuilder};

/// Label of the main window; the capabilities name it.
pub const MAIN: &str = "main";

/// Width and height of the first start, in logical pixels: nine cards fit.
const SIZE: (f64, f64) = (1280.0, 800.0);
/// Smallest size: 1280 x 800 at 200 % zoom.
const SMALLEST: (f64, f64) = (640.0, 400.0);

/// Opens the main window. Its size and place are those of the last time (the window-state plugin
/// restores them).
pub fn open<R: Runtime>(app: &App<R>) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Berth")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        // Links are opened in the browser after their address was shown; the window itself never
        // leaves the app.
        .on_navigation(|url| {
            url.scheme() == "tauri" || url.host_str().is_some_and(|host| host == "tauri.localhost")
        })
        .build()?;
    Ok(())
}

/// Brings the main window to the front.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // Each of these can fail where the window manager has none of it; the others still help.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}
