//! What an entry offers to do, with the paths and programs of this installation.

use super::{Planning, grants};
use crate::catalog::ActSpec;
use crate::error::{Error, Result};
use crate::server::{Act, Action, FolderProgram, Launch};

impl Planning<'_> {
    /// The actions of the variant.
    pub(super) fn actions(&self, launch: &Launch) -> Result<Vec<Action>> {
        let specs = self.entry.actions.iter();
        specs
            .filter(|spec| spec.is_for(&self.variant.id))
            // What runs in a folder that nobody gave is not offered.
            .filter(|spec| spec.steps.iter().all(|act| self.has_folder(act)))
            .map(|spec| {
                let steps = spec.steps.iter().map(|act| self.act(launch, act));
                Ok(Action {
                    id: spec.id.clone(),
                    title: spec.title.clone(),
                    help: spec.help.clone(),
                    changes: spec.changes.clone(),
                    steps: steps.collect::<Result<_>>()?,
                })
            })
            .collect()
    }

    fn has_folder(&self, act: &ActSpec) -> bool {
        match act {
            ActSpec::Program { input, .. } => !grants(&self.choices.inputs, input).is_empty(),
            ActSpec::Command { .. } | ActSpec::Tool { .. } => true,
        }
    }

    fn act(&self, launch: &Launch, act: &ActSpec) -> Result<Act> {
        Ok(match act {
            ActSpec::Command {
                command,
                undo,
                seconds,
            } => {
                let undo = undo.as_ref();
                Act::Command {
                    program: self.program(launch, command, *seconds)?,
                    undo: undo
                        .map(|undo| self.program(launch, undo, *seconds))
                        .transpose()?,
                }
            }
            ActSpec::Tool { tool, arguments } => Act::Tool {
                tool: tool.clone(),
                arguments: arguments.clone(),
            },
            ActSpec::Program {
                input,
                program,
                arguments,
                seconds,
            } => {
                let folder = grants(&self.choices.inputs, input).into_iter().next();
                let folder = folder.ok_or_else(|| Error::internal("a folder has no value"))?;
                Act::Program {
                    program: FolderProgram {
                        folder: folder.path,
                        program: program.clone(),
                        args: arguments.clone(),
                        seconds: *seconds,
                    },
                }
            }
        })
    }
}
