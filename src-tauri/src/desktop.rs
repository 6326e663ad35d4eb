//! Native dialogs and the browser.

use async_trait::async_trait;
use berth_api::Desktop;
use berth_core::error::{Error, ErrorCode, Result};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tauri_plugin_opener::OpenerExt;
use tokio::sync::oneshot;

use crate::window;

/// The desktop around the main window.
pub struct TauriDesktop<R: Runtime>(pub AppHandle<R>);

impl<R: Runtime> TauriDesktop<R> {
    fn dialog(&self, title: &str) -> FileDialogBuilder<R> {
        let dialog = self.0.dialog().file().set_title(title);
        match self.0.get_webview_window(window::MAIN) {
            Some(window) => dialog.set_parent(&window),
            None => dialog,
        }
    }
}

#[async_trait]
impl<R: Runtime> Desktop for TauriDesktop<R> {
    async fn pick_folder(&self, title: &str) -> Result<Option<String>> {
        let (send, receive) = oneshot::channel();
        self.dialog(title)
            .pick_folder(|picked| drop(send.send(picked)));
        answer(receive).await
    }

    async fn pick_file(&self, title: &str) -> Result<Option<String>> {
        let (send, receive) = oneshot::channel();
        self.dialog(title)
            .pick_file(|picked| drop(send.send(picked)));
        answer(receive).await
    }

    async fn save(&self, title: &str, file_name: &str, text: &str) -> Result<Option<String>> {
        let Some(path) = self.pick_new_file(title, file_name).await? else {
            return Ok(None);
        };
        tokio::fs::write(&path, text).await.map_err(|error| {
            Error::new(ErrorCode::FileFailed {
                operation: "write".to_owned(),
                path: path.clone(),
            })
            .caused_by(&error)
        })?;
        Ok(Some(path))
    }

    async fn pick_new_file(&self, title: &str, file_name: &str) -> Result<Option<String>> {
        let (send, receive) = oneshot::channel();
        self.dialog(title)
            .set_file_name(file_name)
            .save_file(|picked| drop(send.send(picked)));
        answer(receive).await
    }

    async fn open_link(&self, url: &str) -> Result<()> {
        self.0
            .opener()
            .open_url(url, None::<&str>)
            .map_err(|error| {
                Error::new(ErrorCode::ProgramMissing {
                    program: "browser".to_owned(),
                })
                .caused_by(&error)
            })
    }
}

async fn answer(receive: oneshot::Receiver<Option<FilePath>>) -> Result<Option<String>> {
    // A dialog that went away without an answer was closed.
    let Ok(Some(picked)) = receive.await else {
        return Ok(None);
    };
    let path = picked
        .into_path()
        .map_err(|error| Error::internal("the dialog gave no path").caused_by(&error))?;
    let path = path.into_os_string().into_string().map_err(|path| {
        Error::new(ErrorCode::FileFailed {
            operation: "use the name of".to_owned(),
            path: path.to_string_lossy().into_owned(),
        })
    })?;
    Ok(Some(path))
}
