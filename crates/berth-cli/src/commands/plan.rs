//! `berth plan`

use berth_api::Berth;
use berth_api::types::PlanPreview;
use berth_core::error::{Error, ErrorCode, Result};

use super::catalog::VARIANT_PROBES;
use super::choices::choices;
use crate::args::ChoiceArgs;
use crate::output::{Output, clean, plan};

/// Runs it. A plan with obstacles is an answer as well, but not success.
pub async fn run(berth: &Berth, out: Output, args: ChoiceArgs) -> Result<Option<Error>> {
    let choices = choices(berth, out, &args).await?;
    berth.facts_ensure(&VARIANT_PROBES).await?;
    let preview = berth.plan_preview(choices).await?;
    out.answer(&preview, || text(&preview));
    Ok(obstacle(&preview))
}

/// The plan, or what stands in its way.
pub fn text(preview: &PlanPreview) -> String {
    let mut text = match &preview.plan {
        Some(plan) => plan::text(plan, &preview.steps),
        None => plan::obstacles(preview),
    };
    let variant = preview.variant.as_ref();
    if let Some(path) = variant.and_then(|id| preview.environments.get(id)) {
        text.push_str(&format!(
            "\nExisting environment: {}; Berth makes its own.\n",
            clean(path)
        ));
    }
    text
}

/// The first thing that stands in the way.
pub fn obstacle(preview: &PlanPreview) -> Option<Error> {
    if preview.plan.is_some() {
        return None;
    }
    if let Some((input, problem)) = preview.inputs.0.iter().next() {
        let input = input.clone();
        return Some(Error::new(match problem {
            berth_core::input::InputProblem::Empty => ErrorCode::InputMissing { input },
            problem => ErrorCode::InputInvalid {
                input,
                problem: problem.clone(),
            },
        }));
    }
    preview
        .problem
        .clone()
        .or_else(|| Some(Error::internal("there is no plan, and no reason")))
}
