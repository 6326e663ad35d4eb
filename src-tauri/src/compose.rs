//! Puts Berth together for the window.

use std::sync::Arc;

use berth_adapters::compose::{Composed, VaultAccess, compose};
use berth_api::Berth;
use berth_core::error::Result;
use tauri::{AppHandle, Runtime};

use crate::desktop::TauriDesktop;
use crate::sidecar::Shell;

/// Berth, or why it could not be put together: the window opens all the same and says so.
pub struct App(Result<Arc<Berth>>);

impl App {
    /// Over the real machine. The vault is `berth`'s alone: on macOS another program's read would
    /// raise a prompt, so the app asks it.
    pub fn compose<R: Runtime>(app: &AppHandle<R>) -> Self {
        let berth = compose(None, VaultAccess::Sidecar(Arc::new(Shell(app.clone())))).map(
            |Composed { ports, catalog }| {
                let desktop = Arc::new(TauriDesktop(app.clone()));
                Arc::new(Berth::new(ports, Arc::new(catalog), desktop))
            },
        );
        if let Err(error) = &berth {
            tracing::error!(%error, causes = ?error.causes, "Berth could not be put together");
        }
        Self(berth)
    }

    /// Berth, or the error that every command answers with.
    pub fn berth(&self) -> Result<Arc<Berth>> {
        self.0.clone()
    }
}
