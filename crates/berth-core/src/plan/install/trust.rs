//! What a click is not enough for.

use super::Planning;
use crate::error::{Error, ErrorCode, Result};
use crate::facts::EngineSocket;
use crate::plan::{Entrusted, Warning};
use crate::server::Installation;

impl Planning<'_> {
    /// What the installation gives and did not give before: the same entry's same variant keeps what
    /// was agreed to.
    pub(super) fn trust(&self, installation: &Installation) -> Vec<Entrusted> {
        let same = |old: &&Installation| {
            old.entry == installation.entry && old.variant == installation.variant
        };
        let old = self.around.old.as_ref().filter(same);
        let had = old
            .map(|old| Entrusted::given(old, &self.around.private))
            .unwrap_or_default();
        let mut given = Entrusted::given(installation, &self.around.private);
        given.retain(|trust| !had.iter().any(|had| had.covers(trust)));
        given
    }

    /// What all that is given means, whether or not it was agreed to before.
    pub(super) fn trust_warnings(&self, installation: &Installation) -> Vec<Warning> {
        let engine = self.facts.engine.found();
        let root = engine.is_some_and(|engine| engine.rootful_here);
        let given = Entrusted::given(installation, &self.around.private);
        let means = |given| match given {
            Entrusted::EngineSocket { service, .. } => Warning::ControlsComputer { service, root },
            Entrusted::Files { path, writable } => Warning::GivesAway { path, writable },
        };
        given.into_iter().map(means).collect()
    }

    /// The socket of the engine that will run the server.
    pub(super) fn engine_socket(&self) -> Result<&EngineSocket> {
        let engine = self.facts.engine.found();
        let socket = engine.and_then(|engine| engine.socket.as_ref());
        socket.ok_or_else(|| Error::new(ErrorCode::EngineSocketMissing))
    }
}
