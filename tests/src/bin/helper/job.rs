use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use berth_adapters::compose::{Composed, VaultAccess, compose};
use berth_adapters::host::LocalHost;
use berth_core::catalog::{Access, Catalog};
use berth_core::error::Result;
use berth_core::facts::{Facts, Probe, gather};
use berth_core::input::{InputValue, InputValues, PathGrant, SecretValues};
use berth_core::job::{Job, JobRunner};
use berth_core::plan::{Choices, Plan, prepare_install, prepare_remove};
use berth_core::port::Ports;
use berth_core::secret::Secret;
use berth_testkit::faulty::{Fault, Faults, wrap};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::say;

/// `LAUNCHER REQUEST`: carries out a job over this machine as `berth` does, with one fault, and
/// says what came of it. The request is JSON: `purpose` (`install`, `remove`), `name` (of the
/// entry and of the installation), `variant`, `source` (the folder that it is built from), `secret` (the variable that holds the token), and
/// `fault`: `call`, `number` (the first is 0), `kind`.
pub fn run(arguments: &[&str]) -> ExitCode {
    let [launcher, request] = arguments else {
        return ExitCode::from(64);
    };
    let request: Value = serde_json::from_str(request).expect("JSON");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let Composed { mut ports, catalog } = compose(None, VaultAccess::Direct).expect("composed");
    let host = LocalHost::new(None).expect("a host");
    ports.host = Arc::new(host.with_launcher(Path::new(launcher)));
    let faults = faults(&request["fault"]);
    let job = runtime.block_on(async {
        let plan = plan(&ports, &catalog, &request).await?;
        carry_out(&ports, plan, secrets(&request), &faults).await
    });
    let came = match job {
        Ok(job) => json!({
            "state": job.state,
            "error": job.error,
            "leftovers": job.leftovers,
            "calls": faults.calls(),
        }),
        Err(error) => json!({ "refused": error }),
    };
    say(&came.to_string());
    ExitCode::SUCCESS
}

fn faults(fault: &Value) -> Faults {
    let Some(call) = fault["call"].as_str() else {
        return Faults::none();
    };
    let number = fault["number"].as_u64().expect("a number");
    let kind = match fault["kind"].as_str() {
        Some("fail_before") => Fault::FailBefore,
        Some("fail_after") => Fault::FailAfter,
        Some("cancel_before") => Fault::CancelBefore,
        Some("cancel_after") => Fault::CancelAfter,
        other => panic!("{other:?} is no fault"),
    };
    Faults::of(call, usize::try_from(number).expect("small"), kind)
}

fn secrets(request: &Value) -> SecretValues {
    let variable = request["secret"].as_str();
    let value = variable.map(|name| std::env::var(name).expect("the token"));
    value
        .map(|value| ("token".to_owned(), Secret::new(value)))
        .into_iter()
        .collect()
}

fn inputs(request: &Value) -> InputValues {
    let grant = |path: &str| PathGrant {
        path: path.to_owned(),
        access: Access::ReadOnly,
    };
    let source = request["source"].as_str();
    let source = source.map(|path| InputValue::Paths(vec![grant(path)]));
    source
        .map(|value| ("source".to_owned(), value))
        .into_iter()
        .collect()
}

async fn plan(ports: &Ports, catalog: &Catalog, request: &Value) -> Result<Plan> {
    let name = request["name"].as_str().expect("a name");
    if request["purpose"] == "remove" {
        return prepare_remove(ports, name, true).await;
    }
    let choices = Choices {
        entry: name.to_owned(),
        variant: request["variant"].as_str().map(str::to_owned),
        inputs: inputs(request),
        secrets: secrets(request),
        replace: request["replace"] == true,
        ..Choices::default()
    };
    // Only packages depend on what is found here.
    let mut facts = Facts::default();
    if choices.variant.is_some() {
        let mut answers = pin!(gather(ports, &Probe::ALL, Vec::new()));
        while let Some(delta) = answers.next().await {
            facts.apply(delta);
        }
    }
    prepare_install(ports, &*catalog.entry(name)?, &choices, &facts).await
}

async fn carry_out(
    ports: &Ports,
    plan: Plan,
    secrets: SecretValues,
    faults: &Faults,
) -> Result<Job> {
    let runner = JobRunner::new(wrap(ports, faults));
    let started = runner.start(plan, secrets)?;
    let id = started.job().id.clone();
    faults.on_cancel(move || {
        // A job that is over cannot be cancelled any more; nothing is wrong with that.
        let _ = runner.cancel(&id);
    });
    Ok(started.run(Arc::new(|_| {})).await)
}
