//! The contract of [`Vault`], and of [`SecretReader`] on what was stored.

use berth_core::error::ErrorCode;
use berth_core::plan::VaultItem;
use berth_core::port::{SecretReader, Vault};
use berth_core::secret::Secret;

/// Runs the whole suite on a vault that can be used and has no items of the installations
/// `contract-a` and `contract-b`; it leaves none. `reader` reads what the vault stored; the
/// window's half of a vault has none.
pub async fn check(vault: &dyn Vault, reader: Option<&dyn SecretReader>) {
    let facts = vault.probe().await.expect("it can be used");
    assert!(!facts.product.is_empty());
    stores_and_deletes(vault, reader).await;
    takes_every_text(vault, reader).await;
    keeps_items_apart(vault, reader).await;
    copies(vault, reader).await;
}

fn item(name: &str, generation: &str, input: &str) -> VaultItem {
    VaultItem {
        name: name.to_owned(),
        generation: generation.to_owned(),
        input: input.to_owned(),
    }
}

async fn expect(reader: Option<&dyn SecretReader>, item: &VaultItem, value: &str) {
    if let Some(reader) = reader {
        let read = reader.get(item).await.expect("read");
        // Not assert_eq: that would print what should be secret.
        assert!(
            read.expose() == value,
            "{}: {} characters instead of {}",
            item.account(),
            read.chars(),
            value.chars().count()
        );
    }
}

async fn expect_nothing(vault: &dyn Vault, reader: Option<&dyn SecretReader>, item: &VaultItem) {
    assert!(!vault.contains(item).await.expect("asked"));
    if let Some(reader) = reader {
        let error = reader.get(item).await.expect_err("there is nothing");
        let (name, input) = (item.name.clone(), item.input.clone());
        assert_eq!(error.code, ErrorCode::SecretMissing { name, input });
    }
}

async fn stores_and_deletes(vault: &dyn Vault, reader: Option<&dyn SecretReader>) {
    let item = item("contract-a", "G1", "token");
    expect_nothing(vault, reader, &item).await;
    vault
        .set(&item, &Secret::new("first"))
        .await
        .expect("stored");
    assert!(vault.contains(&item).await.expect("asked"));
    expect(reader, &item, "first").await;
    vault
        .set(&item, &Secret::new("second"))
        .await
        .expect("replaced");
    expect(reader, &item, "second").await;
    vault.delete(&item).await.expect("deleted");
    expect_nothing(vault, reader, &item).await;
    vault.delete(&item).await.expect("missing is fine");
}

async fn takes_every_text(vault: &dyn Vault, reader: Option<&dyn SecretReader>) {
    let item = item("contract-a", "G1", "text");
    let long = "-----BEGIN KEY-----\n".repeat(10_000);
    for value in [
        "x",
        " blanks around ",
        "quotes \" ' ` and \\ $HOME %PATH%",
        "two\nlines\r\nand a tab\t",
        "ünïcödé – 鍵 🔑",
        "\u{1}control\u{7f}",
        "a".repeat(2_560).as_str(),
        "a".repeat(2_561).as_str(),
        long.as_str(),
    ] {
        vault.set(&item, &Secret::new(value)).await.expect("stored");
        expect(reader, &item, value).await;
    }
    vault.delete(&item).await.expect("deleted");
    expect_nothing(vault, reader, &item).await;
}

async fn keeps_items_apart(vault: &dyn Vault, reader: Option<&dyn SecretReader>) {
    let items = [
        item("contract-a", "G1", "token"),
        item("contract-a", "G1", "token2"),
        item("contract-a", "G2", "token"),
        item("contract-b", "G1", "token"),
    ];
    for item in &items {
        vault
            .set(item, &Secret::new(item.account()))
            .await
            .expect("stored");
    }
    vault.delete(&items[0]).await.expect("deleted");
    expect_nothing(vault, reader, &items[0]).await;
    for item in &items[1..] {
        expect(reader, item, &item.account()).await;
        assert!(vault.contains(item).await.expect("asked"));
        vault.delete(item).await.expect("deleted");
    }
}

async fn copies(vault: &dyn Vault, reader: Option<&dyn SecretReader>) {
    let (from, to) = (
        item("contract-a", "G1", "token"),
        item("contract-a", "G2", "token"),
    );
    let error = vault.copy(&from, &to).await.expect_err("nothing to copy");
    assert_eq!(error.name(), "secret_missing");
    expect_nothing(vault, reader, &to).await;
    vault
        .set(&from, &Secret::new("kept"))
        .await
        .expect("stored");
    vault.copy(&from, &to).await.expect("copied");
    vault.delete(&from).await.expect("deleted");
    expect(reader, &to, "kept").await;
    assert!(vault.contains(&to).await.expect("asked"));
    vault.delete(&to).await.expect("deleted");
}
