//! A display of one window's own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A display that nobody sees, `:n`, 1600 x 1000, with nothing else on it: where nothing manages
/// windows, the one below the pointer has the focus, and two would take it from each other.
/// It is ended on drop, and with the thread that started it.
#[derive(Debug)]
pub struct Screen {
    name: String,
    server: Child,
}

impl Screen {
    /// Starts one on a number that it finds free by itself.
    ///
    /// # Panics
    /// When it does not come up.
    #[must_use]
    pub fn start() -> Self {
        let mut server = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "Xvfb", "-displayfd", "1"])
            .args(["-screen", "0", "1600x1000x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb");
        // It writes the number once it is ready.
        let mut number = String::new();
        let stdout = server.stdout.take().expect("its output");
        BufReader::new(stdout)
            .read_line(&mut number)
            .expect("the number of the display");
        let number = number.trim();
        assert!(!number.is_empty(), "Xvfb ended before it was ready");
        Self {
            name: format!(":{number}"),
            server,
        }
    }

    /// `:n`, for DISPLAY.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about either.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
