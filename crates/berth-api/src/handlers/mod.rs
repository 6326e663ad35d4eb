//! The handlers: one method of [`Berth`] for each command, thin, over the ports and the core.

mod actions;
mod app;
mod backups;
mod cards;
mod catalog;
mod diagnose;
mod events;
mod explain;
mod exports;
mod facts;
mod image;
mod install;
mod jobs;
mod logs;
mod places;
mod report;
mod secrets;
mod servers;
mod services;
mod sources;
mod startup;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use berth_core::catalog::Catalog;
use berth_core::error::{Error, Result};
use berth_core::facts::Facts;
use berth_core::job::JobRunner;
use berth_core::port::{Ports, Store};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::desktop::Desktop;
use events::Hub;
pub use events::Subscription;
use facts::Look;
use install::Shown;
use jobs::Running;

/// Everything that Berth can do. The window and the command line call the same methods.
///
/// It must be used inside a Tokio runtime with time and I/O: jobs are tasks of it.
pub struct Berth {
    ports: Ports,
    catalog: Arc<Catalog>,
    desktop: Arc<dyn Desktop>,
    runner: JobRunner,
    look: Look,
    hub: Hub,
    /// Plans that a sheet shows now.
    shown: Mutex<Shown>,
    /// Jobs that this process carries out.
    running: Arc<Mutex<Running>>,
    /// Stops the searches for source folders.
    searching: Mutex<CancellationToken>,
    /// Stops the diagnoses of servers.
    diagnosing: Mutex<CancellationToken>,
}

impl Berth {
    /// Puts Berth together. Nothing is probed and nothing is recovered before
    /// [`Berth::startup`].
    #[must_use]
    pub fn new(ports: Ports, catalog: Arc<Catalog>, desktop: Arc<dyn Desktop>) -> Self {
        let facts = Arc::new(watch::Sender::new(Facts::default()));
        let hub = Hub::new(ports.store.clone(), facts.clone());
        Self {
            runner: JobRunner::new(ports.clone()),
            look: Look {
                ports: ports.clone(),
                facts,
                hub: hub.clone(),
                running: Arc::default(),
            },
            hub,
            ports,
            catalog,
            desktop,
            shown: Mutex::default(),
            running: Arc::default(),
            searching: Mutex::default(),
            diagnosing: Mutex::default(),
        }
    }

    /// A stream of everything that changes from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        self.hub.subscribe()
    }

    /// The facts as they are now.
    fn facts_now(&self) -> Facts {
        self.look.now()
    }

    /// Uses the store away from the async threads: another process can hold it for a moment.
    async fn store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        with_store(self.ports.store.clone(), work).await
    }
}

async fn with_store<T: Send + 'static>(
    store: Arc<dyn Store>,
    work: impl FnOnce(&dyn Store) -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(move || work(store.as_ref()))
        .await
        .unwrap_or_else(|error| Err(Error::internal("a task ended early").caused_by(&error)))
}

/// A panic while a lock was held leaves plain values behind that are still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use berth_core::catalog::Explained;
    use berth_core::doctor::{Check, Diagnosis};
    use berth_core::export::Exported;
    use berth_core::image::ImageReview;
    use berth_core::job::Job;
    use berth_core::plan::Choices;
    use berth_core::settings::Settings;
    use berth_core::source::EnvFound;

    use super::*;
    #[allow(clippy::wildcard_imports)]
    use crate::types::*;

    macro_rules! typed {
        ($($name:ident($request:ty) -> $response:ty;)*) => {
            /// Compiles only while every command is a method with the types of the list.
            #[allow(dead_code)]
            fn every_command_is_a_method() {
                $({
                    fn call(
                        berth: &Berth,
                        request: $request,
                    ) -> impl Future<Output = Result<$response>> + Send + '_ {
                        berth.$name(request)
                    }
                    let _ = call;
                })*
            }
        };
    }
    crate::for_each_command!(typed);
}
