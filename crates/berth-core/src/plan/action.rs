//! Doing what an entry offers with its installed server.

use super::prepare::installed;
use super::remove::plan;
use super::{Plan, Purpose, Step, Warning};
use crate::error::{Error, ErrorCode, Result};
use crate::port::{Host, PathKind, Ports};
use crate::server::{Act, Action, Installation};

/// Plans to carry out an action of an installed server, as its record has it.
///
/// # Errors
/// `NotInstalled`, `ActionUnknown`, and why it cannot be done now ([`obstacle`]).
pub fn prepare_action(ports: &Ports, name: &str, action: &str) -> Result<Plan> {
    let installation = installed(ports, name)?;
    let mut known = installation.actions.iter();
    let action = known.find(|known| known.id == action).ok_or_else(|| {
        Error::new(ErrorCode::ActionUnknown {
            name: name.to_owned(),
            action: action.to_owned(),
        })
    })?;
    if let Some(error) = obstacle(ports.host.as_ref(), &installation, action) {
        return Err(error);
    }
    let command = ports.host.launcher_absolute(name)?;
    let step = |(number, act): (usize, &Act)| Step::Act {
        name: name.to_owned(),
        generation: installation.generation.clone(),
        action: action.id.clone(),
        title: action.title.clone(),
        number,
        act: Box::new(act.clone()),
        command: command.clone(),
    };
    let steps = action.steps.iter().enumerate().map(step).collect();
    let mut planned = plan(Purpose::Act, &installation, steps);
    let changes = action.changes.iter().cloned();
    planned
        .warnings
        .extend(changes.map(|what| Warning::Changes { what }));
    for act in &action.steps {
        if let Act::Program { program } = act {
            let warning = Warning::RunsAsYou {
                program: program.shown(),
                folder: program.folder.clone(),
            };
            if !planned.warnings.contains(&warning) {
                planned.warnings.push(warning);
            }
        }
    }
    Ok(planned)
}

/// Why an action cannot be done now, as far as that is known without trying.
#[must_use]
pub fn obstacle(host: &dyn Host, installation: &Installation, action: &Action) -> Option<Error> {
    action.steps.iter().find_map(|act| match act {
        Act::Program { program } => {
            if host.path_kind(&program.folder) != PathKind::Folder {
                return Some(Error::new(ErrorCode::PathMissing {
                    path: program.folder.clone(),
                }));
            }
            let command = program.program.clone();
            (!host.finds(&command)).then(|| Error::new(ErrorCode::CommandMissing { command }))
        }
        Act::Tool { tool, .. } => {
            let is_other = |known: &crate::server::Tool| known.name != *tool;
            let tools = &installation.tools;
            if !tools.is_empty() && tools.iter().all(is_other) {
                let tool = tool.clone();
                return Some(Error::new(ErrorCode::ToolUnknown { tool }));
            }
            cannot_start(host, installation)
        }
        Act::Command { .. } => cannot_start(host, installation),
    })
}

fn cannot_start(host: &dyn Host, installation: &Installation) -> Option<Error> {
    if installation.stopped {
        let name = installation.name.clone();
        return Some(Error::new(ErrorCode::ServicesStopped { name }));
    }
    let mut needs = installation.launch.needs().into_iter();
    let path = needs.find(|path| host.path_kind(path) == PathKind::Nothing)?;
    let path = path.to_owned();
    Some(Error::new(ErrorCode::PathMissing { path }))
}
