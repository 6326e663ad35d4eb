use berth_core::export::Format;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Saves an installed server in a format of another program, where a native dialog says.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ExportSave {
    /// The installation's name.
    pub name: String,
    /// The format.
    pub format: Format,
    /// Title of the dialog.
    pub title: String,
}
