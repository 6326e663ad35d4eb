//! `berth jobs`

use berth_api::Berth;
use berth_api::types::{JobPage, JobRequest};
use berth_core::error::Result;
use berth_core::job::{Job, JobState, StepState};
use berth_core::plan::Purpose;
use serde_json::json;

use crate::args::JobsCommand;
use crate::output::table::Table;
use crate::output::{Output, clean, error_text, steps};

/// Runs it.
pub async fn run(berth: &Berth, out: Output, command: Option<JobsCommand>) -> Result<()> {
    match command {
        None => {
            let jobs = berth.job_list(()).await?;
            out.answer(&jobs, || list_text(&jobs));
        }
        Some(JobsCommand::Show(args)) => {
            let page = berth.job_get(JobRequest { job: args.job }).await?;
            out.answer(&page, || page_text(&page));
        }
        Some(JobsCommand::Cancel(args)) => {
            let request = JobRequest { job: args.job };
            berth.job_cancel(request.clone()).await?;
            out.answer(&json!({ "job": request.job, "cancel": "asked" }), || {
                "It was asked to stop; what it did is undone.".to_owned()
            });
        }
    }
    Ok(())
}

fn list_text(jobs: &[Job]) -> String {
    if jobs.is_empty() {
        return "Nothing has been done yet.".to_owned();
    }
    let mut table = Table::new(["JOB", "BEGAN", "WHAT", "STATE"]);
    for job in jobs {
        table.row([
            job.id.clone(),
            job.created_at.clone(),
            format!("{} {}", purpose(job.plan.purpose), job.plan.name),
            state(job.state).to_owned(),
        ]);
    }
    table.text()
}

fn page_text(page: &JobPage) -> String {
    let job = &page.job;
    let mut text = format!(
        "{} {}: {}\nbegan {}",
        purpose(job.plan.purpose),
        clean(&job.plan.name),
        state(job.state),
        job.created_at
    );
    if let Some(ended) = &job.ended_at {
        text.push_str(&format!(", ended {ended}"));
    }
    text.push('\n');
    if let Some(error) = &job.error {
        text.push_str(&format!("{}\n", error_text(error)));
    }
    for leftover in &job.leftovers {
        text.push_str(&format!("Left behind: {}\n", error_text(leftover)));
    }
    for (index, (step, record)) in job.plan.steps.iter().zip(&job.steps).enumerate() {
        text.push_str(&format!(
            "\n{:>2}. {} ({})\n",
            index + 1,
            steps::title(step),
            step_state(record.state)
        ));
        let lines = page.log.iter().filter(|line| line.step as usize == index);
        for line in lines {
            text.push_str(&format!("      {}\n", clean(&line.text)));
        }
    }
    text
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Install => "install",
        Purpose::Reconfigure => "reconfigure",
        Purpose::Remove => "remove",
        Purpose::Connect => "connect",
        Purpose::Disconnect => "disconnect",
        Purpose::Verify => "verify",
        Purpose::Backup => "back up",
        Purpose::Restore => "restore",
        Purpose::Act => "act on",
    }
}

fn state(state: JobState) -> &'static str {
    match state {
        JobState::Waiting => "waiting",
        JobState::Running => "running",
        JobState::Undoing => "being undone",
        JobState::Done => "done",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
    }
}

fn step_state(state: StepState) -> &'static str {
    match state {
        StepState::Waiting => "not begun",
        StepState::Running => "running",
        StepState::Done => "done",
        StepState::Failed => "failed",
        StepState::Undoing => "being undone",
        StepState::Undone => "undone",
        StepState::UndoFailed => "could not be undone",
    }
}
