//! A session with a server of this computer that runs all the time, at a port that is kept for it:
//! it is brought up where it is down, and only the bridge to it is started.

use std::time::Duration;

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::secret::Secret;
use berth_core::server::ContainerLaunch;
use tokio::time::timeout;

use super::bridge::{self, Target};
use super::session::{http, open};
use super::signals::Signals;
use super::{Record, Surroundings, elsewhere, services};
use crate::sqlite::Launch;

/// Runs it to its end; the exit code. `begun` is held until the server is up.
pub(super) async fn run(
    record: &Record,
    launch: &ContainerLaunch,
    headers: &[(String, Secret)],
    begun: Option<Launch>,
    around: &Surroundings<'_>,
) -> Result<i32> {
    let mut signals = Signals::catch()?;
    let Some((to, port)) = launch
        .http
        .as_ref()
        .and_then(|http| Some((http, http.kept?)))
    else {
        return Err(Error::internal(
            "a server that runs all the time has no port",
        ));
    };
    let target = Target::new(&to.address(port), &to.headers, headers)?;
    let limit = Duration::from_secs(record.installation.startup_seconds.into());
    let up = async {
        let (client, _) = open::open(record, around).await?;
        if !client.endpoint().is_local() {
            return Err(http::elsewhere(&client));
        }
        services::bring_up(record, client.endpoint(), around).await?;
        let ready =
            bridge::until_ready(&target, to.ready.as_deref(), http::AGAIN, http::READY_LIMIT);
        timeout(limit, ready).await.map_err(|_| {
            let seconds = record.installation.startup_seconds;
            Error::new(ErrorCode::ServerTimeout { seconds })
        })
    };
    tokio::select! {
        biased;
        signal = signals.next() => return Ok(signal.exit_code),
        up = up => up?,
    }
    drop(begun);
    elsewhere::carry(target, signals).await
}
