//! `berth act`

use berth_api::Berth;
use berth_api::types::{ActionRequest, ActionRow, ActionStart, NameRequest};
use berth_core::error::Result;
use serde_json::json;

use super::install::{finished, show, started};
use crate::args::ActArgs;
use crate::ask;
use crate::follow::follow;
use crate::output::{Output, clean};

/// Runs it.
pub async fn run(berth: &Berth, out: Output, args: ActArgs) -> Result<()> {
    let ActArgs {
        name,
        action,
        consent,
    } = args;
    let request = NameRequest { name: name.clone() };
    let offered = berth.installation_get(request).await?.actions;
    let Some(action) = action else {
        out.answer(&offered, || list_text(&name, &offered));
        return Ok(());
    };
    let request = ActionRequest { name, action };
    let preview = berth.action_preview(request.clone()).await?;
    let row = offered.iter().find(|row| row.id == request.action);
    if let Some(row) = row.filter(|_| !out.json) {
        out.text(&clean(&row.title));
        if let Some(help) = &row.help {
            out.text(&format!("{}\n", clean(help)));
        }
    }
    let agreed = show(out, &preview)?;
    if row.is_none_or(|row| row.asks) {
        ask::consent(out, consent.yes, "Do it?")?;
    }
    let start = ActionStart {
        request: request.clone(),
        consent: agreed,
    };
    let events = berth.subscribe();
    let job = berth.action_start(start).await?.job;
    started(out, &job, &request.name);
    finished(&follow(berth, out, events, &job, true).await?)?;
    let ActionRequest { name, action } = request;
    if out.json {
        out.line(&json!({ "event": "done", "name": name, "action": action }));
    } else {
        let title = row.map_or(action.as_str(), |row| row.title.as_str());
        out.text(&format!("Done with {}: {}.", clean(&name), clean(title)));
    }
    Ok(())
}

fn list_text(name: &str, offered: &[ActionRow]) -> String {
    if offered.is_empty() {
        return format!("{} offers nothing of this kind.", clean(name));
    }
    let mut text = String::new();
    for row in offered {
        text.push_str(&format!("{}  {}\n", clean(&row.id), clean(&row.title)));
        if let Some(help) = &row.help {
            text.push_str(&format!("    {}\n", clean(help)));
        }
        match &row.changes {
            Some(changes) => text.push_str(&format!("    It changes {}.\n", clean(changes))),
            None if row.asks => text.push_str("    It runs a program as you.\n"),
            None => text.push_str("    It only looks.\n"),
        }
        if let Some(error) = &row.missing {
            text.push_str(&format!("    Not now: {}\n", clean(&error.message())));
        }
    }
    text.trim_end().to_owned()
}
