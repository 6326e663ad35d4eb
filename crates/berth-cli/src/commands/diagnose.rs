//! `berth doctor NAME`

use berth_api::Berth;
use berth_api::types::NameRequest;
use berth_core::client::Client;
use berth_core::doctor::{CheckStatus, Diagnosis, ServerCheck, ServerCheckId as Id};
use berth_core::error::Result;

use super::doctor::{status, told};
use crate::output::{Output, clean, exit, plan};

/// Runs it; the exit code says whether something must be mended.
pub async fn run(berth: &Berth, out: Output, name: String) -> Result<u8> {
    let diagnosis = berth.server_diagnose(NameRequest { name }).await?;
    out.answer(&diagnosis, || text(&diagnosis));
    let mut checks = diagnosis.checks.iter();
    let bad = checks.any(|check| check.status == CheckStatus::Bad);
    Ok(if bad { exit::FAILED } else { exit::DONE })
}

fn text(diagnosis: &Diagnosis) -> String {
    let mut text: String = diagnosis.checks.iter().map(check).collect();
    text.push_str(&format!(
        "\nTo try it by hand:\n  {}\n",
        clean(&diagnosis.by_hand)
    ));
    text
}

fn check(check: &ServerCheck) -> String {
    let of = match &check.place {
        None => String::new(),
        Some(place) if place.client == Client::ClaudeDesktop => {
            format!(" ({})", plan::place(place))
        }
        Some(place) => format!(" (Claude Code, {})", plan::place(place)),
    };
    let mut text = format!(
        "{}{}: {}\n",
        title(check.id),
        clean(&of),
        status(check.status)
    );
    text.push_str(&told(&check.seen, check.error.as_ref(), &check.fixes));
    // The server's own words, where it has said any.
    let causes = check.error.iter().flat_map(|error| &error.causes);
    for line in causes.flat_map(|cause| cause.lines()) {
        text.push_str(&format!("    {}\n", clean(line)));
    }
    text
}

fn title(id: Id) -> &'static str {
    match id {
        Id::Config => "Client's file",
        Id::Registration => "Registration",
        Id::Launcher => "Launcher",
        Id::Record => "What was agreed to",
        Id::Secrets => "Secrets",
        Id::Engine => "Container engine",
        Id::Images => "Images",
        Id::Environment => "Environment",
        Id::Folders => "Files and folders",
        Id::Services => "Services",
        Id::Sessions => "Sessions that run",
        Id::Handshake => "Answer",
        Id::Client => "Client's own check",
    }
}
