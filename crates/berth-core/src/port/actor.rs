use async_trait::async_trait;

use crate::client::LauncherCommand;
use crate::error::Result;
use crate::progress::Watch;

/// Does the steps of actions, in the program that may read the vault ([`crate::actions::act`]).
#[async_trait]
pub trait Actor: Send + Sync {
    /// Does a step of an installation's action, or undoes it, from the record. `command` is the
    /// launcher's, as for a session of it. What it prints goes to the watch, without secrets.
    /// Cancelling ends what was begun; an undo waits until what it undoes has ended.
    async fn act(&self, asked: &ActAsked, command: &LauncherCommand, watch: &Watch) -> Result<()>;
}

/// Which step of which action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActAsked {
    /// The installation.
    pub name: String,
    /// The action.
    pub action: String,
    /// Number of the step in it; the first is 0.
    pub step: usize,
    /// The job that it is for: a ULID.
    pub job: String,
    /// Whether it is undone.
    pub undo: bool,
}
