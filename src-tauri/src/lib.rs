//! The desktop app: the only code that knows Tauri.
//!
//! It composes the adapters, gives every command of [`berth_api::commands`] a route, and hands
//! events to the window. It holds no rule of its own.

mod compose;
mod desktop;
mod events;
mod routes;
mod sidecar;
mod window;

use std::process::ExitCode;
use std::time::Duration;

use compose::App;
use tauri::Manager;
use tracing_subscriber::EnvFilter;

/// What is logged to stderr, in the form of `tracing`'s filters; warnings unless set.
const LOG_VARIABLE: &str = "BERTH_LOG";

/// How long the window may take to its catalog before the machine is looked at all the same.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the app until its last window is closed.
#[must_use]
pub fn run() -> ExitCode {
    let filter = EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let app = tauri::Builder::default()
        // First, so that a second start does nothing but show the first one's window.
        .plugin(tauri_plugin_single_instance::init(|app, _args, _folder| {
            window::show(app)
        }))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_shell::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .setup(|app| {
            app.manage(App::compose(app.handle()));
            window::open(app)?;
            // A window that never comes to its catalog does not keep back what an earlier process
            // left to be undone.
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                handle.state::<App>().begin().await;
            });
            Ok(())
        })
        .invoke_handler(routes::handler())
        .run(tauri::generate_context!());
    match app {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the app could not start");
            ExitCode::FAILURE
        }
    }
}
