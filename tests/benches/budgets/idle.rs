//! What the app's processes take of one processor while nobody does anything, on every screen.

use std::time::{Duration, Instant};

use berth_testkit::ground;
use berth_tests::sandbox::Sandbox;
use berth_tests::window::{Window, descendants};

use crate::process::{busy, running};
use crate::{Samples, waiting};

const SCREENS: [&str; 7] = [
    "nav-catalog",
    "nav-servers",
    "nav-secrets",
    "nav-clients",
    "nav-activity",
    "nav-settings",
    "status-engine",
];
/// Until the probes have answered and the screen's own work is done.
const SETTLE: Duration = Duration::from_secs(5);
const WATCH: Duration = Duration::from_secs(30);

/// Percent of one processor, for each screen.
pub fn measure() -> Samples {
    let sandbox = Sandbox::new();
    let mut samples = Samples::default();
    waiting(async {
        let window = Window::open(&sandbox).await;
        window.marked("catalog-painted").await;
        let app = running(&window.pids(), &ground::app());
        tokio::time::sleep(SETTLE).await;
        for screen in SCREENS {
            window.click(screen).await;
            tokio::time::sleep(SETTLE).await;
            let of_all = || {
                let started: f64 = descendants(app).into_iter().map(busy).sum();
                busy(app) + started
            };
            let (before, began) = (of_all(), Instant::now());
            tokio::time::sleep(WATCH).await;
            let spent = of_all() - before;
            samples
                .ours
                .push(spent / began.elapsed().as_secs_f64() * 100.0);
        }
        window.close().await;
    });
    samples
}
