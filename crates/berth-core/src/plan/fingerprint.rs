//! What consent is given to.

use sha2::{Digest, Sha256};

use super::{Plan, Step};
use crate::error::{Error, Result};

/// SHA-256, in hexadecimal, over a plan. The new generation's identifier and the time are left
/// out: two plans that differ in nothing else do the same.
pub fn fingerprint(plan: &Plan) -> Result<String> {
    let mut text = serde_json::to_string(plan)
        .map_err(|error| Error::internal("a plan has no JSON form").caused_by(&error))?;
    for step in &plan.steps {
        if let Step::WriteInstallation { installation, .. } = step {
            text = text
                .replace(&installation.generation, "generation")
                .replace(&installation.installed_at, "now");
        }
    }
    Ok(Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
