//! What asks a launcher to end.

use std::io;

use berth_core::error::{Error, Result};

/// A request to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signal {
    /// The exit code by which others see that it was this: 128 and the signal's number on Unix,
    /// `STATUS_CONTROL_C_EXIT` on Windows.
    pub exit_code: i32,
}

/// The requests to end that can be caught. While this exists they do nothing else.
pub(super) struct Signals {
    os: os::Signals,
}

impl Signals {
    /// Begins to catch them.
    pub fn catch() -> Result<Self> {
        Ok(Self {
            os: os::Signals::catch().map_err(|error: io::Error| {
                Error::internal("signals cannot be caught").caused_by(&error)
            })?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Signal {
        Signal {
            exit_code: self.os.next().await,
        }
    }
}

#[cfg(unix)]
mod os {
    use std::io;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    pub struct Signals {
        terminate: Signal,
        interrupt: Signal,
        hang_up: Signal,
    }

    impl Signals {
        pub fn catch() -> io::Result<Self> {
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }

        pub async fn next(&mut self) -> i32 {
            let kind = tokio::select! {
                _ = self.terminate.recv() => SignalKind::terminate(),
                _ = self.interrupt.recv() => SignalKind::interrupt(),
                _ = self.hang_up.recv() => SignalKind::hangup(),
            };
            128 + kind.as_raw_value()
        }
    }
}

#[cfg(windows)]
mod os {
    use std::io;
    use tokio::signal::windows::{
        CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close,
        ctrl_logoff, ctrl_shutdown,
    };

    /// `STATUS_CONTROL_C_EXIT`.
    const CONTROL_C_EXIT: i32 = 0xC000_013A_u32.cast_signed();

    pub struct Signals {
        c: CtrlC,
        pause: CtrlBreak,
        close: CtrlClose,
        logoff: CtrlLogoff,
        shutdown: CtrlShutdown,
    }

    impl Signals {
        pub fn catch() -> io::Result<Self> {
            Ok(Self {
                c: ctrl_c()?,
                pause: ctrl_break()?,
                close: ctrl_close()?,
                logoff: ctrl_logoff()?,
                shutdown: ctrl_shutdown()?,
            })
        }

        pub async fn next(&mut self) -> i32 {
            tokio::select! {
                _ = self.c.recv() => {},
                _ = self.pause.recv() => {},
                _ = self.close.recv() => {},
                _ = self.logoff.recv() => {},
                _ = self.shutdown.recv() => {},
            }
            CONTROL_C_EXIT
        }
    }
}
