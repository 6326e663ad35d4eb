//! One window, whatever is started again, and as large as it was.

use std::process::Stdio;
use std::time::{Duration, Instant};

use berth_testkit::ground;
use berth_tests::sandbox::Sandbox;
use berth_tests::window::Window;

#[tokio::test]
async fn a_second_start_ends_and_leaves_the_first_window() {
    let sandbox = Sandbox::new();
    let window = Window::open(&sandbox).await;
    window.find("page-catalog").await;
    let mut second = sandbox
        .command(ground::app())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let limit = Instant::now() + Duration::from_secs(120);
    let status = loop {
        if let Some(status) = second.try_wait().expect("asked") {
            break status;
        }
        if Instant::now() > limit {
            second.kill().expect("killed");
            panic!("the second one runs on");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(status.success(), "{status}");
    window.click("nav-servers").await;
    window.find("page-servers").await;
    window.close().await;
}

#[tokio::test]
async fn the_window_is_as_large_as_it_was() {
    let sandbox = Sandbox::new();
    let window = Window::open(&sandbox).await;
    window.find("page-catalog").await;
    window
        .driver()
        .set_window_rect(40, 30, 900, 620)
        .await
        .expect("resized");
    let size = "return [innerWidth, innerHeight];";
    let before = window.script(size).await;
    assert_ne!(before, serde_json::json!([1280, 800]));
    // Written down once it has been so for a moment, and not only at an orderly end.
    tokio::time::sleep(Duration::from_secs(2)).await;
    window.close().await;

    let window = Window::open(&sandbox).await;
    window.find("page-catalog").await;
    let mut now = window.script(size).await;
    for _ in 0..100 {
        if now == before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        now = window.script(size).await;
    }
    assert_eq!(now, before);
    window.close().await;
}
