//! `berth verify`

use berth_api::Berth;
use berth_api::types::NameRequest;
use berth_core::error::{Error, Result};
use berth_core::job::{Job, JobState, StepOutcome};
use serde_json::json;

use crate::follow::follow;
use crate::output::text::counted;
use crate::output::{Output, health};

/// Runs it.
pub async fn run(berth: &Berth, out: Output, name: String) -> Result<()> {
    let events = berth.subscribe();
    let request = NameRequest { name: name.clone() };
    let job = berth.verify_start(request).await?.job;
    let job = follow(berth, out, events, &job, false).await?;
    let page = berth.installation_get(NameRequest { name: name.clone() });
    let health = page.await?.installation.health;
    if job.state != JobState::Done {
        if let Some(health) = &health {
            out.line(&json!({ "event": "health", "health": health }));
            out.remark(&health::text(health));
        }
        return Err(job
            .error
            .unwrap_or_else(|| Error::internal("a verification ended without a reason")));
    }
    let (tools, answered_ms, pending_approval) = outcome(&job);
    out.answer(
        &json!({
            "name": name,
            "tools": tools,
            "answered_ms": answered_ms,
            "pending_approval": pending_approval,
            "health": health,
        }),
        || {
            let mut text = format!(
                "{name} answers ({answered_ms} ms) and has {}.",
                counted(tools, "tool", "tools")
            );
            if pending_approval {
                text.push_str(
                    "\nClaude Code asks for your approval when you open it in the project.",
                );
            }
            if let Some(health) = &health {
                text.push_str(&format!("\n\n{}", health::text(health)));
            }
            text
        },
    );
    Ok(())
}

/// Number of tools, milliseconds to the first answer, and whether an approval is pending.
pub fn outcome(job: &Job) -> (usize, u64, bool) {
    job.steps
        .iter()
        .find_map(|record| match &record.outcome {
            StepOutcome::Verified {
                tools,
                answered_ms,
                pending_approval,
            } => Some((tools.len(), *answered_ms, *pending_approval)),
            _ => None,
        })
        .unwrap_or_default()
}
