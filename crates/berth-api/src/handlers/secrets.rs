//! Secrets: they go in and never come out.

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::{Probe, VaultKind};
use berth_core::input::{check_secret, filled_link};
use berth_core::plan::{VaultItem, vault_items};
use berth_core::server::Installation;

use super::Berth;
use crate::types::{AppEvent, SecretRef, SecretRow, SecretSet, VaultPassphrase};

impl Berth {
    /// Which installation has which secret.
    pub async fn secret_list(&self, _: ()) -> Result<Vec<SecretRow>> {
        let installations = self.store(|store| store.installations()).await?;
        let mut rows = Vec::new();
        for installation in &installations {
            let entry = self.entry(&installation.entry).await.ok();
            for item in vault_items(installation) {
                let spec = entry.as_ref().and_then(|entry| entry.input(&item.input));
                rows.push(SecretRow {
                    name: installation.name.clone(),
                    server: installation.title.clone(),
                    title: spec.map_or_else(|| item.input.clone(), |spec| spec.title.clone()),
                    env: environment(installation, &item.input),
                    link: spec
                        .and_then(|spec| spec.link.as_deref())
                        .and_then(|link| filled_link(link, &installation.inputs)),
                    stored: self.ports.vault.contains(&item).await.ok(),
                    input: item.input,
                });
            }
        }
        Ok(rows)
    }

    /// Stores or replaces the secret of an installed server. It is not verified any more until
    /// the new value has been tried.
    pub async fn secret_set(&self, request: SecretSet) -> Result<()> {
        let SecretSet { secret, value } = request;
        let (installation, item) = self.secret_item(&secret).await?;
        let entry = self.entry(&installation.entry).await.ok();
        if let Some(spec) = entry.as_ref().and_then(|entry| entry.input(&secret.input)) {
            check_secret(spec, &value).map_err(|problem| {
                Error::new(ErrorCode::InputInvalid {
                    input: secret.input.clone(),
                    problem,
                })
            })?;
        } else if value.is_empty() {
            return Err(Error::new(ErrorCode::InputMissing {
                input: secret.input,
            }));
        }
        self.ports.vault.set(&item, &value).await?;
        self.untried(&installation).await
    }

    /// Deletes the secret of an installed server.
    pub async fn secret_delete(&self, request: SecretRef) -> Result<()> {
        let (installation, item) = self.secret_item(&request).await?;
        self.ports.vault.delete(&item).await?;
        self.untried(&installation).await
    }

    /// Makes the encrypted vault and chooses it.
    pub async fn vault_create(&self, request: VaultPassphrase) -> Result<()> {
        let vault = &self.ports.vault;
        vault.create_passphrase_vault(&request.passphrase).await?;
        let settings = self
            .store(|store| {
                let mut settings = store.settings()?;
                settings.vault = Some(VaultKind::Passphrase);
                store.put_settings(&settings)?;
                Ok(settings)
            })
            .await?;
        self.hub.send(AppEvent::Settings { settings });
        self.vault_changed().await
    }

    /// Unlocks the encrypted vault for this login session.
    pub async fn vault_unlock(&self, request: VaultPassphrase) -> Result<()> {
        self.ports.vault.unlock(&request.passphrase).await?;
        self.vault_changed().await
    }

    async fn vault_changed(&self) -> Result<()> {
        self.look.probe(&[Probe::Vault]).await?;
        self.hub.send(AppEvent::Installations);
        Ok(())
    }

    /// The vault item of an installed server's input. A job that is at work on it may be about to
    /// replace the generation that the item belongs to.
    async fn secret_item(&self, secret: &SecretRef) -> Result<(Installation, VaultItem)> {
        let installation = self.installed(&secret.name).await?;
        let item = vault_items(&installation)
            .into_iter()
            .find(|item| item.input == secret.input)
            .ok_or_else(|| {
                Error::new(ErrorCode::InputUnknown {
                    input: secret.input.clone(),
                })
            })?;
        let name = installation.name.clone();
        let busy = self
            .store(|store| store.open_jobs())
            .await?
            .into_iter()
            .any(|job| job.plan.name == name);
        if busy {
            return Err(Error::new(ErrorCode::JobRunning { name }));
        }
        Ok((installation, item))
    }

    /// What was verified was verified with the old value. The write also tells other processes.
    async fn untried(&self, installation: &Installation) -> Result<()> {
        let mut installation = installation.clone();
        installation.verified_at = None;
        installation.last_error = None;
        self.store(move |store| store.put_installation(&installation))
            .await?;
        self.hub.send(AppEvent::Installations);
        Ok(())
    }
}

/// Environment variables that a server gets a secret in.
fn environment(installation: &Installation, input: &str) -> Vec<String> {
    installation
        .secrets
        .iter()
        .filter(|secret| secret.input == input)
        .map(|secret| secret.env.clone())
        .collect()
}
