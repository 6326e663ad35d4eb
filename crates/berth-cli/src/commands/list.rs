//! `berth list`

use berth_api::Berth;
use berth_api::types::{InstallationRow, ServerState};
use berth_core::error::Result;
use berth_core::facts::Probe;

use crate::output::table::Table;
use crate::output::{Output, plan};

/// What decides how an installation stands.
pub const STATE_PROBES: [Probe; 4] = [
    Probe::Engine,
    Probe::Vault,
    Probe::Claude,
    Probe::ClaudeDesktop,
];

/// Runs it.
pub async fn run(berth: &Berth, out: Output) -> Result<()> {
    berth.facts_ensure(&STATE_PROBES).await?;
    let rows = berth.installation_list(()).await?;
    out.answer(&rows, || text(&rows));
    Ok(())
}

fn text(rows: &[InstallationRow]) -> String {
    if rows.is_empty() {
        return "Nothing is installed. `berth catalog search` shows what there is.".to_owned();
    }
    let mut table = Table::new(["NAME", "VERSION", "RUNS AS", "TOOLS", "STATE", "CLAUDE"]);
    for row in rows {
        let places: Vec<String> = row.places.iter().map(plan::place).collect();
        table.row([
            row.name.clone(),
            row.version.clone(),
            row.variant_title.clone(),
            row.tools.to_string(),
            state(row),
            places.join(", "),
        ]);
    }
    table.text()
}

/// How an installation stands, in words.
pub fn state(row: &InstallationRow) -> String {
    match &row.state {
        ServerState::Ready => "ready".to_owned(),
        ServerState::InUse => format!("in use ({})", row.sessions),
        ServerState::Busy { .. } => "being worked on".to_owned(),
        ServerState::SecretMissing { input } => format!("secret {input} is missing"),
        ServerState::PathMissing { path } => format!("{path} is missing"),
        ServerState::Stopped => "stopped".to_owned(),
        ServerState::NotRegistered => "not registered".to_owned(),
        ServerState::Failing => "failing".to_owned(),
        ServerState::Unverified => "not verified".to_owned(),
    }
}
