//! From the start of the app's process to its catalog on the screen, against an empty window of
//! the same framework; and what the app holds with a large catalog.

use std::path::Path;

use berth_testkit::ground;
use berth_tests::sandbox::Sandbox;
use berth_tests::window::{Window, descendants};

use crate::process::{began, pss_mib, running, until_ended};
use crate::{Samples, entries, waiting};

const WARM_UP: usize = 1;
const PAIRS: usize = 9;

/// Milliseconds until the page has marked that it is painted.
pub fn measure(empty: &Path) -> Samples {
    let sandbox = Sandbox::new();
    let mut samples = Samples::default();
    for pair in 0..WARM_UP + PAIRS {
        let ours = waiting(opened(&sandbox, &ground::app(), "catalog-painted"));
        let theirs = waiting(opened(&sandbox, empty, "empty-painted"));
        if pair >= WARM_UP {
            samples.ours.push(ours);
            samples.theirs.push(theirs);
        }
    }
    samples
}

async fn opened(sandbox: &Sandbox, app: &Path, mark: &str) -> f64 {
    let window = Window::open_app(sandbox, app).await;
    let painted = window.marked(mark).await;
    let pids = window.pids();
    let began = began(running(&pids, app));
    window.close().await;
    until_ended(&pids);
    painted - began
}

/// MiB (PSS) of the app's process, and of it with all that it started, with 25,000 entries of the
/// person's own.
pub fn memory() -> (Samples, Samples) {
    let sandbox = Sandbox::new();
    entries::write(&sandbox.berth_home().join("catalog"));
    let (mut app, mut all) = (Samples::default(), Samples::default());
    for _ in 0..3 {
        waiting(async {
            let window = Window::open(&sandbox).await;
            window.marked("catalog-painted").await;
            // As a person has it: something was searched.
            window.type_into("search", "arbe").await;
            window.gone("catalog-loading").await;
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            let process = running(&window.pids(), &ground::app());
            let own = pss_mib(process);
            let started: f64 = descendants(process).into_iter().map(pss_mib).sum();
            app.ours.push(own);
            all.ours.push(own + started);
            let pids = window.pids();
            window.close().await;
            until_ended(&pids);
        });
    }
    (app, all)
}
