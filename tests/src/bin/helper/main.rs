//! The other process in tests: what only a process of its own can show (being killed, being
//! locked out, being a server). `berth-test-helper WHAT ARGUMENTS…`.

mod job;
mod store;
#[cfg(target_os = "linux")]
mod vault;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.split_first() {
        Some((&"job", rest)) => job::run(rest),
        Some((&"store-lock", rest)) => store::lock(rest),
        Some((&"store-write", rest)) => store::write(rest),
        Some((&"store-fill", rest)) => store::fill(rest),
        #[cfg(target_os = "linux")]
        Some((&"vault-serve", rest)) => vault::serve(rest),
        #[cfg(target_os = "linux")]
        Some((&"vault-contract", rest)) => vault::contract(rest),
        #[cfg(target_os = "linux")]
        Some((&"vault-read", rest)) => vault::read(rest),
        #[cfg(target_os = "linux")]
        Some((&"vault-lock", rest)) => vault::lock(rest),
        #[cfg(target_os = "linux")]
        Some((&"keyring-get", rest)) => vault::keyring_get(rest),
        #[cfg(target_os = "linux")]
        Some((&"keyring-set", rest)) => vault::keyring_set(rest),
        _ => ExitCode::from(64),
    }
}

/// Tells the test something, at once.
fn say(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    // Where the test has gone, there is nobody left to tell.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
