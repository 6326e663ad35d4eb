//! How a step tells what it is doing, and how it is told to stop.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::error::{Error, ErrorCode, Result};

/// One message of a step that is running.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Progress {
    /// The state of an image's layers, all of them each time.
    Layers {
        /// In the order of the image.
        layers: Vec<Layer>,
    },
    /// Parts done of a known total (packages, files).
    Count {
        /// How many are done.
        done: u32,
        /// How many there are.
        total: u32,
    },
    /// Bytes that were moved.
    Bytes {
        /// How many so far.
        done: u64,
        /// How many in all; 0 where nobody knows.
        total: u64,
    },
    /// A line of a tool's output, for the log. Tools may be untrusted: show it as text.
    Line {
        /// Without the line break.
        text: String,
    },
}

/// One layer of an image that is being pulled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Layer {
    /// Short digest.
    pub id: String,
    /// What is happening to it.
    pub state: LayerState,
    /// Bytes done in this state.
    pub current: u64,
    /// Bytes in all; 0 while unknown.
    pub total: u64,
}

/// What is happening to a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum LayerState {
    Waiting,
    Downloading,
    Extracting,
    Done,
}

/// What a port gets for work that takes long: where to report and when to stop.
#[derive(Clone)]
pub struct Watch {
    report: Arc<dyn Fn(Progress) + Send + Sync>,
    cancel: CancellationToken,
}

impl Watch {
    /// Reports to `report` and stops when `cancel` is cancelled.
    pub fn new(
        report: impl Fn(Progress) + Send + Sync + 'static,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            report: Arc::new(report),
            cancel,
        }
    }

    /// Tells, and is never cancelled.
    pub fn telling(told: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self::new(told, CancellationToken::new())
    }

    /// Nobody looks and nobody cancels.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(|_| {}, CancellationToken::new())
    }

    /// Tells what is happening.
    pub fn report(&self, progress: Progress) {
        (self.report)(progress);
    }

    /// A line for the log.
    pub fn line(&self, text: impl Into<String>) {
        self.report(Progress::Line { text: text.into() });
    }

    /// The token, for `tokio::select!`.
    #[must_use]
    pub fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Fails with [`ErrorCode::Cancelled`] once it was cancelled.
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_cancelled() {
            Err(Error::new(ErrorCode::Cancelled))
        } else {
            Ok(())
        }
    }

    /// Runs `work` until it ends or is cancelled; dropping the future must stop the work.
    pub async fn until_cancelled<T>(
        &self,
        work: impl std::future::Future<Output = Result<T>>,
    ) -> Result<T> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Error::new(ErrorCode::Cancelled)),
            result = work => result,
        }
    }
}
