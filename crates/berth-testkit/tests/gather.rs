//! Probes side by side on a machine in memory.

use std::sync::Arc;

use berth_core::error::{ErrorCode, Result};
use berth_core::facts::{Fact, Facts, Probe, VaultFacts, gather};
use berth_core::plan::VaultItem;
use berth_core::port::Vault;
use berth_core::secret::Secret;
use berth_testkit::fake::World;
use futures_util::StreamExt as _;

/// A keychain that shows its prompt and waits.
struct Waiting;

#[async_trait::async_trait]
impl Vault for Waiting {
    async fn probe(&self) -> Result<VaultFacts> {
        std::future::pending().await
    }
    async fn set(&self, _: &VaultItem, _: &Secret) -> Result<()> {
        std::future::pending().await
    }
    async fn contains(&self, _: &VaultItem) -> Result<bool> {
        std::future::pending().await
    }
    async fn copy(&self, _: &VaultItem, _: &VaultItem) -> Result<()> {
        std::future::pending().await
    }
    async fn delete(&self, _: &VaultItem) -> Result<()> {
        std::future::pending().await
    }
    async fn create_passphrase_vault(&self, _: &Secret) -> Result<()> {
        std::future::pending().await
    }
    async fn unlock(&self, _: &Secret) -> Result<()> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_waits_holds_nobody_up_and_ends_at_its_deadline() {
    let mut ports = World::new().ports();
    ports.vault = Arc::new(Waiting);
    let mut answers = gather(&ports, &Probe::ALL, Vec::new());
    let mut facts = Facts::default();
    let mut order = Vec::new();
    while let Some(answer) = answers.next().await {
        order.push(answer.probe());
        facts.apply(answer);
    }
    assert_eq!(order.len(), Probe::ALL.len());
    assert_eq!(
        order.last(),
        Some(&Probe::Vault),
        "all others were there before"
    );
    assert!(facts.engine.found().is_some() && facts.node.found().is_some());
    let late = facts.vault.missing().map(|error| error.code.clone());
    assert!(
        matches!(late, Some(ErrorCode::KeychainTimeout { .. })),
        "{late:?}"
    );
}

#[tokio::test]
async fn only_what_was_asked_for_is_probed() {
    let ports = World::new().ports();
    let mut answers = gather(&ports, &[Probe::Git], Vec::new());
    let mut facts = Facts::default();
    while let Some(answer) = answers.next().await {
        facts.apply(answer);
    }
    assert!(facts.git.found().is_some());
    assert_eq!(facts.engine, Fact::Unknown);
}
