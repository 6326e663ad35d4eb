//! `berth install`

use berth_api::Berth;
use berth_api::types::{
    FactsRefresh, InstallRequest, InstallationPage, JobRequest, NameRequest, PlanPreview,
};
use berth_core::client::Client;
use berth_core::error::{Error, Result};
use berth_core::facts::Probe;
use berth_core::job::{Job, JobState, StepOutcome};
use berth_core::plan::{Choices, Step};
use serde_json::json;

use super::choices::choices;
use super::plan;
use super::verify::outcome;
use crate::args::InstallArgs;
use crate::ask;
use crate::follow::follow;
use crate::output::text::{counted, size};
use crate::output::{Output, clean, error_text};

/// Runs it.
pub async fn run(berth: &Berth, out: Output, args: InstallArgs) -> Result<()> {
    let choices = choices(berth, out, &args.choices).await?;
    berth.startup().await;
    let agreed = Agreed {
        consent: args.consent.yes,
        trust: args.trust.trust,
        question: "Install it?",
    };
    carry_out(berth, out, choices, agreed).await
}

/// What was agreed to on the command line, and what is asked otherwise.
pub struct Agreed {
    /// The plan.
    pub consent: bool,
    /// The name that a plan which gives control of the computer needs.
    pub trust: Option<String>,
    /// What is asked.
    pub question: &'static str,
}

/// Shows the plan of these choices, asks, and carries it out.
pub async fn carry_out(berth: &Berth, out: Output, choices: Choices, agreed: Agreed) -> Result<()> {
    let preview = berth.plan_preview(again(&choices)).await?;
    let consent = show(out, &preview)?;
    let trust = match &preview.plan {
        Some(plan) => ask::trust(out, plan, agreed.trust)?,
        None => None,
    };
    // Who has typed the name has agreed.
    if trust != Some(ask::Trusted::Typed) {
        ask::consent(out, agreed.consent, agreed.question)?;
    }
    let trust = trust.map(|_| preview.name.clone());

    let events = berth.subscribe();
    let job = berth
        .install_start(InstallRequest {
            choices,
            consent,
            trust,
        })
        .await?
        .job;
    started(out, &job, &preview.name);
    let job = follow(berth, out, events, &job, true).await?;
    help(berth, out, &job).await?;
    finished(&job)?;
    // What is registered has changed since it was looked at.
    let probes = vec![Probe::Claude, Probe::ClaudeDesktop];
    berth.facts_refresh(FactsRefresh { probes }).await?;
    let name = preview.name;
    let page = berth.installation_get(NameRequest { name }).await?;
    if out.json {
        out.line(&json!({ "event": "done", "installation": page }));
    } else {
        out.text(&done_text(&job, &page));
    }
    Ok(())
}

/// Choices for another request.
pub fn again(choices: &Choices) -> Choices {
    Choices {
        entry: choices.entry.clone(),
        variant: choices.variant.clone(),
        name: choices.name.clone(),
        place: choices.place.clone(),
        inputs: choices.inputs.clone(),
        secrets: choices.secrets.clone(),
        replace: choices.replace,
        no_cache: choices.no_cache,
        use_image: choices.use_image,
        direct: choices.direct,
        from_env: choices.from_env.clone(),
    }
}

/// What the entry knows about a failure like this one, before the error itself.
async fn help(berth: &Berth, out: Output, job: &Job) -> Result<()> {
    let page = berth
        .job_get(JobRequest {
            job: job.id.clone(),
        })
        .await?;
    for trouble in &page.troubles {
        out.remark(&format!(
            "\n{}: {}\n{}\n",
            clean(&trouble.problem),
            clean(&trouble.cause),
            clean(&trouble.help)
        ));
    }
    Ok(())
}

/// Shows a plan; its consent, or what stands in its way.
pub fn show(out: Output, preview: &PlanPreview) -> Result<String> {
    if let Some(error) = plan::obstacle(preview) {
        out.remark(plan::text(preview).trim_end());
        return Err(error);
    }
    out.line(&json!({ "event": "plan", "preview": preview }));
    out.text(&plan::text(preview));
    preview
        .consent
        .clone()
        .ok_or_else(|| Error::internal("a plan has no fingerprint"))
}

/// Tells that a job has begun.
pub fn started(out: Output, job: &str, name: &str) {
    out.line(&json!({ "event": "started", "job": job, "name": name }));
}

/// The error of a job that did not reach its end, with what could not be undone as its causes.
pub fn finished(job: &Job) -> Result<()> {
    if job.state == JobState::Done {
        return Ok(());
    }
    let mut error = job
        .error
        .clone()
        .unwrap_or_else(|| Error::internal("a job ended without a reason"));
    for leftover in &job.leftovers {
        error = error.with_cause(format!("could not be undone: {}", error_text(leftover)));
    }
    Err(error)
}

/// The size of an image that was built, and of the one before it.
fn image_text(job: &Job) -> Option<String> {
    let mut steps = job.plan.steps.iter().zip(&job.steps);
    steps.find_map(|(step, record)| match (step, &record.outcome) {
        (
            Step::BuildImage { tag, .. },
            StepOutcome::Built {
                size: now, before, ..
            },
        ) => {
            let before = match before {
                Some(before) => format!("; the one before has {}", size(before.size)),
                None => String::new(),
            };
            Some(format!(
                "The image {} has {}{before}.\n",
                clean(tag),
                size(*now)
            ))
        }
        _ => None,
    })
}

fn done_text(job: &Job, page: &InstallationPage) -> String {
    let (tools, answered_ms, pending_approval) = outcome(job);
    let mut text = format!(
        "\n{} is installed: {}, first answer after {answered_ms} ms.\n",
        clean(&page.row.name),
        counted(tools, "tool", "tools")
    );
    if let Some(line) = image_text(job) {
        text.push_str(&line);
    }
    let place = page.row.places.first();
    let desktop = place.is_some_and(|place| place.client == Client::ClaudeDesktop);
    text.push_str(if pending_approval {
        "Open Claude Code in the project: it asks for your approval first.\n"
    } else if desktop {
        "Quit Claude Desktop and open it again to use it.\n"
    } else {
        "Restart Claude Code to use it.\n"
    });
    if let Some(prompt) = &page.prompt {
        text.push_str(&format!("Then try: {}\n", clean(prompt)));
    }
    text
}
