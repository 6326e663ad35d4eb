//! Where an installed server is registered: with which client, for which project.

use std::collections::BTreeMap;

use berth_core::error::Result;
use berth_core::plan::{self, Plan};

use super::Berth;
use super::install::PLANNED_BY;
use crate::types::{JobStarted, PlaceRequest, PlaceStart, PlanPreview};

impl Berth {
    /// What registering an installed server at one more place would do.
    pub async fn connect_preview(&self, request: PlaceRequest) -> Result<PlanPreview> {
        let plan = self.connecting(&request).await?;
        self.shown(plan)
    }

    /// Carries out a connection that was agreed to.
    pub async fn connect_start(&self, request: PlaceStart) -> Result<JobStarted> {
        let PlaceStart { request, consent } = request;
        let plan = self.connecting(&request).await?;
        let plan = self.agreed(plan, &consent)?;
        let started = self.start(plan, BTreeMap::new()).await?;
        if request.place.project.is_some() {
            self.remember(request.place.project, Vec::new()).await?;
        }
        Ok(started)
    }

    /// What taking one registration of an installed server away would do.
    pub async fn disconnect_preview(&self, request: PlaceRequest) -> Result<PlanPreview> {
        self.shown(self.disconnecting(&request)?)
    }

    /// Carries out a disconnection that was agreed to.
    pub async fn disconnect_start(&self, request: PlaceStart) -> Result<JobStarted> {
        let PlaceStart { request, consent } = request;
        let plan = self.agreed(self.disconnecting(&request)?, &consent)?;
        self.start(plan, BTreeMap::new()).await
    }

    async fn connecting(&self, request: &PlaceRequest) -> Result<Plan> {
        self.facts_ensure(&PLANNED_BY).await?;
        let PlaceRequest {
            name,
            place,
            replace,
            direct,
        } = request;
        let facts = self.facts_now();
        plan::prepare_connect(&self.ports, name, place, *replace, *direct, &facts).await
    }

    fn disconnecting(&self, request: &PlaceRequest) -> Result<Plan> {
        plan::prepare_disconnect(&self.ports, &request.name, &request.place)
    }
}
