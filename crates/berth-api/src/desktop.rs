//! What only a window can do.

use async_trait::async_trait;
use berth_core::error::Result;

/// The desktop around the window: native dialogs and the browser. The command line has none, and
/// says so.
#[async_trait]
pub trait Desktop: Send + Sync {
    /// Asks for a folder; `None` when the person closed the dialog.
    async fn pick_folder(&self, title: &str) -> Result<Option<String>>;
    /// Asks for a file; `None` when the person closed the dialog.
    async fn pick_file(&self, title: &str) -> Result<Option<String>>;
    /// Asks where a file of this name is to go and writes it there; its path, or `None` when the
    /// person closed the dialog. The dialog asks before it replaces a file.
    ///
    /// # Errors
    /// `FileFailed` where it cannot be written.
    async fn save(&self, title: &str, file_name: &str, text: &str) -> Result<Option<String>>;
    /// Asks where a new file is to go; `None` when the person closed the dialog. Nothing is written.
    async fn pick_new_file(&self, title: &str, file_name: &str) -> Result<Option<String>>;
    /// Opens an `https` or `http` address in the browser.
    async fn open_link(&self, url: &str) -> Result<()>;
}
