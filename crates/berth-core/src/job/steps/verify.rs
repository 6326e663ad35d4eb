use super::Context;
use crate::catalog::CredentialCheck;
use crate::client::{Client, Place, Scope};
use crate::error::{Error, ErrorCode, Result};
use crate::job::StepOutcome;
use crate::plan::{Purpose, Step};
use crate::port::{ClientHealth, McpSession, PathKind, Ports, StartRequest};
use crate::progress::Watch;
use crate::redact::redacting;
use crate::server::{Health, Installation, Launch, Tool, tools_hash};

use super::criteria::{Heard, look_at};

/// Starts the registered command as a client would, and keeps what it offers.
pub async fn verify(context: &Context<'_>, step: &Step, watch: &Watch) -> Result<StepOutcome> {
    let Step::Verify { name, .. } = step else {
        return Err(Error::internal("not a verification"));
    };
    let mut health = None;
    let started = check(context, step, &mut health, watch).await;
    if let (Err(error), Purpose::Verify) = (&started, context.job.plan.purpose)
        && !error.is_cancelled()
    {
        // What was found wrong stays with the server, for its row and the doctor.
        keep(context, name, |installation| {
            installation.last_error = Some(error.clone());
            installation.health.clone_from(&health);
        })?;
    }
    let (tools, answered_ms, pending_approval) = started?;
    let hash = tools_hash(&tools)?;
    let now = context.ports.host.now();
    keep(context, name, |installation| {
        installation.tools.clone_from(&tools);
        installation.tools_hash = Some(hash);
        installation.verified_at = Some(now);
        installation.last_error = None;
        installation.health.clone_from(&health);
    })?;
    Ok(StepOutcome::Verified {
        tools,
        answered_ms,
        pending_approval,
    })
}

async fn check(
    context: &Context<'_>,
    step: &Step,
    health: &mut Option<Health>,
    watch: &Watch,
) -> Result<(Vec<Tool>, u64, bool)> {
    let Step::Verify {
        name,
        command,
        place,
        startup_seconds,
        credential_check,
        // The record has them as well, and that is sealed.
        criteria: _,
    } = step
    else {
        return Err(Error::internal("not a verification"));
    };
    let ports = context.ports;
    let installation = ports.store.installation(name)?;
    let request = StartRequest {
        command: command.clone(),
        folder: place.as_ref().and_then(|place| place.project.clone()),
        startup_seconds: *startup_seconds,
    };
    let asked = Asked {
        installation: installation.as_ref(),
        request: &request,
        credential_check: credential_check.as_ref(),
    };
    let (tools, answered_ms) = handshake(ports, &asked, health, watch).await?;
    let mut pending_approval = false;
    // Claude Desktop cannot be asked; the handshake is what it would do.
    let place = place.as_ref();
    if let Some(place) = place.filter(|place| place.client == Client::ClaudeCode) {
        match client_says(ports, name, place, watch).await? {
            // The person approves a project's servers inside Claude Code.
            ClientHealth::PendingApproval => pending_approval = true,
            // The handshake itself has succeeded; words that a newer Claude Code uses for that do
            // not undo it.
            ClientHealth::Unclear => watch.line("Claude Code's own check could not be read"),
            _ => {}
        }
    }
    Ok((tools, answered_ms, pending_approval))
}

/// What is started and spoken with.
pub struct Asked<'a> {
    /// The record, where there is one: what else is looked at beside the handshake.
    pub installation: Option<&'a Installation>,
    /// The command.
    pub request: &'a StartRequest,
    /// The entry's own check of its credentials.
    pub credential_check: Option<&'a CredentialCheck>,
}

/// Starts a server as a client would: its tools, and the milliseconds to its first answer.
///
/// # Errors
/// `PathMissing`; what the server fails with; `CredentialRefused`, `CriterionUnmet`. `health` is what
/// it said of itself in either case.
/// Whatever it says reaches `watch` and the error without the secrets of the installation.
pub async fn handshake(
    ports: &Ports,
    asked: &Asked<'_>,
    health: &mut Option<Health>,
    watch: &Watch,
) -> Result<(Vec<Tool>, u64)> {
    let work = async move |heard: Watch| spoken(ports, asked, health, &heard).await;
    redacting(ports, asked.installation, watch, work).await
}

