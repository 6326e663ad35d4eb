//! What entries offer to do with their installed servers.

use std::collections::BTreeMap;

use berth_core::error::{Error, Result};
use berth_core::facts::Fact;
use berth_core::plan;
use berth_core::server::{Act, Action, Installation, Launch};

use super::Berth;
use crate::types::{ActionRequest, ActionRow, ActionStart, JobStarted, PlanPreview};

impl Berth {
    /// What an action would do.
    pub async fn action_preview(&self, request: ActionRequest) -> Result<PlanPreview> {
        self.shown(plan::prepare_action(
            &self.ports,
            &request.name,
            &request.action,
        )?)
    }

    /// Carries out an action that was agreed to.
    pub async fn action_start(&self, start: ActionStart) -> Result<JobStarted> {
        let ActionStart { request, consent } = start;
        let plan = plan::prepare_action(&self.ports, &request.name, &request.action)?;
        let plan = self.agreed(plan, &consent)?;
        self.start(plan, BTreeMap::new()).await
    }

    /// What can be done with an installation, and what cannot now.
    pub(super) fn action_rows(&self, installation: &Installation) -> Vec<ActionRow> {
        let actions = installation.actions.iter();
        actions
            .map(|action| ActionRow {
                id: action.id.clone(),
                title: action.title.clone(),
                help: action.help.clone(),
                changes: action.changes.clone(),
                asks: action.asks(),
                missing: self.missing(installation, action),
            })
            .collect()
    }

    fn missing(&self, installation: &Installation, action: &Action) -> Option<Error> {
        let obstacle = plan::obstacle(self.ports.host.as_ref(), installation, action);
        let starts = action
            .steps
            .iter()
            .any(|act| !matches!(act, Act::Program { .. }));
        let in_engine = starts && matches!(installation.launch, Launch::Container(_));
        obstacle.or_else(|| match self.facts_now().engine {
            Fact::Missing { error } if in_engine => Some(error),
            _ => None,
        })
    }
}
