//! The real app in its real window, driven through WebDriver.

use std::cell::Cell;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use berth_testkit::ground;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::sandbox::Sandbox;
use crate::screen::Screen;

/// How long something may take to appear: an install fetches packages, and a busy
/// machine takes minutes for that.
const PATIENCE: Duration = Duration::from_secs(600);
const GLANCE: Duration = Duration::from_millis(100);

/// A running app on a display of its own. The driver is ended by its process id on drop, and the
/// app and the display with it.
#[derive(Debug)]
pub struct Window {
    driver: WebDriver,
    server: Ended,
    effort: Cell<Effort>,
    /// The last to go: what is on it would complain.
    screen: Screen,
}

/// What has been done by hand in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Elements that were clicked.
    pub clicks: u32,
    /// Fields that were typed into.
    pub fields: u32,
}

#[derive(Debug)]
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // The driver's own driver would go on without it, and so would an app that has no session.
        let started = descendants(self.0.id());
        // It may have ended by itself; there is nothing to do about either.
        let _ = self.0.kill();
        let _ = self.0.wait();
        for pid in started {
            let mut kill = Command::new("kill");
            let _ = kill
                .args(["-KILL", &pid.to_string()])
                .stderr(Stdio::null())
                .status();
        }
    }
}

impl Window {
    /// Starts the app on this machine and waits for its window.
    ///
    /// # Panics
    /// When the driver or the app does not come up.
    pub async fn open(sandbox: &Sandbox) -> Self {
        Self::start(sandbox, &[], &ground::app()).await
    }

    /// Starts another app on this machine and waits for its window.
    ///
    /// # Panics
    /// When the driver or the app does not come up.
    pub async fn open_app(sandbox: &Sandbox, app: &Path) -> Self {
        Self::start(sandbox, &[], app).await
    }

    /// Has the app started by another program: its name and first arguments, such as `setpriv`.
    ///
    /// # Panics
    /// When the driver or the app does not come up.
    pub async fn open_by(sandbox: &Sandbox, starter: &[&str]) -> Self {
        Self::start(sandbox, starter, &ground::app()).await
    }

