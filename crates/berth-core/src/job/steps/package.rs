use super::Context;
use crate::job::StepOutcome;
use crate::port::PathKind;

/// Whether the step will make the folder.
pub fn look_at_folder(context: &Context<'_>, path: &str) -> StepOutcome {
    match context.ports.host.path_kind(path) {
        PathKind::Nothing => StepOutcome::Created,
        _ => StepOutcome::Nothing,
    }
}
