//! What a server says of itself, for people.

use berth_core::server::{CriterionSeen, Finding, Health};

use super::clean;
use super::table::Table;
use super::text::indented;

/// What was seen of the criteria, which path answered what, and the numbers; without a line end.
pub fn text(health: &Health) -> String {
    let criteria = health.criteria.as_slice();
    let said = health.asked().next().is_some().then(|| answers(health));
    let seen = (!criteria.is_empty()).then(|| seen(criteria));
    let parts: Vec<String> = seen.into_iter().chain(said).collect();
    parts.join("\n\n")
}

fn seen(criteria: &[CriterionSeen]) -> String {
    let mut text = String::from("What was looked at beside the handshake:");
    for criterion in criteria {
        let said = match criterion.met {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "?",
        };
        text.push_str(&format!("\n  {said:<4} {}", clean(&criterion.title)));
        let mut line = |what: &str| {
            let what = clean(what);
            let what = what.trim();
            if !what.is_empty() {
                text.push_str(&format!("\n       {}", indented(what, "       ")));
            }
        };
        line(&criterion.seen.words());
        if criterion.met == Some(true) {
            continue;
        }
        if let Finding::Command { lines, .. } = &criterion.seen {
            lines.iter().for_each(|said| line(said));
        }
        if let Finding::Nothing { error } = &criterion.seen {
            line(&error.hint().unwrap_or_default());
        }
        if let Some(help) = &criterion.help {
            line(&format!("What helps: {help}"));
        }
    }
    text
}

/// Which path answered what, that none of it decides, and the numbers.
fn answers(health: &Health) -> String {
    let mut text = String::from("What it says of itself (the handshake decides):");
    for (what, probed) in health.asked() {
        let what = match what {
            "live" => "Lives",
            "ready" => "Ready",
            _ => "Numbers",
        };
        let said = match probed.status {
            Some(status) if (200..300).contains(&status) => format!("yes (status {status})"),
            Some(status) => format!("no (status {status})"),
            None => "no answer".to_owned(),
        };
        text.push_str(&format!("\n  {what:<8} {:<12} {said}", clean(&probed.path)));
    }
    if !health.numbers.is_empty() {
        let mut table = Table::new(["NUMBER", "VALUE", "WHAT IT IS"]);
        for number in &health.numbers {
            let name = match number.labels.as_str() {
                "" => number.name.clone(),
                labels => format!("{} {{{labels}}}", number.name),
            };
            table.row([name, number.value.clone(), number.help.clone()]);
        }
        text.push_str("\n\n");
        text.push_str(table.text().trim_end());
    }
    if health.left_out > 0 {
        text.push_str(&format!("\n… and {} more", health.left_out));
    }
    text
}
