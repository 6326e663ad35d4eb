//! What an error that a person has pasted shows.

use berth_core::catalog::Explained;
use berth_core::error::Result;

use super::Berth;
use crate::types::ExplainRequest;

impl Berth {
    /// What a pasted text shows: what the entry knows of, and errors of Berth's own. Nothing is kept of
    /// it.
    ///
    /// # Errors
    /// `EntryUnknown`.
    pub async fn error_explain(&self, request: ExplainRequest) -> Result<Explained> {
        let entry = self.entry(&request.entry).await?;
        Ok(entry.explain(request.variant.as_deref(), request.text.expose()))
    }
}
