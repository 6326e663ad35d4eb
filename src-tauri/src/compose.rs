//! Puts Berth together for the window.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use berth_adapters::compose::{Composed, VaultAccess, compose};
use berth_api::Berth;
use berth_core::error::{Error, Result};
use tauri::{AppHandle, Runtime};
use tokio::sync::watch;

use crate::desktop::TauriDesktop;
use crate::sidecar::Shell;

/// Berth, or why it could not be put together: the window opens all the same and says so.
pub struct App {
    composed: watch::Receiver<Option<Result<Arc<Berth>>>>,
    begun: AtomicBool,
}

impl App {
    /// Over the real machine, beside the window: the catalog is read while the web view starts.
    /// The vault is `berth`'s alone: on macOS another program's read would raise a prompt, so the
    /// app asks it.
    pub fn compose<R: Runtime>(app: &AppHandle<R>) -> Self {
        let (sender, composed) = watch::channel(None);
        let app = app.clone();
        tauri::async_runtime::spawn_blocking(move || {
            let access = VaultAccess::Sidecar(Arc::new(Shell(app.clone())));
            let berth = compose(None, access).map(|Composed { ports, catalog }| {
                let desktop = Arc::new(TauriDesktop(app));
                Arc::new(Berth::new(ports, Arc::new(catalog), desktop))
            });
            if let Err(error) = &berth {
                tracing::error!(%error, causes = ?error.causes, "Berth could not be put together");
            }
            sender.send_replace(Some(berth));
        });
        Self {
            composed,
            begun: AtomicBool::new(false),
        }
    }

    /// Berth, as soon as it is put together, or the error that every command answers with.
    pub async fn berth(&self) -> Result<Arc<Berth>> {
        let mut composed = self.composed.clone();
        let there = composed.wait_for(Option::is_some).await;
        match there.map(|berth| berth.clone()) {
            Ok(Some(berth)) => berth,
            Ok(None) | Err(_) => Err(Error::internal("Berth was not put together")),
        }
    }

    /// Looks at the machine and at what an earlier process left behind, once. The probes start a
    /// dozen programs: they begin when the catalog is on the screen, and not beside its first
    /// frame.
    pub async fn begin(&self) {
        if self.begun.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Ok(berth) = self.berth().await {
            berth.startup().await;
        }
    }
}
