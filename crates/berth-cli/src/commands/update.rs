//! `berth update`

use berth_api::Berth;
use berth_api::types::NameRequest;
use berth_core::error::Result;
use berth_core::plan::Choices;

use super::install::{Agreed, carry_out};
use crate::args::UpdateArgs;
use crate::output::Output;

/// Runs it.
pub async fn run(berth: &Berth, out: Output, args: UpdateArgs) -> Result<()> {
    berth.startup().await;
    let page = berth
        .installation_get(NameRequest { name: args.name })
        .await?;
    let mut choices = Choices::again(&page.installation);
    choices.no_cache = args.no_cache;
    let agreed = Agreed {
        consent: args.consent.yes,
        trust: args.trust.trust,
        question: "Install it again?",
    };
    carry_out(berth, out, choices, agreed).await
}
