use super::Context;
use crate::catalog::Generate;
use crate::error::{Error, ErrorCode, Result};
use crate::plan::{Purpose, VaultItem};

/// Stores a secret that came with the request.
pub async fn store(context: &Context<'_>, input: &str, item: &VaultItem) -> Result<()> {
    // Only a request carries the value: it is nowhere else, so an interrupted job is undone.
    let value = context.secrets.get(input).ok_or_else(|| {
        Error::new(ErrorCode::InputMissing {
            input: input.to_owned(),
        })
    })?;
    context.ports.vault.set(item, value).await
}

/// Makes a secret and stores it. From then on it is taken out of whatever is told of this job.
pub async fn make(context: &Context<'_>, item: &VaultItem, generate: &Generate) -> Result<()> {
    let value = crate::secret::make(generate, context.ports.host.as_ref())?;
    context.reporter.hide(&value);
    context.ports.vault.set(item, &value).await
}

/// Copies a secret. One that is not there any more does not keep a server from being removed.
pub async fn keep(context: &Context<'_>, from: &VaultItem, to: &VaultItem) -> Result<()> {
    let vault = &context.ports.vault;
    if context.job.plan.purpose == Purpose::Remove && !vault.contains(from).await? {
        return Ok(());
    }
    vault.copy(from, to).await
}
