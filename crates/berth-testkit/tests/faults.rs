//! The fault injection itself: what it counts, and what a crash leaves.

use berth_core::error::ErrorCode;
use berth_core::plan::VaultItem;
use berth_core::secret::Secret;
use berth_testkit::fake::World;
use berth_testkit::faulty::{Fault, Faults, outcome, wrap};

fn item() -> VaultItem {
    VaultItem {
        name: "time".to_owned(),
        generation: "G1".to_owned(),
        input: "token".to_owned(),
    }
}

#[tokio::test]
async fn a_fault_happens_once_at_its_call() {
    for (fault, stored) in [(Fault::FailBefore, false), (Fault::FailAfter, true)] {
        let world = World::new();
        let faults = Faults::at(1, fault);
        let ports = wrap(&world.ports(), &faults);
        ports.vault.probe().await.expect("the first call");
        let error = ports
            .vault
            .set(&item(), &Secret::new("value"))
            .await
            .expect_err("the second call");
        assert!(
            matches!(error.code, ErrorCode::Internal { .. }),
            "{error:?}"
        );
        assert_eq!(world.state().secrets.contains_key(&item()), stored);
        ports.vault.delete(&item()).await.expect("the third call");
        assert_eq!(faults.calls(), ["vault.probe", "vault.set", "vault.delete"]);
    }
}

#[tokio::test]
async fn a_fault_can_be_told_by_the_name_of_its_call() {
    let world = World::new();
    let faults = Faults::of("vault.set", 1, Fault::FailBefore);
    let ports = wrap(&world.ports(), &faults);
    let value = Secret::new("value");
    ports.vault.set(&item(), &value).await.expect("the first");
    ports.vault.probe().await.expect("another");
    assert!(
        ports.vault.set(&item(), &value).await.is_err(),
        "the second"
    );
    ports.vault.set(&item(), &value).await.expect("the third");
}

#[tokio::test]
async fn nothing_returns_after_a_crash() {
    for (fault, made) in [(Fault::CrashBefore, false), (Fault::CrashAfter, true)] {
        let world = World::new();
        let faults = Faults::at(0, fault);
        let ports = wrap(&world.ports(), &faults);
        let folder = format!("{}/x", World::BERTH_HOME);
        let came = outcome({
            let (ports, folder) = (ports.clone(), folder.clone());
            async move { ports.host.create_folder(&folder).is_ok() }
        });
        assert_eq!(came.await, None);
        assert!(faults.crashed());
        let after = outcome({
            let ports = ports.clone();
            async move { ports.store.settings().is_ok() }
        });
        assert_eq!(after.await, None, "the process has ended");
        assert_eq!(world.state().files.canonical(&folder).is_some(), made);
    }
}

#[tokio::test]
async fn a_lock_ends_with_its_process() {
    let world = World::new();
    let faults = Faults::at(1, Fault::CrashBefore);
    let ports = wrap(&world.ports(), &faults);
    let came = outcome(async move {
        let guard = ports.store.lock_job("J1").expect("asked");
        assert!(guard.is_some());
        ports.store.settings().map(|_| guard)
    });
    assert!(came.await.is_none());
    assert!(world.ports().store.lock_job("J1").expect("asked").is_some());
}
