//! A client's side of the connection.

use super::fixes;
use super::gather::{PlaceFacts, ServerFacts};
use super::{ServerCheck, ServerCheckId as Id, bad, good, limited, skipped};
use crate::client::{Client, is_launcher};
use crate::doctor::diagnose::{claude, seen};
use crate::doctor::{CheckStatus, Fix};
use crate::error::{Error, ErrorCode};
use crate::facts::Fact;
use crate::plan::command::CommandLine;
use crate::port::ClientHealth;
use crate::server::Installation;

/// The client's file, what is registered in it, and the program that it starts.
pub fn checks(
    installation: &Installation,
    at: &PlaceFacts,
    facts: &ServerFacts,
) -> Vec<ServerCheck> {
    let mut checks = vec![config(installation, at)];
    checks.push(match checks[0].status {
        CheckStatus::Good => registration(installation, at),
        _ => skipped(Id::Registration),
    });
    // A client that has an address starts the launcher for headers only.
    if at
        .address
        .as_ref()
        .is_none_or(|address| address.helper.is_some())
    {
        checks.push(match checks[1].status {
            CheckStatus::Good | CheckStatus::Limited => launcher(installation, at, facts),
            _ => skipped(Id::Launcher),
        });
    }
    for check in &mut checks {
        check.place = Some(at.place.clone());
    }
    checks
}

fn config(installation: &Installation, at: &PlaceFacts) -> ServerCheck {
    let path = |file: &String| seen("config", file);
    let shown: Vec<_> = at.file.iter().map(path).collect();
    match (&at.found, &at.file) {
        (Err(error), _) => ServerCheck {
            seen: shown,
            ..bad(Id::Config, error.clone(), Vec::new())
        },
        (Ok(None), Some(file)) if !at.file_there => {
            let error = Error::new(ErrorCode::FileFailed {
                operation: "find".to_owned(),
                path: file.clone(),
            });
            bad(Id::Config, error, vec![connect(installation, at, false)])
        }
        _ => good(Id::Config, shown),
    }
}

fn registration(installation: &Installation, at: &PlaceFacts) -> ServerCheck {
    let name = &installation.name;
    let Ok(Some(found)) = &at.found else {
        let error = Error::new(ErrorCode::NotRegistered {
            name: name.clone(),
            client: at.place.client,
            scope: at.place.scope,
        });
        let fixes = vec![connect(installation, at, false)];
        return bad(Id::Registration, error, fixes);
    };
    let wanted = match at.place.client {
        Client::ClaudeCode => at.wanted.to_json(),
        Client::ClaudeDesktop => at.wanted.to_desktop_json(),
    };
    let is_launcher = is_launcher(&found.raw, name);
    let as_written = match &at.address {
        Some(address) => !is_launcher && found.is_berths(Some(address)),
        None => found.raw == wanted,
    };
    if as_written {
        let command = match &at.address {
            Some(address) => address.url.clone(),
            None => CommandLine {
                program: at.wanted.program.clone(),
                args: at.wanted.args.clone(),
            }
            .quoted(),
        };
        return good(Id::Registration, vec![seen("command", &command)]);
    }
    let error = Error::new(ErrorCode::RegistrationChanged {
        name: name.clone(),
        client: at.place.client,
        scope: at.place.scope,
    });
    // Never the arguments or the environment: they can be somebody's token.
    let target = found.summary().target;
    let check = if is_launcher {
        // It still leads to this server.
        let again = Fix::InstallAgain { name: name.clone() };
        limited(Id::Registration, error, vec![again])
    } else {
        bad(
            Id::Registration,
            error,
            vec![connect(installation, at, true)],
        )
    };
    ServerCheck {
        seen: vec![seen("command", &target)],
        ..check
    }
}

fn launcher(installation: &Installation, at: &PlaceFacts, facts: &ServerFacts) -> ServerCheck {
    match &at.launcher {
        Ok(path) => good(Id::Launcher, vec![seen("path", path)]),
        Err(error) if error.code == ErrorCode::LauncherNotOnPath => {
            let path = facts.link.clone();
            bad(
                Id::Launcher,
                error.clone(),
                vec![Fix::LinkLauncher { path }],
            )
        }
        Err(error) => fixes::because(Id::Launcher, error, installation),
    }
}

/// What the client itself says; nothing of one that cannot be asked.
pub fn verdict(
    installation: &Installation,
    at: &PlaceFacts,
    facts: &ServerFacts,
) -> Option<ServerCheck> {
    if at.place.client != Client::ClaudeCode {
        return None;
    }
    let name = &installation.name;
    let check = match &at.said {
        None => skipped(Id::Client),
        Some(Ok(ClientHealth::PendingApproval)) => {
            let error = Error::new(ErrorCode::ApprovalPending { name: name.clone() });
            limited(Id::Client, error, Vec::new())
        }
        Some(Ok(ClientHealth::Unclear)) => {
            let error = Error::new(ErrorCode::ClaudeFailed {
                operation: format!("say how `{name}` is"),
                exit: None,
            });
            limited(Id::Client, error, Vec::new())
        }
        Some(Ok(_)) => good(Id::Client, Vec::new()),
        Some(Err(error)) if error.code == ErrorCode::LauncherNotOnPath => {
            let path = facts.link.clone();
            bad(Id::Client, error.clone(), vec![Fix::LinkLauncher { path }])
        }
        Some(Err(error)) => {
            let machine = claude(&Fact::Missing {
                error: error.clone(),
            });
            fixes::of_machine(Id::Client, machine)
        }
    };
    Some(ServerCheck {
        place: Some(at.place.clone()),
        ..check
    })
}

fn connect(installation: &Installation, at: &PlaceFacts, replace: bool) -> Fix {
    Fix::Connect {
        name: installation.name.clone(),
        place: at.place.clone(),
        replace,
        direct: at.address.is_some(),
    }
}
