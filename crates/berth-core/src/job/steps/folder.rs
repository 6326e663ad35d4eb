use super::Context;
use crate::error::{Error, ErrorCode, Result};
use crate::job::StepOutcome;
use crate::port::PathKind;

/// A folder that is kept where it is there: whether the step will make it.
pub fn look(context: &Context<'_>, path: &str) -> StepOutcome {
    match context.ports.host.path_kind(path) {
        PathKind::Nothing => StepOutcome::Created,
        _ => StepOutcome::Nothing,
    }
}

/// A folder of a new generation: one that is there belongs to somebody else.
pub fn look_at_new(context: &Context<'_>, path: &str) -> Result<StepOutcome> {
    match look(context, path) {
        StepOutcome::Created => Ok(StepOutcome::Created),
        _ => Err(Error::new(ErrorCode::FileFailed {
            operation: "make".to_owned(),
            path: path.to_owned(),
        })),
    }
}
