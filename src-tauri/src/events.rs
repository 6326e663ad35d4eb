//! The one stream of events to the window.

use berth_api::types::AppEvent;
use berth_core::error::Result;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, Runtime, State};

use crate::compose::App;

/// Sends every event to this channel until the window drops it. The window subscribes once the
/// catalog is on the screen: from then on the machine is looked at.
#[tauri::command]
pub async fn events_subscribe<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    events: Channel<AppEvent>,
) -> Result<()> {
    let mut subscription = app.berth().await?.subscribe();
    tauri::async_runtime::spawn(async move { handle.state::<App>().begin().await });
    tauri::async_runtime::spawn(async move {
        while let Some(event) = subscription.next().await {
            if events.send(event).is_err() {
                break;
            }
        }
    });
    Ok(())
}
