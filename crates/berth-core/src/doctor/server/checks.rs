//! From what was seen of a server to its checks: a pure function, so every broken state can be
//! tested.

use super::gather::ServerFacts;
use super::{ServerCheck, ServerCheckId as Id, bad, fixes, good, ground, place, skipped};
use crate::client::{Client, Place};
use crate::doctor::CheckStatus;
use crate::doctor::diagnose::{seen, vault};
use crate::error::{Error, ErrorCode};
use crate::server::Installation;

/// All checks, in their order.
pub fn checks(installation: &Installation, facts: &ServerFacts) -> Vec<ServerCheck> {
    let mut checks = Vec::new();
    for at in &facts.places {
        checks.extend(place::checks(installation, at, facts));
    }
    checks.push(match &facts.record {
        Ok(()) => good(Id::Record, Vec::new()),
        Err(error) => fixes::because(Id::Record, error, installation),
    });
    let is_known = facts.record.is_ok();
    checks.extend(secrets(installation, facts, is_known));
    checks.extend(ground::checks(installation, facts, is_known));
    checks.push(match &facts.answer {
        None => skipped(Id::Handshake),
        Some(Ok((tools, ms))) => good(
            Id::Handshake,
            vec![
                seen("tools", &tools.to_string()),
                seen("answered", &format!("{ms} ms")),
            ],
        ),
        Some(Err(error)) => fixes::because(Id::Handshake, error, installation),
    });
    for at in &facts.places {
        checks.extend(place::verdict(installation, at, facts));
    }
    checks
}

/// Whether the server can be started, as far as these checks tell.
pub fn may_start(checks: &[ServerCheck]) -> bool {
    let of_place = |id| {
        matches!(
            id,
            Id::Config | Id::Registration | Id::Launcher | Id::Client
        )
    };
    checks
        .iter()
        .filter(|check| !of_place(check.id) && check.id != Id::Handshake)
        .all(holds)
}

/// The places whose client has something to say: they lead to a server that answers.
pub fn may_ask(checks: &[ServerCheck]) -> Vec<Place> {
    let answers = checks
        .iter()
        .any(|check| check.id == Id::Handshake && check.status == CheckStatus::Good);
    let mut places: Vec<Place> = Vec::new();
    for check in checks {
        let asked = check.place.as_ref();
        // Claude Desktop cannot be asked.
        let Some(place) = asked.filter(|place| place.client == Client::ClaudeCode) else {
            continue;
        };
        let mut own = checks
            .iter()
            .filter(|other| other.place.as_ref() == Some(place) && other.id != Id::Client);
        if answers && !places.contains(place) && own.all(holds) {
            places.push(place.clone());
        }
    }
    places
}

fn holds(check: &ServerCheck) -> bool {
    matches!(check.status, CheckStatus::Good | CheckStatus::Limited)
}

fn secrets(
    installation: &Installation,
    facts: &ServerFacts,
    is_known: bool,
) -> Option<ServerCheck> {
    if installation.secrets.is_empty() {
        return None;
    }
    if !is_known {
        return Some(skipped(Id::Secrets));
    }
    let machine = vault(&facts.vault, facts.platform);
    if machine.status != CheckStatus::Good {
        return Some(fixes::of_machine(Id::Secrets, machine));
    }
    let there = |(input, there): &(String, crate::error::Result<bool>)| {
        matches!(there, Ok(true)).then(|| seen("secret", input))
    };
    let mut found = machine.seen;
    found.extend(facts.secrets.iter().filter_map(there));
    let mut missing = Vec::new();
    for (input, there) in &facts.secrets {
        let error = match there {
            Ok(true) => continue,
            Ok(false) => Error::new(ErrorCode::SecretMissing {
                name: installation.name.clone(),
                input: input.clone(),
            }),
            Err(error) => error.clone(),
        };
        missing.push(error);
    }
    let Some(first) = missing.first() else {
        return Some(good(Id::Secrets, found));
    };
    let helps = missing
        .iter()
        .flat_map(|error| fixes::of(error, installation))
        .collect();
    Some(ServerCheck {
        seen: found,
        ..bad(Id::Secrets, first.clone(), helps)
    })
}
