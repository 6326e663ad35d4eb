use async_trait::async_trait;

use crate::client::LauncherCommand;
use crate::error::Result;
use crate::logs::{LogAsked, LogEnd};
use crate::progress::Watch;
use crate::server::CriterionSeen;

/// Looks into what a server keeps, in the program that may read the vault: at what has to be true of
/// it beside its handshake ([`crate::criteria::look`]), and at its logs. It takes the secrets out of
/// what a server says as well.
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

    /// The end of a log of an installation's, without its secrets ([`crate::logs::end_of`]).
    async fn log_end(
        &self,
        name: &str,
        command: &LauncherCommand,
        asked: &LogAsked,
        watch: &Watch,
    ) -> Result<LogEnd>;

    /// The texts in their order, each without the installation's secrets
    /// ([`crate::redact::without_secrets`]).
    async fn redact(
        &self,
        name: &str,
        command: &LauncherCommand,
        texts: Vec<String>,
        watch: &Watch,
    ) -> Result<Vec<String>>;
}