    async fn start(sandbox: &Sandbox, starter: &[&str], app: &Path) -> Self {
        let (port, native) = (free_port(), free_port());
        let log = std::fs::File::create(sandbox.path("driver.log")).expect("a log");
        let copy = log.try_clone().expect("the same log");
        let mut line: Vec<std::ffi::OsString> = starter.iter().map(Into::into).collect();
        line.push(ground::tauri_driver().into());
        let screen = Screen::start();
        let mut command = sandbox.command(&line[0]);
        command
            .env("DISPLAY", screen.name())
            .args(&line[1..])
            .args([
                "--port",
                &port.to_string(),
                "--native-port",
                &native.to_string(),
            ])
            .arg("--native-driver")
            .arg(ground::webkit_driver())
            .stdin(Stdio::null())
            .stdout(copy)
            .stderr(log);
        let server = Ended(command.spawn().expect("tauri-driver"));
        let mut capabilities = Capabilities::new();
        capabilities
            .set("tauri:options", json!({ "application": app }))
            .expect("a capability");
        let url = format!("http://127.0.0.1:{port}");
        let mut last = None;
        for _ in 0..100 {
            match WebDriver::new(&url, capabilities.clone()).await {
                Ok(driver) => {
                    return Self {
                        driver,
                        server,
                        effort: Cell::default(),
                        screen,
                    };
                }
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("the window did not open: {last:?}");
    }

    /// The driver, for what has no word here.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// The display that it is on, `:n`.
    #[must_use]
    pub fn display(&self) -> &str {
        self.screen.name()
    }

    /// The element with this `data-testid`, once it is there.
    ///
    /// # Panics
    /// When it does not appear.
    pub async fn find(&self, id: &str) -> WebElement {
        let selector = format!("[data-testid=\"{id}\"]");
        match self
            .driver
            .query(By::Css(&selector))
            .wait(PATIENCE, GLANCE)
            .first()
            .await
        {
            Ok(element) => element,
            Err(error) => panic!("`{id}` did not appear: {error}\n{}", self.text().await),
        }
    }

    /// Whichever of these `data-testid` is there first.
    ///
    /// # Panics
    /// When none appears.
    pub async fn find_any(&self, ids: &[&str]) -> String {
        let selectors: Vec<String> = ids
            .iter()
            .map(|id| format!("[data-testid=\"{id}\"]"))
            .collect();
        let query = self.driver.query(By::Css(selectors.join(",")));
        match query.wait(PATIENCE, GLANCE).first().await {
            Ok(element) => element
                .attr("data-testid")
                .await
                .expect("an attribute")
                .unwrap_or_default(),
            Err(error) => panic!("none of {ids:?} appeared: {error}\n{}", self.text().await),
        }
    }

    /// Clicks the element with this `data-testid` once it can be clicked.
    ///
    /// # Panics
    /// When it does not appear, or cannot be clicked.
    pub async fn click(&self, id: &str) {
        let started = Instant::now();
        loop {
            // Found anew each time: the window may draw another in its place between two steps.
            let element = self.find(id).await;
            match clicked(&element).await {
                Ok(true) => {
                    let mut effort = self.effort.get();
                    effort.clicks += 1;
                    return self.effort.set(effort);
                }
                state if started.elapsed() > PATIENCE => {
                    panic!("`{id}` cannot be clicked: {state:?}\n{}", self.text().await)
                }
                _ => tokio::time::sleep(GLANCE).await,
            }
        }
    }

    /// Types into the field with this `data-testid`, replacing what is there.
    ///
    /// # Panics
    /// When it does not appear.
    pub async fn type_into(&self, id: &str, text: &str) {
        let element = self.find(id).await;
        element.clear().await.expect("cleared");
        element.send_keys(text).await.expect("typed");
        let mut effort = self.effort.get();
        effort.fields += 1;
        self.effort.set(effort);
    }

    /// What has been done by hand since the last time this was asked.
    pub fn effort(&self) -> Effort {
        self.effort.take()
    }

    /// Waits until the element with this `data-testid` is gone.
    ///
    /// # Panics
    /// When it stays.
    pub async fn gone(&self, id: &str) {
        let selector = format!("[data-testid=\"{id}\"]");
        let gone = self
            .driver
            .query(By::Css(&selector))
            .wait(PATIENCE, GLANCE)
            .not_exists()
            .await;
        assert!(
            gone.unwrap_or(false),
            "`{id}` is still there\n{}",
            self.text().await
        );
    }

    /// Waits until the element with this `data-testid` shows a text.
    ///
    /// # Panics
    /// When it does not.
    pub async fn text_in(&self, id: &str, text: &str) {
        let started = Instant::now();
        loop {
            // Not the driver's idea of its text, which leaves out what may be cut off with an
            // ellipsis. It may be drawn anew between the two.
            let shown = self.find(id).await.prop("textContent").await;
            let shown = shown.ok().flatten().unwrap_or_default();
            if shown.contains(text) {
                return;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "`{id}` shows `{shown}` and not `{text}`"
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// All text that the window shows.
    ///
    /// # Panics
    /// When the window does not answer.
    pub async fn text(&self) -> String {
        let body = self.driver.find(By::Tag("body")).await.expect("a body");
        body.text().await.expect("text")
    }

    /// Runs a script in the page; it gives one JSON value.
    ///
    /// # Panics
    /// When it throws.
    pub async fn script(&self, script: &str) -> Value {
        self.driver
            .execute(script, vec![])
            .await
            .expect("a script")
            .json()
            .clone()
    }

    /// When the page set a performance mark, in milliseconds since 1970, once it has.
    ///
    /// # Panics
    /// When it never does.
    pub async fn marked(&self, name: &str) -> f64 {
        let script = format!(
            "const mark = performance.getEntriesByName('{name}')[0]; \
             return mark ? performance.timeOrigin + mark.startTime : null;"
        );
        let limit = Instant::now() + PATIENCE;
        loop {
            if let Some(time) = self.script(&script).await.as_f64() {
                return time;
            }
            assert!(Instant::now() < limit, "`{name}` was never marked");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Saves a picture of the window.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn picture(&self, path: &Path) {
        self.driver.screenshot(path).await.expect("a picture");
    }

    /// Process ids of the driver's children and theirs: the app and its web processes.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        descendants(self.server.0.id())
    }

    /// Ends the app, and the driver.
    pub async fn close(self) {
        // A window that was killed has no session to end; the driver is ended either way.
        let _ = self.driver.clone().quit().await;
        drop(self.server);
        drop(self.screen);
    }
}

/// Clicks an element; whether it could be clicked.
async fn clicked(element: &WebElement) -> WebDriverResult<bool> {
    let ready = element.is_clickable().await?;
    if ready {
        element.scroll_into_view().await?;
        element.click().await?;
    }
    Ok(ready)
}

/// Process ids of what a process has started, and of what those have.
#[must_use]
pub fn descendants(of: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children"));
    let mut found = Vec::new();
    for pid in children
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|pid| pid.parse().ok())
    {
        found.push(pid);
        found.extend(descendants(pid));
    }
    found
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}
