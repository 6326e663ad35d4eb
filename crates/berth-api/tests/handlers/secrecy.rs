//! A secret goes in and never comes out: every answer, event and error of a whole life is searched
//! for it.

use std::fmt::Write;

use berth_api::types::{
    CatalogQuery, EntryRequest, RemoveRequest, SecretRef, SecretSet, VaultPassphrase,
};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::job::JobState;
use berth_core::plan::Choices;
use berth_core::secret::Secret;
use berth_testkit::fake::ServerScript;
use serde::Serialize;

use crate::desk::{Desk, TOKEN, again, hub, job, name};

/// Everything that was said.
#[derive(Default)]
struct Heard(String);

impl Heard {
    fn hear<T: Serialize + std::fmt::Debug>(&mut self, answer: &Result<T>) {
        let json = match answer {
            Ok(value) => serde_json::to_string(value),
            Err(error) => serde_json::to_string(error),
        };
        let _ = writeln!(self.0, "{}\n{answer:?}", json.unwrap());
        if let Err(error) = answer {
            let _ = writeln!(self.0, "{}\n{:?}", error.message(), error.hint());
        }
    }
}

#[tokio::test]
async fn no_answer_event_or_error_holds_a_secret() {
    let desk = Desk::new();
    let berth = &desk.berth;
    let mut heard = Heard::default();
    let mut events = berth.subscribe();
    berth.startup().await;

    // The server prints its token, as bad servers do.
    let script = ServerScript {
        lines: vec![format!("starting with {TOKEN}")],
        ..ServerScript::default()
    };
    desk.world.state().servers.insert("hub".to_owned(), script);

    heard.hear(&berth.plan_preview(hub()).await);
    let wrong = Choices {
        secrets: [
            ("token".to_owned(), Secret::new(TOKEN)),
            ("nothing".to_owned(), Secret::new(TOKEN)),
        ]
        .into(),
        ..hub()
    };
    heard.hear(&berth.plan_preview(again(&wrong)).await);
    let _ = write!(heard.0, "{wrong:?}");
    let ended = desk.install(hub()).await;
    assert_eq!(ended.state, JobState::Done, "{:?}", ended.error);
    heard.hear(&berth.job_get(job(&ended.id)).await);
    heard.hear(&berth.job_list(()).await);
    heard.hear(&berth.installation_list(()).await);
    heard.hear(&berth.installation_get(name("hub")).await);
    heard.hear(&berth.secret_list(()).await);
    let secret = || SecretRef {
        name: "hub".to_owned(),
        input: "token".to_owned(),
    };
    let value = Secret::new(TOKEN);
    let set = SecretSet {
        secret: secret(),
        value,
    };
    let _ = write!(heard.0, "{set:?}");
    heard.hear(&berth.secret_set(set).await);
    let passphrase = Secret::new(TOKEN);
    heard.hear(&berth.vault_create(VaultPassphrase { passphrase }).await);
    heard.hear(&berth.settings_get(()).await);
    heard.hear(&berth.facts_get(()).await);
    heard.hear(&berth.doctor_run(()).await);
    heard.hear(&berth.catalog_list(CatalogQuery::default()).await);
    let id = "hub".to_owned();
    heard.hear(&berth.entry_get(EntryRequest { id }).await);

    // A failure has its log and its causes.
    let exited = Error::new(ErrorCode::ServerExited { exit: Some(1) });
    desk.world
        .state()
        .servers
        .entry("hub".to_owned())
        .or_default()
        .start = Some(exited.with_cause(format!("cannot use {TOKEN}")));
    let replaced = desk
        .install(Choices {
            replace: true,
            ..hub()
        })
        .await;
    assert_eq!(replaced.state, JobState::Failed);
    heard.hear(&berth.job_get(job(&replaced.id)).await);
    heard.hear(&berth.support_report(()).await);
    let request = RemoveRequest {
        name: "hub".to_owned(),
        delete_data: true,
    };
    heard.hear(&berth.remove_preview(request).await);
    heard.hear(&berth.secret_delete(secret()).await);
    desk.remove_done("hub", true).await;

    while let Ok(Some(event)) =
        tokio::time::timeout(std::time::Duration::from_millis(50), events.next()).await
    {
        heard.hear(&Ok(event));
    }
    assert!(heard.0.contains("starting with"), "the log was heard");
    for line in heard.0.lines() {
        assert!(!line.contains(TOKEN), "{line}");
    }
}
