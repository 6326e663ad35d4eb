use async_trait::async_trait;
use berth_core::backup::Backup;
use berth_core::error::Result;
use berth_core::port::{Backups, VolumeAt};
use berth_core::progress::Watch;
use berth_core::secret::Secret;

use super::Faulty;

#[async_trait]
impl Backups for Faulty<dyn Backups> {
    async fn head(&self, file: &str) -> Result<Backup> {
        let work = self.port.head(file);
        self.faults.around_async("backups.head", work).await
    }

    async fn write(
        &self,
        file: &str,
        backup: &Backup,
        volumes: &[VolumeAt],
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<u64> {
        let work = self.port.write(file, backup, volumes, passphrase, watch);
        self.faults.around_async("backups.write", work).await
    }

    async fn discard(&self, file: &str, id: &str) -> Result<()> {
        let work = self.port.discard(file, id);
        self.faults.around_async("backups.discard", work).await
    }

    async fn check(
        &self,
        file: &str,
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<Backup> {
        let work = self.port.check(file, passphrase, watch);
        self.faults.around_async("backups.check", work).await
    }

    async fn restore(
        &self,
        file: &str,
        number: usize,
        to: &VolumeAt,
        passphrase: Option<&Secret>,
        watch: &Watch,
    ) -> Result<()> {
        let work = self.port.restore(file, number, to, passphrase, watch);
        self.faults.around_async("backups.restore", work).await
    }

    async fn copy(&self, from: &VolumeAt, to: &str, watch: &Watch) -> Result<()> {
        let work = self.port.copy(from, to, watch);
        self.faults.around_async("backups.copy", work).await
    }
}
