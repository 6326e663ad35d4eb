//! What a server runs on.

use super::fixes;
use super::gather::ServerFacts;
use super::{ServerCheck, ServerCheckId as Id, bad, good, limited, skipped};
use crate::doctor::diagnose::{engine, seen};
use crate::doctor::{CheckStatus, Seen};
use crate::error::{Error, ErrorCode, Result};
use crate::port::{PathKind, ServiceState};
use crate::server::{Installation, Launch};

/// Those that belong to the way in which it runs. A server somewhere else has none: the handshake
/// tells of it.
pub fn checks(
    installation: &Installation,
    facts: &ServerFacts,
    is_known: bool,
) -> Vec<ServerCheck> {
    let mut checks = Vec::new();
    match &installation.launch {
        Launch::Container(_) => containers(installation, facts, is_known, &mut checks),
        Launch::Process { .. } => checks.push(if is_known {
            environment(installation, facts)
        } else {
            skipped(Id::Environment)
        }),
        Launch::Remote(_) => {}
    }
    if !facts.folders.is_empty() {
        // Before its services: they can need them as well.
        let at = checks.iter().position(|check| check.id == Id::Services);
        let check = if is_known {
            folders(installation, facts)
        } else {
            skipped(Id::Folders)
        };
        checks.insert(at.unwrap_or(checks.len()), check);
    }
    // What runs is no part of what has to be right.
    if let Some(sessions) = &facts.sessions {
        checks.push(match sessions {
            Ok(count) => good(Id::Sessions, vec![seen("sessions", &count.to_string())]),
            Err(error) => limited(Id::Sessions, error.clone(), Vec::new()),
        });
    }
    checks
}

fn containers(
    installation: &Installation,
    facts: &ServerFacts,
    is_known: bool,
    checks: &mut Vec<ServerCheck>,
) {
    let machine = engine(&facts.engine, facts.platform);
    let answers = machine.status == CheckStatus::Good;
    checks.push(fixes::of_machine(Id::Engine, machine));
    checks.push(if answers && is_known {
        images(installation, &facts.images)
    } else {
        skipped(Id::Images)
    });
    if installation.launch.stack().is_some() {
        let images = checks.last().map(|check| check.status);
        checks.push(if images == Some(CheckStatus::Good) {
            services(installation, facts)
        } else {
            skipped(Id::Services)
        });
    }
}

fn images(installation: &Installation, images: &[(String, Result<bool>)]) -> ServerCheck {
    for (reference, there) in images {
        let error = match there {
            Ok(true) => continue,
            Ok(false) => Error::new(ErrorCode::ImageMissing {
                reference: reference.clone(),
            }),
            Err(error) => error.clone(),
        };
        return fixes::because(Id::Images, &error, installation);
    }
    let shown = images.iter().map(|(image, _)| seen("image", image));
    good(Id::Images, shown.collect())
}

fn environment(installation: &Installation, facts: &ServerFacts) -> ServerCheck {
    let gone = |(_, kind): &&(String, PathKind)| *kind == PathKind::Nothing;
    match facts.environment.iter().find(gone) {
        Some((program, _)) => {
            let program = program.clone();
            let error = Error::new(ErrorCode::ProgramMissing { program });
            fixes::because(Id::Environment, &error, installation)
        }
        None => good(Id::Environment, paths(&facts.environment)),
    }
}

fn folders(installation: &Installation, facts: &ServerFacts) -> ServerCheck {
    let gone = |(_, kind): &&(String, PathKind)| *kind == PathKind::Nothing;
    match facts.folders.iter().find(gone) {
        Some((path, _)) => {
            let path = path.clone();
            let error = Error::new(ErrorCode::PathMissing { path });
            fixes::because(Id::Folders, &error, installation)
        }
        None => good(Id::Folders, paths(&facts.folders)),
    }
}

fn paths(found: &[(String, PathKind)]) -> Vec<Seen> {
    found.iter().map(|(path, _)| seen("path", path)).collect()
}

fn services(installation: &Installation, facts: &ServerFacts) -> ServerCheck {
    let services = match &facts.services {
        Ok(services) => services,
        Err(error) => return bad(Id::Services, error.clone(), Vec::new()),
    };
    let stopped = || {
        Error::new(ErrorCode::ServicesStopped {
            name: installation.name.clone(),
        })
    };
    let unwell = services
        .iter()
        .find(|(_, state)| *state == Some(ServiceState::Unwell));
    let down = services
        .iter()
        .any(|(_, state)| matches!(state, None | Some(ServiceState::Stopped)));
    if let Some((service, _)) = unwell {
        let service = service.clone();
        let error = Error::new(ErrorCode::ServiceFailed { service });
        return fixes::because(Id::Services, &error, installation);
    }
    if installation.stopped {
        return fixes::because(Id::Services, &stopped(), installation);
    }
    if down {
        // The launcher brings them up for the next client.
        return ServerCheck {
            status: CheckStatus::Limited,
            ..fixes::because(Id::Services, &stopped(), installation)
        };
    }
    let shown = services.iter().map(|(name, _)| seen("service", name));
    good(Id::Services, shown.collect())
}
