//! Volumes into files and back, with a real engine.

mod desk;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use berth_core::port::{Backups, Engine};
use berth_core::progress::{Progress, Watch};
use berth_core::secret::Secret;
use berth_testkit::ground;
use tokio_util::sync::CancellationToken;

use self::desk::{Desk, FILL, KEY, LIST, backup, passphrase, python};
use crate::docker;

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_a_volume_comes_back_as_it_was() {
    let desk = Desk::new();
    let [first, second] = ["one", "two"].map(|name| desk.at(name));
    python(&first.volume, &FILL.replace("KEY", KEY));
    python(&second.volume, "open('/v/other', 'w').write('other')");
    let listed = [&first, &second].map(|at| python(&at.volume, LIST));
    assert!(
        listed[0].contains("signing.key' 0o100600 1000 1000"),
        "{}",
        listed[0]
    );

    for encrypted in [true, false] {
        let file = desk.file(if encrypted { "sealed" } else { "plain" });
        let volumes = [first.clone(), second.clone()];
        let size = desk
            .write(&file, &volumes, encrypted)
            .await
            .expect("written");
        let bytes = std::fs::read(&file).expect("read");
        assert_eq!(bytes.len() as u64, size);
        let mode = std::fs::metadata(&file)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let has = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert_ne!(has(KEY), encrypted);
        assert_ne!(has("signing.key"), encrypted);
        assert!(has("its keys"), "what it says of itself can be read");

        let watch = Watch::silent();
        let passphrase = encrypted.then(passphrase);
        let head = desk.backups.head(&file).await.expect("a head");
        assert_eq!(head, backup(2, encrypted));
        let checked = desk.backups.check(&file, passphrase.as_ref(), &watch).await;
        assert_eq!(checked.expect("whole"), head);
        for (number, name) in ["one", "two"].iter().enumerate() {
            let to = desk.at(&format!("{name}-{encrypted}"));
            desk.backups
                .restore(&file, number, &to, passphrase.as_ref(), &watch)
                .await
                .expect("restored");
            assert_eq!(python(&to.volume, LIST), listed[number], "{name}");
            let labels = docker(&[
                "volume",
                "inspect",
                "--format",
                "{{json .Labels}}",
                &to.volume,
            ]);
            assert!(labels.contains("dev.berth.home"), "{labels}");
            // What is there is never written over.
            let again = desk
                .backups
                .restore(&file, number, &to, passphrase.as_ref(), &watch);
            again.await.expect_err("it exists");
        }
        let error = desk
            .write(&file, &volumes, encrypted)
            .await
            .expect_err("there");
        assert_eq!(error.name(), "file_there");
        assert_eq!(std::fs::read(&file).expect("read"), bytes, "it stays");
    }
    let copy = desk.at("copy");
    let watch = Watch::silent();
    let copied = desk.backups.copy(&first, &copy.volume, &watch);
    copied.await.expect("copied");
    assert_eq!(python(&copy.volume, LIST), listed[0]);
    desk.assert_tidy();
}

