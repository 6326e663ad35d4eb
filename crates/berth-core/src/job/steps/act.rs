use tokio_util::sync::CancellationToken;

use super::Context;
use crate::error::{Error, ErrorCode, Result};
use crate::plan::Step;
use crate::port::ActAsked;
use crate::progress::Watch;
use crate::server::Act;

/// Does a step of an action, as it was agreed to.
pub async fn perform(context: &Context<'_>, step: &Step, watch: &Watch) -> Result<()> {
    done(context, step, false, watch).await
}

/// Undoes one that can be undone.
pub async fn undo(context: &Context<'_>, step: &Step) -> Result<()> {
    let Step::Act { number, act, .. } = step else {
        return Ok(());
    };
    if !matches!(**act, Act::Command { undo: Some(_), .. }) {
        return Ok(());
    }
    // The plan has the action's steps and no other ones, so their numbers are the same.
    let number = u32::try_from(*number).unwrap_or(u32::MAX);
    let watch = context.reporter.watch(number, CancellationToken::new());
    let undone = done(context, step, true, &watch).await;
    context.reporter.flush();
    undone
}

async fn done(context: &Context<'_>, step: &Step, undo: bool, watch: &Watch) -> Result<()> {
    let Step::Act {
        name,
        generation,
        action,
        number,
        act,
        command,
        ..
    } = step
    else {
        return Err(Error::internal("not a step of an action"));
    };
    let Some(installation) = context.ports.store.installation(name)? else {
        return Err(Error::new(ErrorCode::NotInstalled { name: name.clone() }));
    };
    let mut known = installation.actions.iter();
    let known = known
        .find(|known| known.id == *action)
        .and_then(|known| known.steps.get(*number));
    // It is done from the record.
    if installation.generation != *generation || known != Some(&**act) {
        return Err(Error::new(ErrorCode::PlanChanged));
    }
    let beside = matches!(**act, Act::Command { .. });
    if beside && installation.launch.stack().is_some() {
        context.ports.services.up(name, command, watch).await?;
    }
    let asked = ActAsked {
        name: name.clone(),
        action: action.clone(),
        step: *number,
        job: context.job.id.clone(),
        undo,
    };
    context.ports.actor.act(&asked, command, watch).await
}
