use std::future::Future;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use berth_core::error::{Error, ErrorCode, Result};

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails and has done nothing.
    FailBefore,
    /// It has done its work, and fails.
    FailAfter,
    /// The job is cancelled, then the call goes on.
    CancelBefore,
    /// The call goes on, then the job is cancelled.
    CancelAfter,
    /// The process ends before the call has done anything.
    CrashBefore,
    /// The process ends when the call has done its work, before anybody hears of it.
    CrashAfter,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::FailBefore,
        Self::FailAfter,
        Self::CancelBefore,
        Self::CancelAfter,
        Self::CrashBefore,
        Self::CrashAfter,
    ];
}

/// What a crash unwinds with. It stands for the end of the process: nothing catches it but the
/// test, and from then on no call of the same [`Faults`] returns.
#[derive(Debug)]
pub struct Crash;

/// Where faults happen. One of it belongs to one process of a test: after a crash, a new one
/// starts with a new one.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    at: Option<(usize, Fault)>,
    of: Option<(String, usize, Fault)>,
    always: Vec<String>,
    calls: Vec<&'static str>,
    crashed: bool,
    cancel: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Faults {
    /// Only counts.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A fault at the call with this index (the first is 0).
    #[must_use]
    pub fn at(call: usize, fault: Fault) -> Self {
        let faults = Self::default();
        faults.state().at = Some((call, fault));
        faults
    }

    /// A fault at the call of this name (`vault.set`) with this index among its like (the first is
    /// 0). For real ports, where polls fall between the calls as the clock has it.
    #[must_use]
    pub fn of(name: &str, number: usize, fault: Fault) -> Self {
        let faults = Self::default();
        faults.state().of = Some((name.to_owned(), number, fault));
        faults
    }

    /// Calls of these names (`vault.delete`) always fail and do nothing.
    #[must_use]
    pub fn always(names: &[&str]) -> Self {
        let faults = Self::default();
        faults.state().always = names.iter().map(|name| (*name).to_owned()).collect();
        faults
    }

    /// What a cancel does.
    pub fn on_cancel(&self, cancel: impl Fn() + Send + Sync + 'static) {
        self.state().cancel = Some(Arc::new(cancel));
    }

    /// The names of all calls so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<&'static str> {
        self.state().calls.clone()
    }

    /// Whether the process of these faults has ended.
    #[must_use]
    pub fn crashed(&self) -> bool {
        self.state().crashed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call; what is to happen at it.
    fn enter(&self, name: &'static str) -> Result<Option<Fault>> {
        let fault = {
            let mut state = self.state();
            if state.crashed {
                None
            } else {
                let index = state.calls.len();
                let number = state.calls.iter().filter(|call| **call == name).count();
                state.calls.push(name);
                if state.always.iter().any(|always| always == name) {
                    Some(Fault::FailBefore)
                } else {
                    let at = state.at.filter(|(at, _)| *at == index).map(|(_, f)| f);
                    let of = state
                        .of
                        .as_ref()
                        .filter(|of| (of.0.as_str(), of.1) == (name, number));
                    at.or(of.map(|of| of.2))
                }
            }
        };
        self.die_if(self.crashed() || fault == Some(Fault::CrashBefore));
        match fault {
            Some(Fault::FailBefore) => Err(injected(name)),
            Some(Fault::CancelBefore) => {
                self.cancel();
                Ok(None)
            }
            other => Ok(other),
        }
    }

    fn leave<T>(&self, name: &'static str, fault: Option<Fault>, result: Result<T>) -> Result<T> {
        self.die_if(fault == Some(Fault::CrashAfter));
        match fault {
            Some(Fault::FailAfter) => Err(injected(name)),
            Some(Fault::CancelAfter) => {
                self.cancel();
                result
            }
            _ => result,
        }
    }

    fn cancel(&self) {
        let cancel = self.state().cancel.clone();
        if let Some(cancel) = cancel {
            cancel();
        }
    }

    /// Unwinds without the panic's message, which would only fill the tests' output.
    fn die_if(&self, dead: bool) {
        if dead {
            self.state().crashed = true;
            resume_unwind(Box::new(Crash));
        }
    }

    pub(super) fn around<T>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let fault = self.enter(name)?;
        self.leave(name, fault, work())
    }

    pub(super) async fn around_async<T>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let fault = self.enter(name)?;
        let result = work.await;
        self.leave(name, fault, result)
    }
}

fn injected(name: &str) -> Error {
    Error::new(ErrorCode::Internal {
        what: format!("injected fault in {name}"),
    })
}

/// What came of a process: its result, or `None` where it crashed. Other panics go on.
pub async fn outcome<T: Send + 'static>(
    process: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    match tokio::spawn(process).await {
        Ok(result) => Some(result),
        Err(error) => match error.try_into_panic() {
            Ok(panic) if panic.is::<Crash>() => None,
            Ok(panic) => resume_unwind(panic),
            Err(error) => resume_unwind(Box::new(error.to_string())),
        },
    }
}
