//! `berth connect` and `berth disconnect`

use berth_api::Berth;
use berth_api::types::{NameRequest, PlaceRequest, PlaceStart};
use berth_core::client::Client;
use berth_core::error::Result;
use berth_core::facts::Probe;
use serde_json::json;

use super::choices::place;
use super::install::{finished, show, started};
use crate::args::{ConnectArgs, DisconnectArgs};
use crate::ask;
use crate::follow::follow;
use crate::output::{Output, clean};

/// Runs `berth connect`.
pub async fn connect(berth: &Berth, out: Output, args: ConnectArgs) -> Result<()> {
    let request = PlaceRequest {
        name: args.name,
        place: place(&args.place)?,
        replace: args.replace,
        direct: args.direct,
    };
    let preview = berth.connect_preview(request.clone()).await?;
    let consent = show(out, &preview)?;
    ask::consent(out, args.consent.yes, "Connect it?")?;
    let events = berth.subscribe();
    let start = PlaceStart {
        request: request.clone(),
        consent,
    };
    let job = berth.connect_start(start).await?.job;
    started(out, &job, &request.name);
    finished(&follow(berth, out, events, &job, true).await?)?;
    let restart = match request.place.client {
        Client::ClaudeCode => "Restart Claude Code (/exit, then claude) to use it there.",
        Client::ClaudeDesktop => "Quit Claude Desktop and open it again to use it there.",
    };
    told(berth, out, &request, "connected", restart).await
}

/// Runs `berth disconnect`.
pub async fn disconnect(berth: &Berth, out: Output, args: DisconnectArgs) -> Result<()> {
    let request = PlaceRequest {
        name: args.name,
        place: place(&args.place)?,
        replace: false,
        direct: false,
    };
    let preview = berth.disconnect_preview(request.clone()).await?;
    let consent = show(out, &preview)?;
    ask::consent(out, args.consent.yes, "Disconnect it?")?;
    let events = berth.subscribe();
    let start = PlaceStart {
        request: request.clone(),
        consent,
    };
    let job = berth.disconnect_start(start).await?.job;
    started(out, &job, &request.name);
    finished(&follow(berth, out, events, &job, true).await?)?;
    let stays = "The server stays installed.";
    told(berth, out, &request, "disconnected", stays).await
}

async fn told(
    berth: &Berth,
    out: Output,
    request: &PlaceRequest,
    done: &str,
    hint: &str,
) -> Result<()> {
    if out.json {
        let probes = vec![Probe::Claude, Probe::ClaudeDesktop];
        berth
            .facts_refresh(berth_api::types::FactsRefresh { probes })
            .await?;
        let name = request.name.clone();
        let page = berth.installation_get(NameRequest { name }).await?;
        out.line(&json!({ "event": "done", "installation": page }));
    } else {
        out.text(&format!("{} is {done}. {hint}", clean(&request.name)));
    }
    Ok(())
}
