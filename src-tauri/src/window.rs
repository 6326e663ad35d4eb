//! The main window.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tauri::{App, AppHandle, Manager, Runtime, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_window_state::{AppHandleExt, StateFlags};

/// Label of the main window; the capabilities name it.
pub const MAIN: &str = "main";

/// Width and height of the first start, in logical pixels: nine cards fit.
const SIZE: (f64, f64) = (1280.0, 800.0);
/// Smallest size: 1280 x 800 at 200 % zoom.
const SMALLEST: (f64, f64) = (640.0, 400.0);

/// How long the window must have kept its size before that is written down.
const SETTLED: Duration = Duration::from_millis(400);

/// Opens the main window. Its size and place are those of the last time (the window-state plugin
/// restores them).
pub fn open<R: Runtime>(app: &App<R>) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Berth")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        // Links are opened in the browser after their address was shown; the window itself never
        // leaves the app.
        .on_navigation(|url| {
            url.scheme() == "tauri" || url.host_str().is_some_and(|host| host == "tauri.localhost")
        })
        .build()?;
    #[cfg(target_os = "linux")]
    window.with_webview(|view| paint_plainly(&view.inner()))?;
    // The plugin writes at an orderly end only; a log-out or a power cut is none.
    let (app, changes) = (app.handle().clone(), Arc::new(AtomicU64::new(0)));
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::Resized(_) | WindowEvent::Moved(_)) {
            let (app, changes) = (app.clone(), changes.clone());
            let this = changes.fetch_add(1, Ordering::Relaxed) + 1;
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(SETTLED).await;
                if changes.load(Ordering::Relaxed) == this
                    && let Err(error) = app.save_window_state(StateFlags::all())
                {
                    tracing::warn!(%error, "the window's size could not be written down");
                }
            });
        }
    });
    Ok(())
}

/// Has the page painted without the graphics processor. Nothing in this window moves enough to need
/// it; without it the web view starts sooner, needs 100 MiB less, and is not blank where a driver
/// and WebKit do not get along (docs/decisions/0013).
#[cfg(target_os = "linux")]
fn paint_plainly(view: &webkit2gtk::WebView) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

    if let Some(settings) = view.settings() {
        settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    }
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
