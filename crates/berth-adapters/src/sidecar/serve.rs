use berth_core::error::{Error, Result};
use berth_core::port::Vault;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

use super::LONGEST_LINE;
use super::wire::{Answer, Request};

/// Answers requests until the input ends: what `berth vault-serve` does with its standard streams.
pub async fn serve(
    vault: &dyn Vault,
    input: &mut (impl AsyncBufRead + Unpin),
    output: &mut (impl AsyncWrite + Unpin),
) -> Result<()> {
    let broken = |error: std::io::Error| {
        Error::internal("the vault's requests cannot be read or answered").caused_by(&error)
    };
    loop {
        let mut line = Zeroizing::new(Vec::new());
        let read = (&mut *input)
            .take(LONGEST_LINE as u64)
            .read_until(b'\n', &mut line)
            .await
            .map_err(broken)?;
        if read == 0 {
            return Ok(());
        }
        let answer = match serde_json::from_slice(&line) {
            Ok(request) => answer(vault, request).await,
            // The parser's error could quote the request.
            Err(_) => Err(Error::internal("a request to the vault cannot be read")),
        };
        let answer = answer.unwrap_or_else(|error| Answer::Failed { error });
        let mut text = serde_json::to_vec(&answer)
            .map_err(|error| Error::internal("an answer has no JSON form").caused_by(&error))?;
        text.push(b'\n');
        output.write_all(&text).await.map_err(broken)?;
        output.flush().await.map_err(broken)?;
    }
}

async fn answer(vault: &dyn Vault, request: Request) -> Result<Answer> {
    match request {
        Request::Probe => vault.probe().await.map(|vault| Answer::Found { vault }),
        Request::Contains { item } => vault
            .contains(&item)
            .await
            .map(|there| Answer::Contains { there }),
        Request::Set { item, value } => vault.set(&item, &value).await.map(|()| Answer::Done),
        Request::Copy { from, to } => vault.copy(&from, &to).await.map(|()| Answer::Done),
        Request::Delete { item } => vault.delete(&item).await.map(|()| Answer::Done),
        Request::CreatePassphraseVault { passphrase } => vault
            .create_passphrase_vault(&passphrase)
            .await
            .map(|()| Answer::Done),
        Request::Unlock { passphrase } => vault.unlock(&passphrase).await.map(|()| Answer::Done),
    }
}
