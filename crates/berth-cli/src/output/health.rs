//! What a server says of itself, for people.

use berth_core::server::Health;

use super::clean;
use super::table::Table;

/// Which path answered what, that none of it decides, and the numbers; without a line end.
pub fn text(health: &Health) -> String {
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
