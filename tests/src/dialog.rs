//! The computer's own dialogs, which no WebDriver sees: looked for and typed into on the display, as
//! a person does.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::window::Window;

const PATIENCE: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_millis(100);

/// An open dialog of the desktop.
#[derive(Debug)]
pub struct Dialog<'a> {
    window: &'a Window,
    title: String,
    id: String,
}

impl<'a> Dialog<'a> {
    /// The one with this title, once it is open.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn titled(window: &'a Window, title: &str) -> Self {
        let started = Instant::now();
        let title = format!("^{title}$");
        loop {
            if let Some(id) = seen(window, &title) {
                return Self { window, title, id };
            }
            assert!(started.elapsed() < PATIENCE, "no dialog {title}");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Types a whole path, and agrees with the return key.
    ///
    /// # Panics
    /// When it stays.
    pub async fn choose(self, path: &str) {
        self.focus().await;
        // Where no field for a path is open yet, its first character opens one, which takes the next
        // ones when it is there.
        self.key("slash");
        tokio::time::sleep(GLANCE * 10).await;
        self.key("ctrl+a");
        let _ = tool(self.window, &["type", "--delay", "30", path]);
        tokio::time::sleep(GLANCE * 10).await;
        // A first one may only complete a folder's path, where the desktop knows it by then.
        self.ends_by("Return").await;
    }

    /// Closes it without an answer.
    ///
    /// # Panics
    /// When it stays.
    pub async fn leave(self) {
        self.ends_by("Escape").await;
    }

    /// Presses this key until the dialog is gone.
    async fn ends_by(&self, key: &str) {
        let started = Instant::now();
        loop {
            self.focus().await;
            self.key(key);
            let pressed = Instant::now();
            // Not again at once: when the dialog is gone, the key goes to the window.
            while pressed.elapsed() < GLANCE * 30 {
                // It stays for the next time where nobody sees it.
                if seen(self.window, &self.title).is_none() {
                    return;
                }
                tokio::time::sleep(GLANCE).await;
            }
            assert!(started.elapsed() < PATIENCE, "{} stays", self.title);
        }
    }

    /// Has the keys: nothing manages windows there, so nothing else gives them to it.
    async fn focus(&self) {
        let _ = tool(self.window, &["windowfocus", "--sync", &self.id]);
        tokio::time::sleep(GLANCE * 5).await;
    }

    fn key(&self, key: &str) {
        // It may be gone meanwhile: that is looked at.
        let _ = tool(self.window, &["key", key]);
    }
}

/// The visible window of this title.
fn seen(window: &Window, title: &str) -> Option<String> {
    let found = tool(window, &["search", "--onlyvisible", "--name", title]);
    found.and_then(|ids| ids.lines().next().map(str::to_owned))
}

/// What `xdotool` says; `None` when it fails.
fn tool(window: &Window, args: &[&str]) -> Option<String> {
    let mut command = Command::new("xdotool");
    let ran = command.env("DISPLAY", window.display()).args(args).output();
    let ran = ran.expect("xdotool");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    ran.status.success().then_some(text)
}
