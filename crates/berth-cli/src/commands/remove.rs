//! `berth remove`

use berth_api::Berth;
use berth_api::types::{RemoveRequest, RemoveStart};
use berth_core::error::Result;
use serde_json::json;

use super::install::{finished, show, started};
use crate::args::RemoveArgs;
use crate::ask;
use crate::follow::follow;
use crate::output::{Output, clean};

/// Runs it.
pub async fn run(berth: &Berth, out: Output, args: RemoveArgs) -> Result<()> {
    let request = RemoveRequest {
        name: args.name.clone(),
        delete_data: args.data,
    };
    let preview = berth.remove_preview(request.clone()).await?;
    let consent = show(out, &preview)?;
    ask::consent(out, args.consent.yes, "Remove it?")?;

    let events = berth.subscribe();
    let job = berth
        .remove_start(RemoveStart { request, consent })
        .await?
        .job;
    started(out, &job, &args.name);
    finished(&follow(berth, out, events, &job, true).await?)?;
    if out.json {
        out.line(&json!({ "event": "done", "name": args.name }));
    } else {
        out.text(&format!("{} is removed.", clean(&args.name)));
    }
    Ok(())
}
