//! Installed servers in the formats of other programs.

use berth_core::client::Scope;
use berth_core::error::Result;
use berth_core::export::{Export, Exported};

use super::Berth;
use crate::types::{ExportSave, NameRequest, Picked};

impl Berth {
    /// An installed server in every format that fits.
    pub async fn export_list(&self, request: NameRequest) -> Result<Vec<Exported>> {
        self.exported(&request.name, |export| export.all()).await
    }

    /// Asks with a native dialog where an export is to go, and writes it there.
    pub async fn export_save(&self, request: ExportSave) -> Result<Picked> {
        let write = |export: Export<'_>| export.write(request.format);
        let exported = self.exported(&request.name, write).await?;
        let path = self
            .desktop
            .save(&request.title, &exported.file_name, &exported.text)
            .await?;
        Ok(Picked { path })
    }

    async fn exported<T>(
        &self,
        name: &str,
        write: impl FnOnce(Export<'_>) -> Result<T>,
    ) -> Result<T> {
        let installation = self.installed(name).await?;
        let entry = self.entry(&installation.entry).await.ok();
        let host = &self.ports.host;
        write(Export {
            installation: &installation,
            entry: entry.as_deref(),
            shared: &host.launcher(name, Scope::Project)?,
            absolute: &host.launcher_absolute(name)?,
            platform: host.platform(),
        })
    }
}
