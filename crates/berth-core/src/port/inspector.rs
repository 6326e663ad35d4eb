use async_trait::async_trait;

use crate::client::LauncherCommand;
use crate::error::Result;
use crate::progress::Watch;
use crate::server::CriterionSeen;

/// Looks at what has to be true of a server beside its handshake, in the program that may read the
/// vault ([`crate::criteria::look`]).
#[async_trait]
pub trait Inspector: Send + Sync {
    /// What was seen of an installation's criteria. `command` is the launcher's, as for a session of
    /// it; `printed` is what its server wrote on standard error. Cancelling ends what was begun.
    async fn inspect(
        &self,
        name: &str,
        command: &LauncherCommand,
        printed: Vec<String>,
        watch: &Watch,
    ) -> Result<Vec<CriterionSeen>>;
}
