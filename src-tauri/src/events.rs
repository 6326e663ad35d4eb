//! The one stream of events to the window.

use berth_api::types::AppEvent;
use berth_core::error::Result;
use tauri::State;
use tauri::ipc::Channel;

use crate::compose::App;

/// Sends every event to this channel until the window drops it.
#[tauri::command]
pub async fn events_subscribe(app: State<'_, App>, events: Channel<AppEvent>) -> Result<()> {
    let mut subscription = app.berth()?.subscribe();
    tauri::async_runtime::spawn(async move {
        while let Some(event) = subscription.next().await {
            if events.send(event).is_err() {
                break;
            }
        }
    });
    Ok(())
}