async fn refused(desk: &Desk, path: &Path, passphrase: Option<Secret>) -> String {
    let file = path.to_str().expect("UTF-8");
    let watch = Watch::silent();
    let checked = desk.backups.check(file, passphrase.as_ref(), &watch).await;
    let name = checked.expect_err("refused").name();
    let to = desk.at(&format!("never-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
    let restored = desk
        .backups
        .restore(file, 0, &to, passphrase.as_ref(), &watch);
    // The first volume may be whole where what is broken comes after it.
    let restored = restored.await.map_err(|error| error.name());
    assert!(
        restored.is_ok() || restored == Err(name.clone()),
        "{name}: {restored:?}"
    );
    name
}

static COUNT: AtomicU64 = AtomicU64::new(0);

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_whole_is_refused() {
    let desk = Desk::new();
    let at = desk.at("keys");
    python(
        &at.volume,
        &format!("open('/v/key', 'w').write('{KEY}' * 9000)"),
    );
    for encrypted in [true, false] {
        let file = desk.file(if encrypted { "sealed" } else { "plain" });
        desk.write(&file, std::slice::from_ref(&at), encrypted)
            .await
            .expect("written");
        let whole = std::fs::read(&file).expect("read");
        let given = || encrypted.then(passphrase);
        let broken = desk.folder.path().join("broken");
        let head = whole
            .iter()
            .skip(15)
            .position(|byte| *byte == b'\n')
            .expect("a line")
            + 16;
        for (at, name) in [
            (0, "backup_foreign"),
            (7, "backup_foreign"),
            (head - 3, "backup_damaged"),
            (head, "backup_damaged"),
            (head + 2, "backup_damaged"),
            (whole.len() / 2, "backup_damaged"),
            (whole.len() - 1, "backup_damaged"),
        ] {
            std::fs::write(&broken, &whole[..at]).expect("written");
            assert_eq!(refused(&desk, &broken, given()).await, name, "cut at {at}");
        }
        for at in [head + 1, head + 9, whole.len() / 2, whole.len() - 5] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(&broken, &changed).expect("written");
            assert_eq!(
                refused(&desk, &broken, given()).await,
                "backup_damaged",
                "byte {at}"
            );
        }
        let text = String::from_utf8_lossy(&whole[..head]).into_owned();
        let renamed = text.replace("\"name\":\"demo\"", "\"name\":\"evil\"");
        assert_ne!(text, renamed);
        std::fs::write(&broken, [renamed.as_bytes(), &whole[head..]].concat()).expect("written");
        assert_eq!(
            refused(&desk, &broken, given()).await,
            "backup_damaged",
            "another head"
        );
        std::fs::write(&broken, [&whole[..], b"x"].concat()).expect("written");
        assert_eq!(
            refused(&desk, &broken, given()).await,
            "backup_damaged",
            "more behind it"
        );
        if encrypted {
            let wrong = Some(Secret::new("correct horse batterx"));
            assert_eq!(
                refused(&desk, Path::new(&file), wrong).await,
                "backup_locked"
            );
            assert_eq!(
                refused(&desk, Path::new(&file), None).await,
                "input_missing"
            );
        }
    }
    let folder = desk.folder.path().to_owned();
    assert_eq!(refused(&desk, &folder, None).await, "backup_foreign");
    assert_eq!(
        refused(&desk, &folder.join("nothing"), None).await,
        "file_failed"
    );
    desk.assert_tidy();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_backup_leaves_nothing() {
    let desk = Desk::new();
    let at = desk.at("large");
    python(
        &at.volume,
        "open('/v/large', 'wb').write(bytes(30_000_000))",
    );
    let cancel = CancellationToken::new();
    let watch = Watch::new(
        {
            let cancel = cancel.clone();
            move |progress| {
                if matches!(progress, Progress::Bytes { done, .. } if done > 100_000) {
                    cancel.cancel();
                }
            }
        },
        cancel.clone(),
    );
    let file = desk.file("cancelled");
    let volumes = [at.clone()];
    let about = backup(1, false);
    let written = desk
        .backups
        .write(&file, &about, &volumes, None, &watch)
        .await;
    assert!(written.expect_err("cancelled").is_cancelled());
    assert!(!Path::new(&file).exists());
    desk.assert_tidy();

    // In use is told, also by others' containers, and only while they run.
    assert!(!desk.engine.volume_in_use(&at.volume).await.expect("asked"));
    let mount = format!("{}:/v", at.volume);
    let python = ground::image_python();
    let run = [
        "run",
        "--detach",
        "--entrypoint",
        "sleep",
        "--volume",
        &mount,
        &python,
        "600",
    ];
    let container = docker(&run);
    assert!(desk.engine.volume_in_use(&at.volume).await.expect("asked"));
    docker(&["kill", &container]);
    assert!(!desk.engine.volume_in_use(&at.volume).await.expect("asked"));
    docker(&["rm", "--force", &container]);

    // Whatever else is at the place stays where it is.
    let other = desk.file("other");
    std::fs::write(&other, "somebody's").expect("written");
    desk.backups.discard(&other, "01K0").await.expect("fine");
    assert!(Path::new(&other).exists());
    desk.write(&file, &volumes, false).await.expect("written");
    desk.backups
        .discard(&file, "another job's")
        .await
        .expect("fine");
    assert!(Path::new(&file).exists());
    desk.backups.discard(&file, "01K0").await.expect("deleted");
    assert!(!Path::new(&file).exists());
}
