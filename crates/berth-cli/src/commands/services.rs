//! `berth start`, `berth stop` and `berth logs`

use berth_api::Berth;
use berth_api::types::{LogPage, LogRequest, NameRequest};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::logs::LogEntry;
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
    if let Some(log) = args.log {
        return kept(berth, out, name, log, args.lines).await;
    }
    let service = match args.service {
        Some(service) => service,
        None => {
            let page = berth
                .installation_get(NameRequest { name: name.clone() })
                .await?;
            if let Some(service) = page.services.into_iter().next() {
                service.name
            } else if let Some(log) = page.logs.into_iter().next() {
                return kept(berth, out, name, log.id, args.lines).await;
            } else {
                return Err(Error::new(ErrorCode::NoServices { name }));
            }
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

/// Prints the end of a log that a server keeps.
async fn kept(berth: &Berth, out: Output, name: String, log: String, lines: u32) -> Result<()> {
    let request = LogRequest { name, log, lines };
    let LogPage { log, end } = berth.log_read(request).await?;
    if !end.there {
        let (title, path) = (clean(&log.title), clean(&log.path));
        out.remark(&format!("{title}: nothing is written yet ({path})."));
    }
    for line in &end.lines {
        if out.json {
            let LogEntry {
                text,
                time,
                level,
                event,
            } = line;
            out.line(&json!({ "line": text, "time": time, "level": level, "event": event }));
        } else {
            out.text(&clean(&line.text));
        }
    }
    Ok(())
}
