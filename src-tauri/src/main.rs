//! The desktop app.
// On Windows a second, empty console window would open beside the app's.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    berth_app::run()
}