async fn spoken(
    ports: &Ports,
    asked: &Asked<'_>,
    health: &mut Option<Health>,
    watch: &Watch,
) -> Result<(Vec<Tool>, u64)> {
    let Asked {
        installation,
        request,
        credential_check,
    } = *asked;
    let command = &request.command;
    if let Some(installation) = installation {
        // Before it is started: its own way of saying so would be a traceback.
        still_there(ports, installation)?;
    }
    let heard = Heard::by(watch);
    let started = ports.mcp.start(request, &heard.watch).await;
    let mut session = match (started, installation) {
        (Ok(session), _) => session,
        (Err(error), Some(installation)) if !error.is_cancelled() => {
            // What it says of itself may differ, and is worth knowing beside it.
            let asked = async {
                Ok(super::health::ask_again(ports, installation, request, &error, watch).await)
            };
            *health = watch.until_cancelled(asked).await?;
            // They may tell why; that it does not answer is what counts.
            let _held = look_at(ports, installation, command, &heard, health, watch).await?;
            return Err(error);
        }
        (Err(error), _) => return Err(error),
    };
    let talked = watch
        .until_cancelled(talk(session.as_mut(), credential_check, watch))
        .await;
    if let Some(installation) = installation {
        *health = super::health::ask(ports, installation, watch).await;
    }
    let answered_ms = session.answered_ms();
    session.close().await?;
    if let Some(installation) = installation {
        let unmet = look_at(ports, installation, command, &heard, health, watch).await?;
        // What the handshake says comes first.
        talked.as_ref().map_err(Clone::clone)?;
        unmet?;
    }
    Ok((talked?, answered_ms))
}

/// What Claude Code itself says of a server at a place of its: never that it cannot use it.
///
/// # Errors
/// Why it cannot: `LauncherNotOnPath`, `ClaudeFailed`.
pub async fn client_says(
    ports: &Ports,
    name: &str,
    place: &Place,
    watch: &Watch,
) -> Result<ClientHealth> {
    let asked = ports.clients.health(name, place);
    match watch.until_cancelled(asked).await? {
        ClientHealth::Failed | ClientHealth::Absent => {
            Err(unreachable_for_claude(ports, name, place).await)
        }
        said => Ok(said),
    }
}

fn still_there(ports: &Ports, installation: &Installation) -> Result<()> {
    let host = &ports.host;
    let mut needs = installation.launch.needs().into_iter();
    match needs.find(|path| host.path_kind(path) == PathKind::Nothing) {
        Some(path) => Err(Error::new(ErrorCode::PathMissing {
            path: path.to_owned(),
        })),
        None => Ok(()),
    }
}

/// Why Claude Code cannot start what we could: a project's registration names `berth` alone.
async fn unreachable_for_claude(ports: &Ports, name: &str, place: &Place) -> Error {
    if place.scope == Scope::Project
        && let Err(error) = ports.host.launcher_on_path().await
    {
        return error;
    }
    Error::new(ErrorCode::ClaudeFailed {
        operation: format!("connect to `{name}`"),
        exit: None,
    })
}

async fn talk(
    session: &mut dyn McpSession,
    credential_check: Option<&CredentialCheck>,
    watch: &Watch,
) -> Result<Vec<Tool>> {
    let tools = session.tools().await?;
    watch.line(format!("{} tools", tools.len()));
    if let Some(check) = credential_check {
        let refused = || {
            Error::new(ErrorCode::CredentialRefused {
                tool: check.tool.clone(),
            })
        };
        match session.call(&check.tool, check.arguments.clone()).await {
            Ok(answer) if answer.is_error => return Err(refused().with_cause(answer.text)),
            Ok(_) => {}
            Err(error) if matches!(error.code, ErrorCode::ToolFailed { .. }) => {
                let refused = refused();
                return Err(error
                    .causes
                    .iter()
                    .fold(refused, |e, cause| e.with_cause(cause)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(tools)
}

/// Changes the record of the current generation.
fn keep(context: &Context<'_>, name: &str, change: impl FnOnce(&mut Installation)) -> Result<()> {
    let Some(mut installation) = context.ports.store.installation(name)? else {
        return Err(Error::new(ErrorCode::NotInstalled {
            name: name.to_owned(),
        }));
    };
    change(&mut installation);
    context.ports.store.put_installation(&installation)
}

/// Removes what starts of this generation made: a container whose launcher was killed, and the
/// volumes that were not there before. Sessions of the generation before go on. The record must be
/// gone: a client, or what a killed process left running, may be starting the server right now.
pub async fn undo(
    context: &Context<'_>,
    installation: &Installation,
    outcome: &StepOutcome,
) -> Result<()> {
    if !matches!(installation.launch, Launch::Container(_)) {
        return Ok(());
    }
    let generation = Some(installation.generation.as_str());
    super::removal::end_sessions(context, &installation.name, generation).await?;
    super::services::undo(context).await?;
    if let StepOutcome::Replaced { volumes, .. } = outcome {
        for volume in volumes {
            context.ports.engine.remove_volume(volume).await?;
        }
    }
    Ok(())
}
