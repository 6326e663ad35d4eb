//! One route for each command; the list is `berth_api::for_each_command!`.

#[allow(clippy::wildcard_imports)]
use berth_api::types::*;
use berth_core::catalog::Explained;
use berth_core::doctor::{Check, Diagnosis};
use berth_core::error::Result;
use berth_core::export::Exported;
use berth_core::facts::Facts;
use berth_core::image::ImageReview;
use berth_core::job::Job;
use berth_core::plan::Choices;
use berth_core::settings::Settings;
use berth_core::source::EnvFound;
use tauri::State;
use tauri::ipc::Invoke;

use crate::compose::App;

macro_rules! routes {
    ($($name:ident($request:ty) -> $response:ty;)*) => {
        $(
            #[tauri::command]
            async fn $name(app: State<'_, App>, request: $request) -> Result<$response> {
                app.berth().await?.$name(request).await
            }
        )*

        /// The handler of everything that the window may call.
        pub fn handler() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name,)* crate::events::events_subscribe]
        }
    };
}
berth_api::for_each_command!(routes);
