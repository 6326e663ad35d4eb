//! The support report: what helps whoever looks into a problem.
//!
//! It is made from typed values only, and none of the types that it uses can hold a secret. Inputs
//! and registrations' targets stay out altogether, and the home folder is written as `~`.

use std::fmt::Write;

use berth_core::error::{Error, Result};
use berth_core::facts::{Fact, Facts, Program};
use berth_core::job::{Job, LogLine};
use berth_core::server::Installation;
use berth_core::settings::Settings;

use super::Berth;
use crate::types::{AppInfo, SupportReport};

/// Newest jobs in a report.
const JOBS: u32 = 10;

/// Last lines of a failed job's log in a report.
const LINES: usize = 60;

/// What the store gives to a report.
struct Kept {
    settings: Settings,
    installations: Vec<Installation>,
    jobs: Vec<(Job, Vec<LogLine>)>,
}

impl Berth {
    /// Everything that helps whoever looks into a problem; it holds no secret.
    pub async fn support_report(&self, _: ()) -> Result<SupportReport> {
        let info = self.app_info(()).await?;
        let kept = self
            .store(|store| {
                let jobs = store.jobs(JOBS)?.into_iter().map(|job| {
                    let log = if job.error.is_some() || !job.leftovers.is_empty() {
                        store.log(&job.id)?
                    } else {
                        Vec::new()
                    };
                    Ok((job, log))
                });
                Ok(Kept {
                    settings: store.settings()?,
                    installations: store.installations()?,
                    jobs: jobs.collect::<Result<_>>()?,
                })
            })
            .await?;
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write(
            &mut text,
            &info,
            &self.facts_now(),
            &kept,
            self.catalog.reports(),
        );
        if !info.user_home.is_empty() {
            text = text.replace(&info.user_home, "~");
        }
        Ok(SupportReport { text })
    }
}

fn write(
    text: &mut String,
    info: &AppInfo,
    facts: &Facts,
    kept: &Kept,
    reports: &[Error],
) -> std::fmt::Result {
    writeln!(text, "# Berth {}\n", info.version)?;
    writeln!(text, "- platform: {}", info.platform)?;
    writeln!(text, "- home: {}", info.home)?;
    writeln!(text, "- launcher: {}", info.launcher)?;
    writeln!(text, "- vault chosen: {:?}", kept.settings.vault)?;
    let set = |value: &Option<String>| {
        if value.is_some() {
            "set"
        } else {
            "found by itself"
        }
    };
    writeln!(
        text,
        "- engine endpoint: {}",
        set(&kept.settings.engine_endpoint)
    )?;
    writeln!(
        text,
        "- Claude Code program: {}",
        set(&kept.settings.claude_program)
    )?;

    writeln!(text, "\n## Machine\n")?;
    fact(text, "engine", &facts.engine, |engine| {
        format!(
            "{} {}, API {}, {}, {}{}",
            engine.product,
            engine.version,
            engine.api,
            engine.endpoint,
            engine.platform,
            if engine.remote {
                ", on another machine"
            } else {
                ""
            }
        )
    })?;
    fact(text, "vault", &facts.vault, |vault| {
        format!("{} ({:?})", vault.product, vault.kind)
    })?;
    fact(text, "Claude Code", &facts.claude, |claude| {
        format!(
            "{} at {}, {} registrations, {} unreadable files",
            claude.version,
            claude.program,
            claude.registrations.len(),
            claude.unreadable.len()
        )
    })?;
    fact(text, "Claude Desktop", &facts.claude_desktop, |claude| {
        format!(
            "{}, {} registrations, {} unreadable files",
            claude.config,
            claude.registrations.len(),
            claude.unreadable.len()
        )
    })?;
    let programs: [(&str, &Fact<Program>); 5] = [
        ("uv", &facts.uv),
        ("Python", &facts.python),
        ("Node.js", &facts.node),
        ("git", &facts.git),
        ("berth on the PATH", &facts.launcher_on_path),
    ];
    for (title, program) in programs {
        fact(text, title, program, |found| {
            format!("{} at {}", found.version, found.path)
        })?;
    }

    writeln!(text, "\n## Installations\n")?;
    for installation in &kept.installations {
        let pins: Vec<String> = installation
            .pins
            .iter()
            .map(|pin| format!("{} {}", pin.what, pin.version))
            .collect();
        writeln!(
            text,
            "- {}: {} ({}), {}, {} tools, {} places, verified {}",
            installation.name,
            installation.entry,
            installation.variant,
            pins.join(", "),
            installation.tools.len(),
            installation.places.len(),
            installation.verified_at.as_deref().unwrap_or("never")
        )?;
        if let Some(error) = &installation.last_error {
            writeln!(text, "  - {}", line(error))?;
        }
    }

    writeln!(text, "\n## Jobs\n")?;
    for (job, log) in &kept.jobs {
        writeln!(
            text,
            "- {} {:?} `{}` ({}): {:?}",
            job.created_at, job.plan.purpose, job.plan.name, job.plan.variant, job.state
        )?;
        for error in job.error.iter().chain(&job.leftovers) {
            writeln!(text, "  - {}", line(error))?;
        }
        let skip = log.len().saturating_sub(LINES);
        if let [_, ..] = log.as_slice() {
            writeln!(text, "\n  ```text")?;
            for logged in &log[skip..] {
                writeln!(text, "  {} {}", logged.step, logged.text)?;
            }
            writeln!(text, "  ```\n")?;
        }
    }

    if !reports.is_empty() {
        writeln!(text, "\n## Catalog files that were skipped\n")?;
        for report in reports {
            writeln!(text, "- {}", line(report))?;
        }
    }
    Ok(())
}

fn fact<T>(
    text: &mut String,
    title: &str,
    fact: &Fact<T>,
    show: impl Fn(&T) -> String,
) -> std::fmt::Result {
    match fact {
        Fact::Unknown => writeln!(text, "- {title}: not known yet"),
        Fact::Found { value } => writeln!(text, "- {title}: {}", show(value)),
        Fact::Missing { error } => writeln!(text, "- {title}: {}", line(error)),
    }
}

/// Code, sentence and causes of an error in one line.
fn line(error: &Error) -> String {
    let mut line = format!("{}: {error}", error.name());
    for cause in &error.causes {
        line.push_str(" / ");
        line.push_str(&cause.replace('\n', " "));
    }
    line
}
