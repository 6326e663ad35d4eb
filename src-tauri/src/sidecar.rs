//! The sidecar: `berth`, started from Rust through tauri-plugin-shell. The web view has no permission
//! of that plugin.

use std::fmt;
use std::path::Path;

use async_trait::async_trait;
use berth_adapters::sidecar::{Exchange, Said};
use berth_core::error::{Error, ErrorCode, Result};
use tauri::{AppHandle, Runtime};
use tauri_plugin_shell::ShellExt;
use tauri_plugin_shell::process::CommandEvent;

/// Starts the program as the app's sidecar.
pub struct Shell<R: Runtime>(pub AppHandle<R>);

impl<R: Runtime> fmt::Debug for Shell<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shell")
    }
}

#[async_trait]
impl<R: Runtime> Exchange for Shell<R> {
    // By its path, not by the sidecar's name: the items belong to the launcher that clients start,
    // which is a copy of the sidecar where the app has no fixed place of its own.
    async fn exchange(&self, program: &Path, args: &[String], line: &[u8]) -> Result<Said> {
        let missing = |error: tauri_plugin_shell::Error| {
            Error::new(ErrorCode::ProgramMissing {
                program: program.display().to_string(),
            })
            .caused_by(&error)
        };
        let (mut events, mut child) = self
            .0
            .shell()
            .command(program)
            .args(args)
            .set_raw_out(true)
            .kill_on_drop(true)
            .spawn()
            .map_err(missing)?;
        // One that ended before it read the request says why on its other streams.
        let written = child.write(line);
        let (mut said, mut complaint) = (Said::default(), Vec::new());
        while let Some(event) = events.recv().await {
            match event {
                CommandEvent::Stdout(bytes) => {
                    said.answer.extend_from_slice(&bytes);
                    // The answer is one line. Its input stays open until the child is dropped, so
                    // nothing else ends it.
                    if bytes.contains(&b'\n') {
                        break;
                    }
                }
                CommandEvent::Stderr(bytes) => complaint.extend_from_slice(&bytes),
                CommandEvent::Error(error) => complaint.extend_from_slice(error.as_bytes()),
                CommandEvent::Terminated(how) => said.ended = ended(how.code, how.signal),
                // The plugin may tell more some day.
                _ => {}
            }
        }
        if let (Err(error), true) = (&written, said.answer.is_empty()) {
            complaint.extend_from_slice(error.to_string().as_bytes());
        }
        said.complaint = String::from_utf8_lossy(&complaint).trim().to_owned();
        Ok(said)
    }
}

fn ended(code: Option<i32>, signal: Option<i32>) -> String {
    match (code, signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
