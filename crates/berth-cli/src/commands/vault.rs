//! `berth vault`

use std::io::IsTerminal;

use berth_api::Berth;
use berth_api::types::VaultPassphrase;
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::secret::Secret;
use serde_json::json;

use crate::args::VaultCommand;
use crate::ask;
use crate::environment::Variable;
use crate::output::Output;

const KEY: &str = "passphrase";

/// Runs it.
pub async fn run(berth: &Berth, out: Output, command: VaultCommand) -> Result<()> {
    match command {
        VaultCommand::Create(args) => {
            let passphrase = new_passphrase(args.env.as_ref())?;
            berth.vault_create(VaultPassphrase { passphrase }).await?;
            out.answer(&json!({ "vault": "created" }), || {
                "The encrypted vault is there, and open until you log out. Without its passphrase nobody can open it again.".to_owned()
            });
        }
        VaultCommand::Unlock(args) => {
            let passphrase = ask::secret(KEY, args.env.as_ref(), "Passphrase: ")?;
            berth.vault_unlock(VaultPassphrase { passphrase }).await?;
            out.answer(&json!({ "vault": "unlocked" }), || {
                "The encrypted vault is open until you log out.".to_owned()
            });
        }
    }
    Ok(())
}

/// A passphrase that was typed without being seen is typed twice.
pub fn new_passphrase(variable: Option<&Variable>) -> Result<Secret> {
    let first = ask::secret(KEY, variable, "New passphrase: ")?;
    if variable.is_none() && std::io::stdin().is_terminal() {
        let second = ask::secret(KEY, None, "Again: ")?;
        if first.expose() != second.expose() {
            return Err(Error::new(ErrorCode::PassphraseWrong));
        }
    }
    Ok(first)
}
