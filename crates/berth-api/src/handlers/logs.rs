//! The logs that servers keep.

use berth_core::catalog::{Entry, LogSpec};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::logs::{LogAsked, spot};
use berth_core::progress::Watch;
use berth_core::server::{Installation, Spot};

use super::Berth;
use crate::types::{LogPage, LogRequest, LogRow};

impl Berth {
    /// The end of a log of an installed server.
    ///
    /// # Errors
    /// `NotInstalled`, `EntryUnknown` where the entry is gone, `LogUnknown`, and what reading it fails
    /// with.
    pub async fn log_read(&self, request: LogRequest) -> Result<LogPage> {
        let installation = self.installed(&request.name).await?;
        let entry = self.entry(&installation.entry).await?;
        let found = of(&entry, &installation).find(|(spec, _)| spec.id == request.log);
        let (spec, at) = found.ok_or_else(|| {
            Error::new(ErrorCode::LogUnknown {
                name: request.name.clone(),
                log: request.log.clone(),
            })
        })?;
        let asked = LogAsked {
            path: spec.path.clone(),
            format: spec.format,
            lines: request.lines,
        };
        let command = self.ports.host.launcher_absolute(&request.name)?;
        let inspector = &self.ports.inspector;
        let end = inspector
            .log_end(&request.name, &command, &asked, &Watch::silent())
            .await?;
        Ok(LogPage {
            log: row((spec, at)),
            end,
        })
    }
}

/// The logs of an installation, in the entry's order.
pub(super) fn rows(entry: &Entry, installation: &Installation) -> Vec<LogRow> {
    of(entry, installation).map(row).collect()
}

/// Those that it has as it is set up, where they are in something that it keeps.
fn of<'a>(
    entry: &'a Entry,
    installation: &'a Installation,
) -> impl Iterator<Item = (&'a LogSpec, Spot)> {
    let specs = entry.logs.iter();
    specs
        .filter(|spec| spec.is_for(&installation.variant, &installation.inputs))
        .filter_map(|spec| Some((spec, spot(installation, &spec.path)?)))
}

fn row((spec, at): (&LogSpec, Spot)) -> LogRow {
    LogRow {
        id: spec.id.clone(),
        title: spec.title.clone(),
        about: spec.about.clone(),
        format: spec.format,
        path: at.path().to_owned(),
    }
}
