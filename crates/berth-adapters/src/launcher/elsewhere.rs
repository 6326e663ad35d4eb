//! A session with a server that runs somewhere else: only the bridge to it is started.

use std::time::Duration;

use berth_core::catalog::is_safe_address;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::secret::Secret;
use berth_core::server::RemoteLaunch;
use tokio::time::sleep;

use super::bridge::{self, Ended, Target};
use super::pipe::ClientStreams;
use super::signals::Signals;

/// When only the bridge is left to run: the server has answered by then.
const SETTLED: Duration = Duration::from_secs(3);

/// Runs it to its end; the exit code.
pub(super) async fn run(launch: &RemoteLaunch, headers: &[(String, Secret)]) -> Result<i32> {
    let target = Target::new(&launch.url, &launch.headers, headers)?;
    if !is_safe_address(&target.url) {
        // It was looked at when the plan was made.
        return Err(Error::new(ErrorCode::ServerUnreachable {
            address: launch.host(),
        })
        .with_cause("the address is neither encrypted nor of this computer"));
    }
    carry(target, Signals::catch()?).await
}

/// Carries messages between the client and a server that stays; the exit code.
pub(super) async fn carry(target: Target, mut signals: Signals) -> Result<i32> {
    let client = ClientStreams::own().map_err(|error| {
        Error::internal("the client's streams cannot be used").caused_by(&error)
    })?;
    let stop = async {
        tokio::select! {
            signal = signals.next() => return signal,
            () = sleep(SETTLED) => {}
        }
        #[cfg(target_os = "linux")]
        super::memory::give_back();
        signals.next().await
    };
    Ok(match bridge::run(target, client, stop).await? {
        Ended::Client => 0,
        Ended::Stopped(signal) => signal.exit_code,
    })
}
