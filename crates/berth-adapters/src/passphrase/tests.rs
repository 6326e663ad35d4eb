use super::*;
use crate::vault::sealed;

fn item(input: &str) -> VaultItem {
    VaultItem {
        name: "n".to_owned(),
        generation: "g".to_owned(),
        input: input.to_owned(),
    }
}

#[tokio::test]
async fn a_short_passphrase_makes_no_vault() {
    let home = tempfile::tempdir().expect("a folder");
    let vault = PassphraseVault::new(home.path());
    let error = vault
        .create(&Secret::new("sieben7"))
        .await
        .expect_err("short");
    assert_eq!(
        error.code,
        ErrorCode::InputInvalid {
            input: "passphrase".to_owned(),
            problem: InputProblem::TooShort { min: SHORTEST }
        }
    );
    assert!(!home.path().join(FILE_NAME).exists());
}

#[test]
fn a_header_that_asks_for_too_much_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join(FILE_NAME);
    for (from, to) in [
        ("\"memory_kib\": 65536", "\"memory_kib\": 4000000000"),
        ("\"passes\": 3", "\"passes\": 100000"),
        ("berth vault 1", "berth vault 2"),
        ("{", "["),
    ] {
        let key = sealed::new_key().expect("random");
        let header = Header::new().expect("made");
        file::write(&path, &header, &key, &Values::new()).expect("written");
        let text = std::fs::read_to_string(&path).expect("read");
        assert!(text.contains(from), "{text}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
        let error = file::read(&path).err().expect("refused");
        assert_eq!(error.name(), "store_damaged", "{from}");
    }
}

/// Everything below needs a place that keeps the key for the session.
#[cfg(target_os = "linux")]
mod unlocked {
    use super::*;

    const PASSPHRASE: &str = "correct horse battery";
    const VALUE: &str = "tok-ünï\n\"quoted\"";

    async fn made(home: &Path) -> PassphraseVault {
        let vault = PassphraseVault::new(home);
        vault.create(&Secret::new(PASSPHRASE)).await.expect("made");
        vault
    }

    #[tokio::test]
    async fn keeps_values_and_nothing_plain() {
        let home = tempfile::tempdir().expect("a folder");
        let vault = made(home.path()).await;
        vault
            .set(&item("a"), &Secret::new(VALUE))
            .await
            .expect("stored");
        let read = vault.get(&item("a")).await.expect("read").expect("there");
        assert_eq!(read.expose(), VALUE);
        let raw = std::fs::read_to_string(home.path().join(FILE_NAME)).expect("read");
        for plain in ["tok-", "n/g/a", PASSPHRASE] {
            assert!(!raw.contains(plain), "{raw}");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(home.path().join(FILE_NAME))
                .expect("there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        vault.lock_now().expect("locked");
    }

    #[tokio::test]
    async fn asks_for_the_passphrase_when_locked_and_takes_only_the_right_one() {
        let home = tempfile::tempdir().expect("a folder");
        let vault = made(home.path()).await;
        vault
            .set(&item("a"), &Secret::new(VALUE))
            .await
            .expect("stored");
        vault.lock_now().expect("locked");
        vault.lock_now().expect("locked already is fine");
        for result in [
            vault.probe().await.map(drop),
            vault.get(&item("a")).await.map(drop),
            vault.set(&item("b"), &Secret::new("x")).await,
            vault.delete(&item("a")).await,
        ] {
            assert_eq!(
                result.expect_err("locked").code,
                ErrorCode::PassphraseNeeded
            );
        }
        let wrong = vault.unlock(&Secret::new("correct horse batterx")).await;
        assert_eq!(wrong.expect_err("wrong").code, ErrorCode::PassphraseWrong);
        assert!(vault.probe().await.is_err(), "still locked");
        vault
            .unlock(&Secret::new(PASSPHRASE))
            .await
            .expect("unlocked");
        let read = vault.get(&item("a")).await.expect("read").expect("there");
        assert_eq!(read.expose(), VALUE);
        vault.lock_now().expect("locked");
    }

    #[tokio::test]
    async fn a_second_vault_does_not_replace_the_first() {
        let home = tempfile::tempdir().expect("a folder");
        let vault = made(home.path()).await;
        let before = std::fs::read(home.path().join(FILE_NAME)).expect("read");
        let again = vault.create(&Secret::new("another passphrase")).await;
        assert_eq!(again.expect_err("exists").name(), "file_failed");
        assert_eq!(
            std::fs::read(home.path().join(FILE_NAME)).expect("read"),
            before
        );
        vault.probe().await.expect("still unlocked");
        vault.lock_now().expect("locked");
    }

    #[tokio::test]
    async fn a_changed_file_is_damaged_not_wrong() {
        let home = tempfile::tempdir().expect("a folder");
        let vault = made(home.path()).await;
        let path = home.path().join(FILE_NAME);
        let text = std::fs::read_to_string(&path).expect("read");
        let sealed = text.split("\"sealed\": \"").nth(1).expect("there");
        let first = sealed.chars().next().expect("there");
        let other = if first == 'A' { 'B' } else { 'A' };
        let changed = text.replacen(
            &format!("\"sealed\": \"{first}"),
            &format!("\"sealed\": \"{other}"),
            1,
        );
        std::fs::write(&path, changed).expect("written");
        assert_eq!(
            vault.get(&item("a")).await.expect_err("changed").code,
            ErrorCode::StoreDamaged {
                path: path.display().to_string()
            }
        );
        vault.lock_now().expect("locked");
    }

    #[tokio::test]
    async fn writers_wait_for_each_other() {
        let home = tempfile::tempdir().expect("a folder");
        let vault = made(home.path()).await;
        let writers = (0..8).map(|n| {
            let vault = PassphraseVault::new(home.path());
            async move {
                vault
                    .set(&item(&format!("i{n}")), &Secret::new(format!("v{n}")))
                    .await
            }
        });
        for written in futures_util::future::join_all(writers).await {
            written.expect("stored");
        }
        for n in 0..8 {
            let read = vault.get(&item(&format!("i{n}"))).await.expect("read");
            assert_eq!(read.expect("there").expose(), format!("v{n}"));
        }
        vault.lock_now().expect("locked");
    }
}
