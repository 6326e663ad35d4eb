//! `berth show`

use berth_api::Berth;
use berth_api::types::{InstallationPage, NameRequest};
use berth_core::client::Client;
use berth_core::error::Result;
use berth_core::server::Launch;

use super::list::{STATE_PROBES, state};
use crate::output::text::indented;
use crate::output::{Output, clean, error_text, health, plan};

/// Runs it.
pub async fn run(berth: &Berth, out: Output, name: String) -> Result<()> {
    berth.facts_ensure(&STATE_PROBES).await?;
    let page = berth.installation_get(NameRequest { name }).await?;
    out.answer(&page, || text(&page));
    Ok(())
}

fn text(page: &InstallationPage) -> String {
    let InstallationPage {
        row, installation, ..
    } = page;
    let mut text = format!("{}: {}\n", clean(&row.name), clean(&row.title));
    let mut line = |what: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!(
                "  {what:<12} {}\n",
                indented(value, "               ")
            ));
        }
    };
    line("State", &state(row));
    if let Some(error) = &row.last_error {
        line("Last error", &error_text(error));
    }
    line("Entry", &row.entry);
    line("Runs as", &row.variant_title);
    if let Launch::Remote(launch) = &installation.launch {
        line("Reaches", &launch.url);
    }
    for pin in &installation.pins {
        let digest = pin.digest.as_deref().unwrap_or_default();
        line(
            "Pinned",
            format!("{} {} {digest}", pin.what, pin.version).trim_end(),
        );
    }
    for service in &page.services {
        let state = service.state.map_or("not known", super::services::state);
        line(
            "Service",
            &format!("{} ({}), {state}", service.name, service.image),
        );
    }
    for log in &page.logs {
        line("Log", &format!("{} ({}), {}", log.id, log.title, log.path));
    }
    for place in &row.places {
        let what = match place.client {
            Client::ClaudeCode => "Claude Code",
            Client::ClaudeDesktop => "Client",
        };
        line(what, &plan::place(place));
    }
    line("Command", &page.registered_command.join(" "));
    line("Installed", &installation.installed_at);
    line("Verified", row.verified_at.as_deref().unwrap_or("not yet"));
    line("Try", page.prompt.as_deref().unwrap_or_default());
    if let Some(health) = &installation.health {
        text.push_str(&format!("\n{}\n", health::text(health)));
    }
    if !installation.tools.is_empty() {
        text.push_str("\nTools\n");
    }
    for tool in &installation.tools {
        let first = tool.description.lines().next().unwrap_or_default();
        text.push_str(&format!("  {}  {}\n", clean(&tool.name), clean(first)));
    }
    text
}
