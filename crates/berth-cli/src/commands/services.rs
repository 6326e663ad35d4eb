//! `berth start`, `berth stop` and `berth logs`

use berth_api::Berth;
use berth_api::types::NameRequest;
use berth_core::error::{Error, Result};
use berth_core::port::{LogWanted, ServiceState};
use serde_json::json;

use crate::args::LogsArgs;
use crate::output::{Output, clean};

/// How a service is, in words.
pub fn state(state: ServiceState) -> &'static str {
    match state {
        ServiceState::Starting => "starting",
        ServiceState::Well => "well",
        ServiceState::Unwell => "not well",
        ServiceState::Stopped => "stopped",
    }
}

/// Starts the services of a server.
pub async fn start(berth: &Berth, out: Output, name: String) -> Result<()> {
    let request = NameRequest { name: name.clone() };
    berth.services_start(request).await?;
    out.answer(&json!({ "name": name, "running": true }), || {
        format!("The services of {name} are well.")
    });
    Ok(())
}

/// Stops them.
pub async fn stop(berth: &Berth, out: Output, name: String) -> Result<()> {
    let request = NameRequest { name: name.clone() };
    berth.services_stop(request).await?;
    out.answer(&json!({ "name": name, "running": false }), || {
        format!("The services of {name} are stopped. Start them again: `berth start {name}`.")
    });
    Ok(())
}

/// Prints what a service writes.
pub async fn logs(berth: &Berth, out: Output, args: LogsArgs) -> Result<()> {
    let name = args.name;
    let service = match args.service {
        Some(service) => service,
        None => {
            let page = berth
                .installation_get(NameRequest { name: name.clone() })
                .await?;
            let first = page.services.into_iter().next();
            first.map(|service| service.name).ok_or_else(|| {
                Error::new(berth_core::error::ErrorCode::NoServices { name: name.clone() })
            })?
        }
    };
    let wanted = LogWanted {
        name,
        service,
        lines: args.lines,
        follow: args.follow,
    };
    let mut told = |line: String| {
        if out.json {
            out.line(&json!({ "line": line }));
        } else {
            out.text(&clean(&line));
        }
    };
    berth.service_follow(&wanted, &mut told).await
}
