//! `berth secret`

use berth_api::Berth;
use berth_api::types::{SecretRef, SecretRow, SecretSet};
use berth_core::error::Result;
use serde_json::json;

use crate::args::{SecretCommand, SecretDeleteArgs, SecretSetArgs};
use crate::ask;
use crate::output::table::Table;
use crate::output::{Output, clean};

/// Runs it.
pub async fn run(berth: &Berth, out: Output, command: SecretCommand) -> Result<()> {
    match command {
        SecretCommand::Set(args) => set(berth, out, args).await,
        SecretCommand::List => {
            let rows = berth.secret_list(()).await?;
            out.answer(&rows, || text(&rows));
            Ok(())
        }
        SecretCommand::Delete(args) => delete(berth, out, args).await,
    }
}

async fn set(berth: &Berth, out: Output, args: SecretSetArgs) -> Result<()> {
    let SecretSetArgs { name, key, env } = args;
    let value = ask::secret(&key, env.as_ref(), &format!("{key}: "))?;
    let secret = SecretRef {
        name: name.clone(),
        input: key.clone(),
    };
    berth.secret_set(SecretSet { secret, value }).await?;
    out.answer(
        &json!({ "name": name, "input": key, "stored": true }),
        || {
            clean(&format!(
                "The secret {key} of {name} is stored. `berth verify {name}` tries it."
            ))
        },
    );
    Ok(())
}

async fn delete(berth: &Berth, out: Output, args: SecretDeleteArgs) -> Result<()> {
    let SecretDeleteArgs { name, key, consent } = args;
    let question =
        format!("Delete the secret {key} of {name}? The server will not start without it.");
    ask::consent(out, consent.yes, &clean(&question))?;
    let secret = SecretRef {
        name: name.clone(),
        input: key.clone(),
    };
    berth.secret_delete(secret).await?;
    out.answer(
        &json!({ "name": name, "input": key, "stored": false }),
        || clean(&format!("The secret {key} of {name} is deleted.")),
    );
    Ok(())
}

fn text(rows: &[SecretRow]) -> String {
    if rows.is_empty() {
        return "No installed server has a secret.".to_owned();
    }
    let mut table = Table::new(["SERVER", "KEY", "STORED", "VARIABLE", "WHAT IT IS"]);
    for row in rows {
        let stored = match row.stored {
            Some(true) => "yes",
            Some(false) => "no",
            None => "the vault cannot say",
        };
        table.row([
            row.name.clone(),
            row.input.clone(),
            stored.to_owned(),
            row.env.join(", "),
            row.title.clone(),
        ]);
    }
    table.text()
}
