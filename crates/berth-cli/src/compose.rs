//! Puts Berth together for a command.

use std::sync::Arc;

use async_trait::async_trait;
use berth_adapters::compose::{Composed, VaultAccess, compose};
use berth_adapters::sidecar;
use berth_api::{Berth, Desktop};
use berth_core::error::{Error, Result};

/// Berth over the real machine.
pub fn berth(home: Option<&str>) -> Result<Berth> {
    let Composed { ports, catalog } = compose(home, VaultAccess::Direct)?;
    Ok(Berth::new(ports, Arc::new(catalog), Arc::new(Terminal)))
}

/// Answers the window's requests to the vault until there are no more.
pub async fn serve_vault(home: Option<&str>) -> Result<()> {
    let Composed { ports, .. } = compose(home, VaultAccess::Direct)?;
    let mut input = tokio::io::BufReader::new(tokio::io::stdin());
    let mut output = tokio::io::stdout();
    sidecar::serve(ports.vault.as_ref(), &mut input, &mut output).await
}

/// A terminal has no dialogs and opens no browser; no command of it asks for one.
struct Terminal;

#[async_trait]
impl Desktop for Terminal {
    async fn pick_folder(&self, _: &str) -> Result<Option<String>> {
        Err(no_window())
    }

    async fn pick_file(&self, _: &str) -> Result<Option<String>> {
        Err(no_window())
    }

    async fn save(&self, _: &str, _: &str, _: &str) -> Result<Option<String>> {
        Err(no_window())
    }

    async fn pick_new_file(&self, _: &str, _: &str) -> Result<Option<String>> {
        Err(no_window())
    }

    async fn open_link(&self, _: &str) -> Result<()> {
        Err(no_window())
    }
}

fn no_window() -> Error {
    Error::internal("a window is needed for this, and there is none")
}
