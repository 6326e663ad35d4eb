use async_trait::async_trait;

/// Asks a server how it is.
#[async_trait]
pub trait HealthProbe: Send + Sync {
    /// What a path answers to a `GET` that carries nothing: no secret, no header of the entry's.
    /// Bounded in time (5 s) and size ([`PROBE_BYTES`]); redirects stay at the same host and port.
    /// `None` where nobody answers in time.
    async fn ask(&self, url: &str) -> Option<ProbeAnswer>;
}

/// Most bytes of an answer that are read.
pub const PROBE_BYTES: usize = 256 * 1024;

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeAnswer {
    /// The status.
    pub status: u16,
    /// The body, as far as it was read.
    pub body: String,
}
