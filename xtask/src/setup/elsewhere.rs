//! macOS and Windows: nothing is installed for the person, what is missing is named.

use crate::cmd::Cmd;
use crate::fail::{Result, fail};

/// Looks for what the build needs there.
pub fn check() -> Result<()> {
    let mut missing = Vec::new();
    if cfg!(target_os = "macos") {
        let tools = Cmd::new("xcode-select")
            .arg("-p")
            .finish()
            .is_ok_and(|done| done.ok);
        if !tools {
            missing.push("Apple's command line tools: run `xcode-select --install`");
        }
    }
    for (program, what) in [("node", "Node.js 20 or newer"), ("git", "git")] {
        if crate::paths::on_path(program).is_none() {
            missing.push(what);
        }
    }
    if cfg!(windows) && !has_webview2() {
        missing.push("Microsoft Edge WebView2 Runtime (part of Windows 11; Microsoft offers an installer for Windows 10)");
    }
    if missing.is_empty() {
        return Ok(());
    }
    fail(format!(
        "missing on this machine:\n    {}",
        missing.join("\n    ")
    ))
}

/// WebView2 writes its version into the registry under a fixed client id.
fn has_webview2() -> bool {
    const CLIENT: &str = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
    [
        r"HKLM\SOFTWARE\WOW6432Node\",
        r"HKLM\SOFTWARE\",
        r"HKCU\Software\",
    ]
    .iter()
    .any(|hive| {
        Cmd::new("reg")
            .args(["query", &format!("{hive}{CLIENT}"), "/v", "pv"])
            .finish()
            .is_ok_and(|done| done.ok)
    })
}
